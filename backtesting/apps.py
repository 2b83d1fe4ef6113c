from django.apps import AppConfig


class BacktestingConfig(AppConfig):
    """Would it have worked."""

    name = "backtesting"
