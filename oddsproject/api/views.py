"""The description of the API and its page, loaded when they are asked for: every command loads the addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

View = Callable[[HttpRequest], HttpResponseBase]


@csrf_exempt  # as every view of the API: what writes is refused before anything else
def schema(request: HttpRequest) -> HttpResponseBase:
    from .documentation import SchemaView

    view: View = SchemaView.as_view()
    return view(request)


@csrf_exempt
def documentation(request: HttpRequest) -> HttpResponseBase:
    from .documentation import DocumentationView

    view: View = DocumentationView.as_view(url_name="api-schema")
    return view(request)
