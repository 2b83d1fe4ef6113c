"""The addresses of events."""

from django.urls import path

from .endpoints import EventsView, EventView

urlpatterns = [
    path("events", EventsView.as_view(), name="events"),
    path("events/<str:event_id>", EventView.as_view(), name="event"),
]
