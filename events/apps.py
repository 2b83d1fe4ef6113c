from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What is played, when, and how it ended."""

    name = "events"
