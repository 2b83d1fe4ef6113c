"""The addresses of this app."""

from django.urls import path

from . import opportunity_page, views

urlpatterns = [
    path("opportunities/", opportunity_page.opportunities, name="opportunities-page"),
    path("events/<path:event_id>/movement/", views.movement, name="movement"),
    path("events/<path:event_id>/snapshots/", views.snapshots, name="snapshots"),
    path("events/<path:event_id>/raw/", views.raw, name="raw"),
    path("events/<path:event_id>/", views.event, name="event-page"),  # after those that it would take for an id
]
