"""The addresses of this app."""

from django.urls import path

from . import views

urlpatterns = [
    path("events/<path:event_id>/movement/", views.movement, name="movement"),
    path("events/<path:event_id>/raw/", views.raw, name="raw"),
    path("events/<path:event_id>/", views.event, name="event-page"),  # after those that it would take for an id
]
