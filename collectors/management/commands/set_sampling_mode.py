from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from collectors import budget, counting
from collectors.choices import SamplingMode
from collectors.errors import CollectorError
from collectors.gate import Gate, Terms
from collectors.models import CollectorState, CreditPeriod
from events.cli import ReadCommand, plain
from events.wording import plural


class Command(ReadCommand):
    help = "Choose how odds are sampled, fixed or adaptive; a running scheduler follows within a minute."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("mode", choices=SamplingMode.values)
        parser.add_argument("--force", action="store_true", help="also where the month's credits do not suffice")
        parser.add_argument("--dry-run", action="store_true", help="show the forecast only")

    def handle(self, *, mode: str, force: bool, dry_run: bool, as_json: bool, **options: Any) -> None:
        forecast = self._forecast(mode)
        told = (
            f"{mode}: {plural(forecast.live, 'credit')} for odds and {forecast.scores:,} for scores until "
            f"{forecast.resets_at:%Y-%m-%d} UTC; {forecast.left:,} are left for them"
        )
        if not forecast.fits and not force and not dry_run:
            raise CommandError(f"{told}. It does not fit; nothing changed. --force sets it all the same, throttled")
        if not dry_run:
            CollectorState.objects.update_or_create(pk=1, defaults={"sampling_mode": mode})
            budget.replan()
        if as_json:
            self.print_json({
                "sampling_mode": mode, "changed": not dry_run, "fits": forecast.fits, "live_credits": forecast.live,
                "scores_credits": forecast.scores, "credits_left": forecast.left, "resets_at": forecast.resets_at,
            })  # fmt: skip
            return
        self.console.print(plain(told), soft_wrap=True)
        if not forecast.fits:
            self.console.print(plain("⚠ it does not fit: sampling will be made more frugal", "yellow"), soft_wrap=True)
        if not dry_run:
            self.console.print(plain(f"✓ sampling is {mode} now", "green"))

    def _forecast(self, mode: str) -> budget.Forecast:
        now = timezone.now()
        balance = counting.balance_of(self._period(), settings.ODDS_API_QUOTA)
        return budget.forecast(budget.sampling_in_effect(mode), balance, now)

    def _period(self) -> CreditPeriod:
        """The credits as known, or as a free call tells them."""
        account = Terms.of_settings().account
        if period := counting.current_period(account):
            return period
        try:
            with Gate() as gate:
                gate.probe()
        except CollectorError as error:
            raise CommandError(f"how many credits are left is not known: {error}; nothing changed") from error
        period = counting.current_period(account)
        assert period is not None, "an answered call begins a period"
        return period
