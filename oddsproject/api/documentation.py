"""The description of the API, and a page to try it on."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions

from events.api.views import ReadingView

STRANGERS = (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)


class SchemaView(ReadingView, SpectacularAPIView):
    """The description as OpenAPI, in YAML or JSON as accepted."""

    schema = None  # it does not describe itself


class DocumentationView(ReadingView, SpectacularSwaggerSplitView):
    """Swagger, from this server alone and with no script in the page. A person who has not logged in is asked to."""

    schema = None

    def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, STRANGERS):
            return redirect_to_login(self.request.get_full_path(), reverse("admin:login"))
        return super().handle_exception(error)
