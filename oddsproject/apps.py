from django.apps import AppConfig


class OddsprojectConfig(AppConfig):
    """The composition root: settings, URLs and the commands that concern the whole."""

    name = "oddsproject"

    def ready(self) -> None:
        from collectors.backups import Keeper, register  # models are there only now

        from .backups.daily import back_up, known

        register(Keeper(back_up=back_up, known=known))
