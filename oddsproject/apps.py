from django.apps import AppConfig


class OddsprojectConfig(AppConfig):
    """The composition root: settings, URLs and the commands that concern the whole."""

    name = "oddsproject"

    def ready(self) -> None:
        from backtesting.attendant import Attendant  # models are there only now
        from collectors import companions
        from collectors.backups import Keeper, register

        from .backups.daily import back_up, known

        register(Keeper(back_up=back_up, known=known))
        companions.register(Attendant)
