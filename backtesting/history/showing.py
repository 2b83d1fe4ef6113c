"""From the rows of a history to what was on show at many decisions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from odds.lines import StandingPrice, bet

from .board import Board
from .records import Decision, HistoryEvent
from .standing import Instants, pairs, speaking
from .tables import MOMENTS, UNKNOWN, Integers, Runs, Tables


class _Shown(NamedTuple):
    """Prices by decision, those of each in the order of views."""

    decision: Integers
    prices: Runs
    seen: Integers  # when the newest snapshot that spoke for it was taken; UNKNOWN: it has no times


def board_of(tables: Tables, decisions: Sequence[Decision], events: Sequence[HistoryEvent]) -> Board:
    """The valid prices on offer before the start known at each decision; `events` are those of the decisions."""
    event = np.array([decision.event for decision in decisions], np.int64)
    if len(event):  # a few events are looked into sooner than all
        tables = tables.of_events(int(event.min()), int(event.max()) + 1)
        event -= event.min()
    shown, untimed = _timed(tables, decisions, event), _untimed(tables, decisions, event)
    if len(untimed.decision):
        shown = _merged(tables, shown, untimed)
    return _board(tables, decisions, events, shown)


def _timed(tables: Tables, decisions: Sequence[Decision], event: Integers) -> _Shown:
    """What stood, valid, and was last seen before the start stated then, itself before the start known at the time."""
    moment, commence = (np.array([decision[n] for decision in decisions], np.int64) for n in (1, 2))
    before_start = np.flatnonzero(moment < commence)
    order = before_start[np.lexsort((moment[before_start], event[before_start]))]
    instants = Instants(event[order], moment[order])
    runs, snapshots = tables.runs, tables.snapshots
    at, run = instants.standing(runs)
    newest = instants.newest(snapshots)[at]
    speaks = speaking(snapshots, tables.vocabulary, newest, runs.bookmaker[run], runs.market[run])
    kept = np.flatnonzero(speaks >= 0)
    kept = kept[snapshots.time[speaks[kept]] < snapshots.commence[speaks[kept]]]
    kept = kept[np.argsort(order[at[kept]], kind="stable")]  # runs lie in the order of views
    return _Shown(order[at[kept]], runs.take(run[kept]), snapshots.time[speaks[kept]])


def _untimed(tables: Tables, decisions: Sequence[Decision], event: Integers) -> _Shown:
    """The opening or closing prices of archives at the decisions that are made at such a line."""
    kinds = [-1 if each.moment_kind is None else MOMENTS.index(each.moment_kind) for each in decisions]
    wanted = event.astype(np.int32)
    row, decision = pairs(*(np.searchsorted(tables.archive.event, wanted, side) for side in ("left", "right")))
    kept = tables.archive.moment[row] == np.array(kinds)[decision]
    prices = tables.archive.take(row[kept]).as_runs()
    return _Shown(decision[kept], prices, np.full(len(prices), UNKNOWN))


def _merged(tables: Tables, one: _Shown, other: _Shown) -> _Shown:
    decision, seen = np.concatenate([one.decision, other.decision]), np.concatenate([one.seen, other.seen])
    prices = Runs.joined(one.prices, other.prices)
    order = tables.vocabulary.order(decision, prices)
    return _Shown(decision[order], prices.take(order), seen[order])


def _board(tables: Tables, decisions: Sequence[Decision], events: Sequence[HistoryEvent], shown: _Shown) -> Board:
    words, prices = tables.vocabulary, shown.prices
    is_timed = shown.seen != UNKNOWN
    moment = np.array([decision.moment for decision in decisions], np.int64)[shown.decision]
    return Board(
        sport_key=events[0].sport_key if events else "",
        decisions=decisions,
        event_ids=[event.event_id for event in events],
        bookmakers=words.bookmakers,
        markets=words.markets,
        outcomes=words.outcomes,
        notes=words.notes,
        decision=shown.decision,
        bookmaker=prices.bookmaker,
        market=prices.market,
        outcome=prices.outcome,
        side=words.side[prices.outcome],
        point=prices.point,
        american=prices.price,
        decimal_price=prices.decimal,
        age_seconds=np.where(is_timed, (moment - np.where(is_timed, shown.seen, 0)) / 1e6, np.nan),
        is_timed=is_timed,
        odds_timestamp=prices.start,
        last_update=prices.last_update,
        snapshot_time=shown.seen,
        note=prices.note,
    )


def is_offered(tables: Tables, decision: Decision, event: HistoryEvent, price: StandingPrice) -> bool:
    """Whether the view of a decision has a price with a time for the same bet, at the same book and of the same size.

    It may have been gone in the meantime.
    """
    of_event = tables.of_events(decision.event, decision.event + 1)
    runs = of_event.runs
    alike = (runs.decimal == price.decimal_price) & (runs.start <= decision.moment) & (runs.end > decision.moment)
    narrowed = replace(of_event, runs=runs.take(np.flatnonzero(alike)))
    board = board_of(narrowed, [decision._replace(event=0)], [event])
    return price.odds_timestamp is not None and any(
        (offer.bookmaker, bet(offer)) == (price.bookmaker, bet(price)) for offer in board.prices()
    )
