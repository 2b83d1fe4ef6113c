"""What the credits were spent on, and how far they will reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from events.cli import ReadCommand, table
from events.times import duration, stamp

from ...documents import quota_document
from ...gate import SANDBOX_KEY, Terms
from ...spending import ModeForecast, Quota, forecasts, quota_of

BAR_WIDTH = 40


class Command(ReadCommand):
    help = "Show the credits used, left and set aside, by purpose, endpoint and day. The provider is not asked."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--forecast",
            action="store_true",
            help="also what fixed and adaptive sampling will cost until the reset, whether the credits last, and what "
            "would be given up",
        )

    def handle(self, *, as_json: bool, forecast: bool, **_: Any) -> None:
        now = timezone.now()
        quota = quota_of(Terms.of_settings(), now)
        planned = forecasts(quota.balance, now) if forecast else []
        if as_json:
            self.print_json(quota_document(quota, planned if forecast else None))
            return
        self._show_balance(quota, now)
        self._show_allowances(quota)
        self._show_spent(quota)
        self._show_days(quota)
        if forecast:
            self._show_forecasts(planned, quota.resets_at)

    def _show_balance(self, quota: Quota, now: datetime) -> None:
        whose = "the sandbox" if quota.account == SANDBOX_KEY else f"key {quota.account}"
        self.console.print(f"[bold]Credits of {whose}[/]")
        if quota.since is None:
            self.console.print("[yellow]⚠ No answer has told of any yet: the first call will[/]")
        colour = "red" if quota.percent >= 95 else "yellow" if quota.percent >= 80 else "green"
        filled = round(min(100.0, quota.percent) / 100 * BAR_WIDTH)
        self.console.print(f"[{colour}]{'█' * filled}[/][dim]{'░' * (BAR_WIDTH - filled)}[/] {quota.percent:.1f} %")
        figures = table()
        figures.show_header = False
        for label, text in _figures(quota, now):
            figures.add_row(label, text)
        self.console.print(figures)

    def _show_allowances(self, quota: Quota) -> None:
        listing = table("What each purpose may spend")
        listing.add_column("Purpose")
        listing.add_column("Ends at", justify="right")
        listing.add_column("Left", justify="right")
        for each in quota.allowances:
            listing.add_row(each.purpose.value, f"{each.ceiling:,}", f"{each.left:,}")
        self.console.print()
        self.console.print(listing)

    def _show_spent(self, quota: Quota) -> None:
        if not quota.spent:
            return
        listing = table("Spent in this period")
        for name in ("Purpose", "Endpoint"):
            listing.add_column(name)
        for name in ("Calls", "Credits", "Not known yet"):
            listing.add_column(name, justify="right")
        for each in quota.spent:
            unknown = f"{each.unknown:,}" if each.unknown else "–"
            listing.add_row(each.purpose, each.endpoint, f"{each.calls:,}", f"{each.credits:,}", unknown)
        self.console.print()
        self.console.print(listing)

    def _show_days(self, quota: Quota) -> None:
        if not quota.days:
            return
        listing = table("By day (UTC)")
        listing.add_column("Day")
        for name in ("Calls", "Credits"):
            listing.add_column(name, justify="right")
        listing.add_column()
        most = max(each.credits for each in quota.days) or 1
        for each in quota.days:
            bar = "█" * round(each.credits / most * BAR_WIDTH / 2)
            listing.add_row(f"{each.day}", f"{each.calls:,}", f"{each.credits:,}", bar)
        self.console.print()
        self.console.print(listing)

    def _show_forecasts(self, planned: list[ModeForecast], resets_at: datetime) -> None:
        listing = table(f"Live collection until {stamp(resets_at)} UTC")
        listing.add_column("Sampling")
        for name in ("Odds", "Scores", "Needed", "Left"):
            listing.add_column(name, justify="right")
        listing.add_column("It")
        for each in planned:
            mode = f"{each.mode.value}{' (in effect)' if each.in_effect else ''}"
            figures = (f"{number:,}" for number in (each.live, each.scores, each.need, each.left))
            listing.add_row(mode, *figures, _told(each))
        self.console.print()
        self.console.print(listing)
        self.console.print("[dim]Weeks whose games are not listed yet are taken to be like the last one that is.[/]")


def _figures(quota: Quota, now: datetime) -> list[tuple[str, str]]:
    told = f" (told {duration(abs(now - quota.seen_at))} ago)" if quota.seen_at else ""
    lines = [("Used", f"{quota.used:,} of {quota.quota:,}{told}")]
    if quota.pending:
        calls = f"{quota.pending_calls:,} call{'' if quota.pending_calls == 1 else 's'}"
        lines.append(("Set aside", f"{quota.pending:,}, the most that {calls} of unknown cost can have used"))
    if quota.remaining is not None:
        lines.append(("Remaining", f"{quota.remaining:,}, as the provider said"))
    if quota.used_before:
        lines.append(("Used before", f"{quota.used_before:,}, when our first call of the period was made"))
    if quota.used_elsewhere:
        lines.append(("Used elsewhere", f"[yellow]{quota.used_elsewhere:,}, by none of our calls[/]"))
    lines.append(("Renewed", f"{stamp(quota.resets_at)} UTC, in {duration(quota.resets_at - now)}, as planned"))
    return lines


def _told(forecast: ModeForecast) -> str:
    if not forecast.need:
        return f"[dim]– {forecast.told}[/]"
    if forecast.fits:
        return f"[green]✓ {forecast.told}[/]"
    return f"[yellow]⚠ {forecast.told}[/]" if forecast.frugal_fits else f"[red]✗ {forecast.told}[/]"
