"""From ids to names: rows as they come from the database get a vocabulary of what occurs in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from odds.dimensions import bookmaker_keys, market_keys
from odds.lines import market_order, side_order
from odds.models import Scope
from odds.records import Asked, OutcomeKey

from .fetching import fetch_outcomes
from .tables import ArchivePrices, Runs, Snapshots, Tables, Vocabulary

Name = TypeVar("Name")
Codes = NDArray[np.int32]


def named(snapshots: Snapshots, archive: ArchivePrices, runs: Runs, notes: Sequence[str]) -> Tables:
    """The same rows with indexes in a vocabulary for ids, and runs in its order: row ids leave no trace."""
    outcome_ids = _used(runs.outcome, archive.outcome)
    bookmakers, of_bookmaker = _in_order(_used(runs.bookmaker, archive.bookmaker), bookmaker_keys(), str)
    markets, of_market = _in_order(_used(runs.market, archive.market), market_keys(), market_order)
    outcomes, of_outcome = _in_order(outcome_ids, fetch_outcomes(outcome_ids), _outcome_order)
    no_note = np.zeros(1, np.int16)  # what prices of archives have
    texts, of_note = _in_order(_used(runs.note, no_note), dict(enumerate(notes)), str)
    scopes, of_scope = _in_order(scope_ids := _used(snapshots.scope), _scopes(scope_ids), lambda asked: asked.digest)
    vocabulary = Vocabulary(bookmakers=bookmakers, markets=markets, outcomes=outcomes, scopes=scopes, notes=texts)
    codes = {"bookmaker": of_bookmaker, "market": of_market, "outcome": of_outcome}
    runs = replace(_recoded(runs, codes), note=of_note[runs.note].astype(np.int16))
    return Tables(
        vocabulary=vocabulary,
        snapshots=_recoded(snapshots, {"scope": of_scope}),
        runs=runs.take(vocabulary.order(runs.event, runs, then=runs.start)),
        archive=_recoded(archive, codes),
    )


Table = TypeVar("Table", Snapshots, Runs, ArchivePrices)


def _recoded(rows: Table, codes: Mapping[str, Codes]) -> Table:
    columns = {name: getattr(rows, name) for name in codes}
    return replace(rows, **{name: codes[name][column].astype(column.dtype) for name, column in columns.items()})


def _used(*columns: NDArray[Any]) -> list[int]:
    return np.flatnonzero(np.bincount(np.concatenate(columns))).tolist()


def _in_order(ids: Sequence[int], names: Mapping[int, Name], order: Callable[[Name], Any]) -> tuple[list[Name], Codes]:
    """The names of these ids in order, and the place of each id among them."""
    ordered = sorted(ids, key=lambda id_: order(names[id_]))
    places = np.zeros(max(ids, default=0) + 1, np.int32)
    places[ordered] = np.arange(len(ordered))
    return [names[id_] for id_ in ordered], places


def _outcome_order(outcome: OutcomeKey) -> tuple[Any, ...]:
    return outcome.description, side_order(outcome.side), outcome.name, outcome.line or 0


def _scopes(ids: Sequence[int]) -> dict[int, Asked]:
    return {scope.pk: Asked.from_json(scope.asked, scope.odds_format) for scope in Scope.objects.filter(id__in=ids)}
