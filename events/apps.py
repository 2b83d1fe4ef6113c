from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What is played, when, and how it ended."""

    name = "events"

    def ready(self) -> None:
        from .api import checks  # noqa: F401 - registers them
