from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Is it believable, and who is told."""

    name = "quality"
