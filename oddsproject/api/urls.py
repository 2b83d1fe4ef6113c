"""Every address under /api/v1/."""

from django.urls import include, path, re_path

from events.api.views import UnknownAddress

from . import views

urlpatterns = [
    path("", include("events.api.urls")),
    path("", include("odds.api.urls")),
    path("", include("quality.api.urls")),
    path("", include("collectors.api.urls")),
    path("", include("backtesting.api.urls")),
    path("schema/", views.schema, name="api-schema"),
    path("docs/", views.documentation, name="api-docs"),
    re_path("", UnknownAddress.as_view()),
]
