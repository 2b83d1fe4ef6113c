from django.apps import AppConfig


class CollectorsConfig(AppConfig):
    """Getting data in, on time, within credits."""

    name = "collectors"
