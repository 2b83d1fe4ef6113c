"""The keys of the small tables, looked up many at a time and made where they are missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model

from .choices import Side
from .models import Bookmaker, Market, Outcome, Scope
from .records import Asked, OutcomeKey

# Outcomes are looked up by name in lists no longer than this.
CHUNK = 5_000


def bookmaker_keys() -> dict[int, str]:
    return dict(Bookmaker.objects.values_list("id", "key"))


def bookmaker_ids(titles: Mapping[str, str]) -> dict[str, int]:
    """The id of each bookmaker by key; new ones take the title given."""
    known = dict(Bookmaker.objects.values_list("key", "id"))
    missing = [Bookmaker(key=key, title=titles[key]) for key in sorted(titles.keys() - known.keys())]
    return known | _create(missing, lambda: dict(Bookmaker.objects.values_list("key", "id")))


def market_keys() -> dict[int, str]:
    return dict(Market.objects.values_list("id", "key"))


def market_ids(keys: Iterable[str]) -> dict[str, int]:
    known = dict(Market.objects.values_list("key", "id"))
    missing = [Market(key=key) for key in sorted(set(keys) - known.keys())]
    return known | _create(missing, lambda: dict(Market.objects.values_list("key", "id")))


def outcomes_by_id(ids: Collection[int]) -> dict[int, OutcomeKey]:
    rows = Outcome.objects.filter(id__in=ids).values_list("id", "side", "name", "description", "line")
    return {id_: OutcomeKey(Side(side), name, description, line) for id_, side, name, description, line in rows}


def outcome_ids(keys: Iterable[OutcomeKey]) -> dict[OutcomeKey, int]:
    wanted = set(keys)
    known = _known_outcomes(wanted)
    missing = [Outcome(**key._asdict()) for key in sorted(wanted - known.keys(), key=repr)]
    return known | _create(missing, lambda: _known_outcomes(wanted))


def _known_outcomes(keys: Iterable[OutcomeKey]) -> dict[OutcomeKey, int]:
    names = sorted({key.name for key in keys})
    known = {}
    for start in range(0, len(names), CHUNK):
        rows = Outcome.objects.filter(name__in=names[start : start + CHUNK])
        for side, name, description, line, id_ in rows.values_list("side", "name", "description", "line", "id"):
            known[OutcomeKey(Side(side), name, description, line)] = id_
    return known


def scope_ids(requests: Iterable[Asked]) -> dict[str, int]:
    """The id of each request's scope, by `scope_key`."""
    by_key = {scope_key(asked): asked for asked in requests}
    known = _ids_by_key()
    missing = [
        Scope(asked=by_key[key].as_json(), odds_format=by_key[key].odds_format)
        for key in sorted(by_key.keys() - known.keys())
    ]
    return known | _create(missing, _ids_by_key)


def known_scopes() -> dict[int, Asked]:
    """What was asked, by the id of its row."""
    return {scope.pk: Asked.from_json(scope.asked, scope.odds_format) for scope in Scope.objects.all()}


def _ids_by_key() -> dict[str, int]:
    return {scope_key(asked): id_ for id_, asked in known_scopes().items()}


def scope_key(asked: Asked) -> str:
    """A text that two requests share if they asked for the same."""
    return f"{asked.odds_format} {asked.as_json()}"


def _create(missing: list[Any], look_up: Callable[[], dict[Any, int]]) -> dict[Any, int]:
    """Insert rows unless another process was first, and return the ids of all. Only missing ones draw a number."""
    if not missing:
        return {}
    model: type[Model] = type(missing[0])
    model._default_manager.bulk_create(missing, ignore_conflicts=True)
    return look_up()
