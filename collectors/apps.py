from django.apps import AppConfig


class CollectorsConfig(AppConfig):
    """Getting data in, on time, within credits."""

    name = "collectors"

    def ready(self) -> None:
        from . import checks, receivers  # noqa: F401 - registers them
