from __future__ import annotations

from collections import Counter
from typing import Any

from collectors.backfill.items import calls_for, spent_on
from collectors.models import BackfillRun
from events.cli import ReadCommand, plain, table
from events.times import stamp


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
        listing = table("Backfills")
        for name in ("Run", "Sport", "Days", "State"):
            listing.add_column(name)
        for name in ("Games", "Purchases", "Left", "Credits", "Not to be had", "Unknown"):
            listing.add_column(name, justify="right")
        listing.add_column("Outcome")
        for run in runs:
            listing.add_row(*_row(run))
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
        "instants_wanted": run.wanted,
        "items": run.items.count(),
        "states": dict(states),
        "left": states["planned"] + states["failed"],
        "credits_planned": run.credits_planned,
        "credits_charged": spent_on(calls_for(run)),
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "verification": run.report,
    }


def _row(run: dict[str, Any]) -> list[Any]:
    unavailable = run["states"].get("unavailable", 0) + run["states"].get("parked", 0)
    return [
        str(run["run"]),
        plain(run["sport_key"] + (" (sandbox)" if run["is_sandbox"] else "")),
        f"{run['start']} to {run['end']}"
        + (f", gaps {run['parameters']['gaps']}" if run["parameters"]["gaps"] else ""),
        run["state"],
        f"{run['games']:,}",
        f"{run['items']:,}",
        f"{run['left']:,}",
        f"{run['credits_charged']:,}",
        f"{unavailable:,}",
        f"{run['states'].get('unknown', 0):,}",
        plain(run["outcome"] + (f" ({stamp(run['finished_at'])} UTC)" if run["finished_at"] else "")),
    ]
