"""A small season in the database: games with prices, closing lines and results. All of it follows from the number."""

from __future__ import annotations

from datetime import timedelta

from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.tests.factories import make_pair, make_snapshot

HOUR = timedelta(hours=1)
FIRST_DAY, LAST_DAY = "2026-01-10", "2026-01-30"


def make_game(number: int) -> Event:
    """A game two hours apart from the one before, four on a day; two books disagree with Pinnacle by a few cents."""
    start = TIP + timedelta(days=number // 4) + number % 4 * HOUR / 2
    scores = {"home_score": 96 + number * 7 % 23, "away_score": 98 + number * 5 % 19}
    event = make_event(commence_time=start, closing_at=start - HOUR / 20, **scores)
    for minutes in (90, 3):
        make_snapshot(event, snapshot_time=start - timedelta(minutes=minutes))
    make_score(event, **scores)
    for market, (first, second), point in (
        ("h2h", ("home", "away"), None),
        ("spreads", ("home", "away"), "-1.5"),
        ("totals", ("over", "under"), "205.5"),
    ):
        for book, prices in (
            ("pinnacle", (-104 - number % 7, -105 + number % 5 - 1)),
            ("fanduel", (100 + number % 13, -120 + number % 9)),
            ("bovada", (-108 + number % 6, 100 + number % 11)),
        ):
            make_pair(event, book, market, prices=dict(zip((first, second), prices, strict=True)), point=point)
    return event


def make_season(games: int = 40) -> list[Event]:
    return [make_game(number) for number in range(games)]
