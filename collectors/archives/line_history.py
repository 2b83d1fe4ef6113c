"""A change log of lines with real clocks, pure: a row for each state of one outcome at one bookmaker.

A row begins when price, line or start changed (first_seen_at), and has the provider's ids. Some 55 minutes lie between
two looks. A bookmaker's line that changed is given whole: both outcomes as they stood then. Of what did not change
nothing is said.

Two things are not read: `last_seen_at`, as the log kept finished games for days; and `opening_price`, which is the
first sighting of its series, or was set anew where the log began again, and so tells nothing that the rows do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from events.times import parse_time
from odds.choices import Side
from odds.markets import H2H, SPREADS, TOTALS
from odds.records import Problem

from ..errors import UnreadablePayload
from ..the_odds_api.values import read_point
from .files import Row
from .records import ArchiveGame, ArchiveQuote

MARKETS = {"moneyline": H2H, "spread": SPREADS, "total": TOTALS}
_COLUMNS = (
    "first_seen_at", "first_last_updated", "book", "event_id", "market_type", "outcome", "event_start_time",
    "current_price", "current_line", "home_team", "away_team",
)  # fmt: skip


class _State(NamedTuple):
    """One row: what an outcome was quoted at from an instant on."""

    since: datetime
    event_id: str
    start: datetime
    home: str
    away: str
    quote: ArchiveQuote
    where: str


def read_line_history(
    columns: list[str], rows: Iterable[tuple[int, Row]], sport_key: str, *, name: str
) -> Iterator[ArchiveGame | Problem]:
    """Each event at each instant at which something of it changed, in order of time, with the offers that changed.

    Raises UnreadablePayload if its columns are others.
    """
    if missing := [column for column in _COLUMNS if column not in columns]:
        raise UnreadablePayload(f"{name}: no history of lines: column {missing[0]!r} is missing")
    instants: dict[tuple[datetime, str], list[_State]] = defaultdict(list)
    for line, row in rows:
        try:
            state = _state(row, f"{name}:{line}")
        except ValueError as error:
            yield Problem("bad_row", f"{name}:{line}: {error}; row left out")
            continue
        instants[state.since, state.event_id].append(state)
    standing: dict[tuple[str, str, str], dict[Side, ArchiveQuote]] = defaultdict(dict)
    for _, states in sorted(instants.items()):
        if len({state.start for state in states}) > 1:
            yield _contradiction(states)
        yield _changed(states, standing, sport_key)


def _state(row: Row, where: str) -> _State:
    since, start = parse_time(row["first_seen_at"]), parse_time(row["event_start_time"])
    if since is None or start is None or not row["event_id"]:
        raise ValueError(f"event {row['event_id']!r} seen {row['first_seen_at']!r}: no id, instant or start")
    if row["market_type"] not in MARKETS:
        raise ValueError(f"market_type {row['market_type']!r} is not known")
    quote = ArchiveQuote(
        bookmaker=row["book"],
        market=MARKETS[row["market_type"]],
        side=Side(row["outcome"]),
        price=int(row["current_price"]),
        point=read_point(float(row["current_line"])) if row["current_line"] else None,
        observed_at=since,
        last_update=parse_time(row["first_last_updated"]),
    )
    return _State(since, row["event_id"], start, row["home_team"], row["away_team"], quote, where)


def _changed(
    states: list[_State], standing: dict[tuple[str, str, str], dict[Side, ArchiveQuote]], sport_key: str
) -> ArchiveGame:
    """One event at one instant. Where its rows state several starts the earliest counts: no price of a game that has
    begun may pass for one before it.
    """
    first = states[0]
    changed = {(first.event_id, state.quote.bookmaker, state.quote.market): None for state in states}
    for state in states:
        standing[state.event_id, state.quote.bookmaker, state.quote.market][state.quote.side] = state.quote
    return ArchiveGame(
        sport_key=sport_key,
        event_id=first.event_id,
        start=min(state.start for state in states),
        home=first.home,
        away=first.away,
        quotes=tuple(_at(quote, first.since) for key in changed for quote in standing[key].values()),
        where=first.where,
    )


def _at(quote: ArchiveQuote, moment: datetime) -> ArchiveQuote:
    return quote if quote.observed_at == moment else replace(quote, observed_at=moment)


def _contradiction(states: list[_State]) -> Problem:
    starts = sorted({f"{state.start:%Y-%m-%dT%H:%M:%SZ}" for state in states})
    seen = f"event {states[0].event_id} at {states[0].since:%Y-%m-%dT%H:%M:%SZ}"
    return Problem(
        "contradicting_start", f"{states[0].where}: {seen} begins at {' and '.join(starts)}; the earliest is taken"
    )
