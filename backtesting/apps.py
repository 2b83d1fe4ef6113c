from django.apps import AppConfig


class BacktestingConfig(AppConfig):
    """Would it have worked."""

    name = "backtesting"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - registers them
