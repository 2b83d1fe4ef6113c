from django.apps import AppConfig


class OddsprojectConfig(AppConfig):
    """The composition root: settings, URLs and the commands that concern the whole."""

    name = "oddsproject"
