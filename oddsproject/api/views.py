"""The description of the API and its page, loaded when they are asked for: every command loads the addresses."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # as every view of the API: what writes is refused before anything else
def schema(request: HttpRequest) -> HttpResponseBase:
    from .documentation import SchemaView

    return SchemaView.as_view()(request)


@csrf_exempt
def documentation(request: HttpRequest) -> HttpResponseBase:
    from .documentation import DocumentationView

    return DocumentationView.as_view(url_name="api-schema")(request)
