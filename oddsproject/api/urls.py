"""Every address under /api/v1/."""

from django.urls import include, path, re_path

from events.api.views import UnknownAddress

from .documentation import DocumentationView, SchemaView

urlpatterns = [
    path("", include("events.api.urls")),
    path("", include("odds.api.urls")),
    path("", include("quality.api.urls")),
    path("", include("collectors.api.urls")),
    path("", include("backtesting.api.urls")),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocumentationView.as_view(url_name="api-schema"), name="api-docs"),
    re_path("", UnknownAddress.as_view()),
]
