"""What the commands that fetch have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from events.cli import ReadCommand, plain
from events.wording import plural

from . import counting
from .choices import Job, Purpose
from .errors import CollectorError, NotNow
from .gate import Terms
from .jobs import run_now
from .models import JobTick
from .the_odds_api.endpoints import Call
from .ticks import manual_tick


class FetchCommand(ReadCommand):
    """Does a job now, for some sports, through the gate; the same that the scheduler does."""

    job: ClassVar[Job]

    def paid_call(self, sport_key: str) -> Call:
        """The call that costs credits."""
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--sport",
            action="append",
            dest="sports",
            metavar="KEY",
            help=f"a sport's key, repeatable (default: {', '.join(settings.SPORTS)})",
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what it would cost, ask and spend nothing")

    def handle(self, *, sports: list[str] | None, dry_run: bool, as_json: bool, **options: Any) -> None:
        sport_keys = sports or list(settings.SPORTS)
        found = [self._plan(key) for key in sport_keys] if dry_run else self._fetch(sport_keys)
        if as_json:
            self.print_json(found)
        else:
            for fetched in found:
                mark, style = ("✗", "red") if fetched["state"] == "failed" else ("✓", "green")
                mark = "–" if fetched["state"] in ("skipped", "planned") else mark
                self.console.print(plain(f"{mark} {fetched['sport_key']}: {fetched['outcome']}", style), soft_wrap=True)
        if all(fetched["state"] == "failed" for fetched in found):
            raise CommandError("nothing was fetched")

    def _fetch(self, sport_keys: list[str]) -> list[dict[str, Any]]:
        found = []
        for sport_key, result in run_now(self.job, sport_keys):
            if isinstance(result, JobTick):
                state, outcome = result.state, result.outcome
            else:
                state, outcome = _state_of(result), str(result)
            found.append({"sport_key": sport_key, "state": state, "outcome": outcome, **self._credits()})
        return found

    def _plan(self, sport_key: str) -> dict[str, Any]:
        call, purpose = self.paid_call(sport_key), Purpose.MANUAL
        credits = self._credits()
        left = "how many are left is not known yet"
        period = counting.current_period(Terms.of_settings().account)
        if period is not None:
            balance = counting.balance_of(period, settings.ODDS_API_QUOTA)
            spendable = balance.left(purpose, reserve_fraction=settings.CREDIT_RESERVE_FRACTION)
            left = f"{spendable:,} may be spent by hand"
        asked = ", ".join(f"{name} {value}" for name, value in call.parameters.items())
        outcome = f"would ask {call} ({asked}) for up to {plural(call.cost, 'credit')}; {left}"
        planned = {"tick": manual_tick(timezone.now()), "cost": call.cost}
        return {"sport_key": sport_key, "state": "planned", "outcome": outcome, **planned, **credits}

    def _credits(self) -> dict[str, int | None]:
        period = counting.current_period(Terms.of_settings().account)
        return {
            "quota_used": None if period is None else period.used,
            "quota_remaining": None if period is None else period.remaining,
        }


def _state_of(error: CollectorError) -> str:
    return "skipped" if isinstance(error, NotNow) else "failed"
