"""Games drawn at random, and all that is stored of them, for tests of what rewrites the past."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from events.models import Event, EventScore
from events.statuses import advance_statuses
from events.tests.factories import TIP, make_event
from odds.models import Odds, OddsSnapshot

from .recordings import HOUR, Look, Offers, before, finish, record

FACTS = ("api_id", "commence_time", "status", "home_score", "away_score", "completed_at", "closing_at", "missing_since")
SERIES = ("event__api_id", "bookmaker__key", "market__key", "outcome__name")
RUN = ("price", "decimal_price", "point", "odds_timestamp", "valid_until", "last_update", "is_live")


def h2h(home: int, away: int = -110) -> Offers:
    return {("fanduel", "h2h", "home"): home, ("fanduel", "h2h", "away"): away}


def stored() -> dict[str, list[Any]]:
    """All that is there, by natural keys."""
    return {
        "events": list(Event.objects.order_by("api_id").values_list(*FACTS)),
        "snapshots": list(
            OddsSnapshot.objects.order_by("event__api_id", "snapshot_time").values_list(
                "event__api_id", "snapshot_time", "commence_time", "is_live"
            )
        ),
        "odds": list(Odds.objects.order_by(*SERIES, "odds_timestamp").values_list(*SERIES, *RUN)),
        "scores": list(
            EventScore.objects.order_by("event__api_id", "observed_at").values_list(
                "event__api_id", "observed_at", "home_score", "away_score"
            )
        ),
    }


@st.composite
def games(draw: st.DrawFn) -> tuple[list[Look], list[tuple[datetime, int, int]]]:
    """Looks at one game with prices that come and go and a start that moves, and scores that are corrected."""
    minutes = sorted(draw(st.sets(st.integers(-200, 300), min_size=1, max_size=6)), reverse=True)
    prices = st.sampled_from([-130, -110, 105])
    looks = [
        Look(
            before(minute),
            draw(st.dictionaries(st.sampled_from([("fanduel", "h2h", "home"), ("pinnacle", "h2h", "away")]), prices)),
            before(draw(st.sampled_from([0, 0, 60, -120]))),
        )
        for minute in minutes
    ]
    told = sorted(draw(st.sets(st.integers(200, 600), max_size=2)))
    scores = [(before(-minute), draw(st.integers(80, 120)), draw(st.integers(80, 120))) for minute in told]
    return looks, scores


def store(looks: list[Look], scores: list[tuple[datetime, int, int]], *, until: datetime | None = None) -> None:
    """The game as it was known at an instant, all of it unless told."""
    seen = [look for look in looks if until is None or look.at <= until]
    if not seen:
        return
    game = record(*seen, event=make_event(api_id="a" * 32, commence_time=seen[-1].start))
    for at, home, away in scores:
        if until is None or at <= until:
            finish(game, home, away, at=at)
    advance_statuses(until or TIP + 100 * HOUR)


def season(seed: int = 7, *, games: int = 12) -> list[Event]:
    """Games on consecutive evenings, two at a time, with all that goes wrong with data.

    Every third start is put off an hour before; some are looked at long after the start; scores are corrected, and of
    one game nobody knows how it ended. The ids follow from the seed, since what a twin makes up follows from them.
    """
    chance = Random(seed)
    return [_game(number, f"{chance.getrandbits(128):032x}", chance) for number in range(games)]


def _game(number: int, api_id: str, chance: Random) -> Event:
    start = TIP + (number // 2) * timedelta(days=1)
    put_off = start + timedelta(minutes=chance.choice([45, 90])) if number % 3 == 1 else start
    edge, looks = chance.uniform(-0.15, 0.15), []
    for minutes in (300, 120, 75, 62, 40, 15, -10, *([-150] if number % 4 == 2 else [])):
        edge += chance.gauss(0, 0.04)
        at = start - timedelta(minutes=minutes, seconds=chance.randrange(50))
        looks.append(Look(at, _offers(edge, chance), put_off if minutes <= 62 else start))
    teams = {"home_team": f"Home {number}", "away_team": f"Away {number}"}
    event = record(*looks, event=make_event(api_id=api_id, commence_time=start, **teams))
    if number != 5:
        finish(event, 100 + chance.randrange(20), 100 + chance.randrange(20))
    if number % 4 == 0:
        finish(event, 100 + chance.randrange(20), 95, at=event.commence_time + timedelta(hours=11))
    return event


def _offers(edge: float, chance: Random) -> Offers:
    """Prices of five books around a chance of the home side of 1/2 + edge; pinnacle keeps least."""
    offers: dict[tuple[str, str, str], tuple[int, str | None]] = {}
    for book, margin in (
        ("pinnacle", 0.01),
        ("fanduel", 0.02),
        ("draftkings", 0.02),
        ("betmgm", 0.03),
        ("betus", 0.03),
    ):
        seen = 0 if book == "pinnacle" else chance.gauss(0, 0.03)
        line = round(-20 * edge) + 0.5
        for market, shift, point in (("h2h", edge + seen, None), ("spreads", seen, line), ("totals", seen, 220.5)):
            if market != "h2h" and book not in ("pinnacle", "fanduel"):
                continue
            sides = ("over", "under") if market == "totals" else ("home", "away")
            for side, sign in zip(sides, (1, -1), strict=True):
                number = None if point is None else f"{point if side != 'away' else -point}"
                offers[book, market, side] = _american(0.5 + sign * shift + margin), number
    return offers


def _american(implied: float) -> int:
    odds = -100 * implied / (1 - implied) if implied > 0.5 else 100 / implied - 100
    return max(100, round(odds)) if odds > 0 else min(-100, round(odds))
