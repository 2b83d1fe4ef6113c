from django.apps import AppConfig


class OddsConfig(AppConfig):
    """What was offered, by whom, at which instant."""

    name = "odds"
