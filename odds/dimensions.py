"""The keys of the small tables, looked up many at a time and made where they are missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from .choices import Side
from .known_bookmakers import kind_of
from .models import Bookmaker, Market, Outcome, Scope
from .records import Asked, OutcomeKey


def bookmaker_keys() -> dict[int, str]:
    return dict(Bookmaker.objects.values_list("id", "key"))


def bookmaker_titles() -> dict[str, str]:
    """The title of each bookmaker by key; the key for one without."""
    return {key: title or key for key, title in Bookmaker.objects.values_list("key", "title")}


def bookmaker_ids(titles: Mapping[str, str]) -> dict[str, int]:
    """The id of each bookmaker by key. New ones take the title given, known ones if they have none yet."""
    known = {book.key: book for book in Bookmaker.objects.all()}
    for key, title in titles.items():
        if title and key in known and not known[key].title:
            Bookmaker.objects.filter(pk=known[key].pk, title="").update(title=title)
    missing = [Bookmaker(key=key, title=titles[key], kind=kind_of(key)) for key in sorted(titles.keys() - known.keys())]
    ids = {key: book.pk for key, book in known.items()}
    return ids | _create(missing, lambda: dict(Bookmaker.objects.values_list("key", "id")))


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


def _known_outcomes(keys: Collection[OutcomeKey]) -> dict[OutcomeKey, int]:
    sql = """
        SELECT outcome.side, outcome.name, outcome.description, outcome.line, outcome.id
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[]) AS wanted (side, name, description, line)
        JOIN odds_outcome AS outcome ON outcome.name = wanted.name AND outcome.description = wanted.description
            AND outcome.side = wanted.side AND outcome.line IS NOT DISTINCT FROM wanted.line
    """
    columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], [], []]
    with connection.cursor() as cursor:
        cursor.execute(sql, columns)
        return {OutcomeKey(Side(side), *rest): id_ for side, *rest, id_ in cursor.fetchall()}


def scope_ids(requests: Iterable[Asked]) -> dict[str, int]:
    """The id of each request's scope, by its digest."""
    by_digest = {asked.digest: asked for asked in requests}
    known = _ids_by_digest(by_digest)
    missing = [
        Scope(digest=digest, asked=by_digest[digest].as_json(), odds_format=by_digest[digest].odds_format)
        for digest in sorted(by_digest.keys() - known.keys())
    ]
    return known | _create(missing, lambda: _ids_by_digest(by_digest))


def _ids_by_digest(digests: Iterable[str]) -> dict[str, int]:
    return dict(Scope.objects.filter(digest__in=list(digests)).values_list("digest", "id"))


class Requests(dict[int, Asked]):
    """What was asked, by the id of its row; each is read once, when it is first wanted."""

    def __missing__(self, scope_id: int) -> Asked:
        scope = Scope.objects.get(pk=scope_id)
        self[scope_id] = Asked.from_json(scope.asked, scope.odds_format)
        return self[scope_id]


def _create(missing: list[Any], look_up: Callable[[], dict[Any, int]]) -> dict[Any, int]:
    """Insert rows unless another process was first, and return the ids of all. Only missing ones draw a number."""
    if not missing:
        return {}
    model: type[Model] = type(missing[0])
    model._default_manager.bulk_create(missing, ignore_conflicts=True)
    return look_up()
