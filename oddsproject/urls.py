"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path

from collectors import views as collecting

from . import preferences, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("", include("events.urls")),
    path("", include("odds.urls")),
    path("", include("backtesting.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("oddsproject.api.urls")),
    path("collecting/", include("collectors.urls")),
    path("quality/", include("quality.urls")),
    path("preferences/", preferences.choose, name="preferences"),
    path("health/", collecting.health, name="health"),
    path("ready/", collecting.ready, name="ready"),
]

handler500 = "oddsproject.failures.server_error"
