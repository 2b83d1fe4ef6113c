from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from collectors.backfill.items import calls_for, left, spent_on
from collectors.backfill.wording import share_of
from collectors.models import BackfillRun
from events.cli import ReadCommand, plain, table
from events.times import stamp

if TYPE_CHECKING:
    from rich.table import Table

# Columns that are shown where some run has something in them.
OPTIONAL = ("Left", "Not to be had", "Unknown")
NUMBERS = ("Games", "Purchases", "Credits", *OPTIONAL)
# A narrower terminal has the runs under each other.
WIDE = 130


class Command(ReadCommand):
    help = "Show what was backfilled, and how far each run has come. The provider is not asked."

    def handle(self, *, as_json: bool, **options: Any) -> None:
        runs = [_document(run) for run in BackfillRun.objects.all()]
        if as_json:
            self.print_json(runs)
            return
        if not runs:
            self.console.print("No backfill yet: `backfill --start DAY --end DAY --plan` tells what one costs")
            return
        listings = _wide(runs) if self.console.width >= WIDE else _narrow(runs)
        for number, listing in enumerate(listings):
            if number:
                self.console.print()
            self.console.print(listing)


def _document(run: BackfillRun) -> dict[str, Any]:
    states = Counter(run.items.values_list("state", flat=True))
    return {
        "run": run.pk,
        "sport_key": run.sport_key,
        "start": run.start,
        "end": run.end,
        "state": run.state,
        "is_sandbox": run.is_sandbox,
        "parameters": run.parameters,
        "games": len(run.games),
        "sample": run.games,
        "instants_wanted": run.wanted,
        "items": run.items.count(),
        "states": dict(states),
        "left": left(run).count(),
        "credits_planned": run.credits_planned,
        "credits_charged": spent_on(calls_for(run)),
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "verification": run.report,
    }


def _wide(runs: Iterable[dict[str, Any]]) -> Iterable[Table]:
    """One table, a row a run."""
    rows = [_row(run) for run in runs]
    shown = [name for name in rows[0] if name not in OPTIONAL or any(row[name] != "0" for row in rows)]
    listing = table("Backfills")
    for name in shown:
        is_moment = name in ("Days", "Ended (UTC)")
        listing.add_column(name, justify="right" if name in NUMBERS else "left", no_wrap=is_moment, overflow="fold")
    for row in rows:
        listing.add_row(*(plain(row[name]) for name in shown))
    yield listing


def _narrow(runs: Iterable[dict[str, Any]]) -> Iterable[Table]:
    """A table a run, without what is zero or empty."""
    for run in runs:
        listing = table()
        listing.show_header = False
        listing.add_column(style="dim", no_wrap=True)
        listing.add_column(overflow="fold")
        for name, text in _row(run).items():
            if text not in ("", "–", "0"):
                listing.add_row(name, plain(text))
        yield listing


def _row(run: dict[str, Any]) -> dict[str, str]:
    states = run["states"]
    where = f"{run['sport_key']}{' (sandbox)' if run['is_sandbox'] else ''}"
    return {
        "Run": str(run["run"]),
        "Days": f"{run['start']} to {run['end']}",
        "Wanted": f"{where}, {share_of(run['parameters'])}",
        "State": run["state"],
        "Games": f"{run['games']:,}",
        "Purchases": f"{run['items']:,}",
        "Left": f"{run['left']:,}",
        "Credits": f"{run['credits_charged']:,}",
        "Not to be had": f"{states.get('unavailable', 0) + states.get('parked', 0):,}",
        "Unknown": f"{states.get('unknown', 0):,}",
        "Ended (UTC)": stamp(run["finished_at"])[:16],
        "Outcome": run["outcome"],
    }
