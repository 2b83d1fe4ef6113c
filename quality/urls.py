"""The addresses of this app."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.quality, name="quality"),
    path("events/<path:event_id>/", views.event_flags, name="event-flags"),
]
