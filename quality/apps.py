from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Is it believable, and who is told."""

    name = "quality"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
