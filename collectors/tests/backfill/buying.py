"""A wish of three days, and a backfill of it from a stage's sandbox."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from collectors.backfill.service import Backfilled, Declined, backfill
from collectors.backfill.wish import Wish, parse_moments
from collectors.the_odds_api.endpoints import Wanted

WISH = Wish(
    sport_key="basketball_nba",
    start=date(2026, 1, 2),
    end=date(2026, 1, 4),
    moments=parse_moments("open,24h,1h,close"),
    wanted=Wanted(markets=("h2h", "spreads"), bookmakers=("pinnacle", "draftkings")),
)
COST = 20
QUOTA_HEADERS = ["x-requests-remaining", "x-requests-used", "x-requests-last"]


def run(stage, wish: Wish = WISH, *, sample: list[str] | None = None, stop: threading.Event | None = None, **options):
    with stage.gate() as gate:
        return backfill(
            wish,
            gate,
            sample=sample or [],
            confirm=options.pop("confirm", lambda plan: None),
            stop=stop or threading.Event(),
            **options,
        )


def declines(plan) -> None:
    raise Declined("not confirmed")


def dates_bought(stage) -> Counter[str]:
    """How often the provider was asked for the odds of each instant, by its own ledger."""
    paid = [
        entry for entry in stage.sandbox.ledger.entries if entry.path.startswith("/v4/historical") and entry.credits
    ]
    return Counter(f"{entry.path} {entry.parameters['date']}" for entry in paid)


def lists_of(done: Backfilled) -> int:
    return done.run.items.filter(endpoint="historical_events").count()
