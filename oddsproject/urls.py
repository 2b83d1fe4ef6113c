"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from collectors import views as collecting

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("oddsproject.api.urls")),
    path("quality/", include("quality.urls")),
    path("health/", collecting.health, name="health"),
    path("ready/", collecting.ready, name="ready"),
]
