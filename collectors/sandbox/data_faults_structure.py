"""Parts of an answer that are missing, there twice, of another kind, or do not fit together."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from .data_faults_places import Change, Part, Place, literal

Which = Callable[[Place], Part]


def _event(place: Place) -> Part:
    return place.event


def _bookmaker(place: Place) -> Part:
    return place.bookmaker


def _market(place: Place) -> Part:
    return place.market


def _outcome(place: Place) -> Part:
    return place.outcome


def _without(which: Which, name: str) -> Change:
    def remove(place: Place) -> None:
        del which(place)[name]

    return remove


def _put(which: Which, **values: Any) -> Change:
    return lambda place: which(place).update(values)


def _renamed(which: Which, old: str, new: str) -> Change:
    def rename(place: Place) -> None:
        part = which(place)
        part[new] = part.pop(old)

    return rename


def _missing_update(place: Place) -> None:
    """Neither the market nor its bookmaker says when."""
    for part in (place.market, place.bookmaker):
        part.pop("last_update", None)


def _extra_field(place: Place) -> None:
    for part in (place.event, place.bookmaker, place.market, place.outcome):
        part["new_in_v5"] = {"deep": [1, None, "two"]}


def _twice(parts: list[Part], part: Part, **changed: Any) -> None:
    """The part a second time right behind itself, changed."""
    parts.insert(parts.index(part) + 1, {**deepcopy(part), **changed})


def _duplicate_outcome(place: Place) -> None:
    _twice(place.outcomes, place.outcome)


def _conflicting_outcome(place: Place) -> None:
    _twice(place.outcomes, place.outcome, price=_other_price(place.outcome))


def _duplicate_market(place: Place) -> None:
    _twice(place.markets, place.market)


def _conflicting_market(place: Place) -> None:
    _twice(place.markets, place.market, outcomes=_repriced(place.market)["outcomes"])


def _duplicate_bookmaker(place: Place) -> None:
    _twice(place.bookmakers, place.bookmaker)


def _conflicting_bookmaker(place: Place) -> None:
    markets = [_repriced(market) for market in place.markets]
    _twice(place.bookmakers, place.bookmaker, markets=markets)


def _duplicate_event(place: Place) -> None:
    _twice(place.events, place.event)


def _conflicting_event(place: Place) -> None:
    bookmakers = [{**book, "markets": [_repriced(market) for market in book["markets"]]} for book in place.bookmakers]
    _twice(place.events, place.event, bookmakers=bookmakers)


def _repriced(market: Part) -> Part:
    return {**market, "outcomes": [{**each, "price": _other_price(each)} for each in market["outcomes"]]}


def _other_price(outcome: Part) -> float:
    """A little further from even money, in either format."""
    price: float = outcome["price"]
    return price + (5 if price > 0 else -5) if abs(price) >= 100 else round(price + 0.05, 2)


def _one_outcome(place: Place) -> None:
    place.outcomes.remove(place.outcome)


def _three_outcomes(place: Place) -> None:
    place.outcomes.append({**place.outcome, "name": "Draw", "price": 900})


def _over_over(place: Place) -> None:
    for outcome in place.outcomes:
        outcome["name"] = "Over"


def _one_more_total(place: Place) -> None:
    """Over at one point, under at another."""
    place.outcome["point"] += 1


def _spreads_not_opposite(place: Place) -> None:
    """Both sides get points, or both give them."""
    place.outcome["point"] = -place.outcome["point"]


def _withdraw_market(place: Place) -> None:
    place.markets.remove(place.market)


def _withdraw_bookmaker(place: Place) -> None:
    place.bookmakers.remove(place.bookmaker)


def _new_bookmaker(place: Place) -> None:
    _twice(place.bookmakers, place.bookmaker, key="newbook", title="New Book")


def _new_market(place: Place) -> None:
    _twice(place.markets, place.market, key="new_market")


CASES: dict[str, Change] = {
    "missing_bookmakers": _without(_event, "bookmakers"),
    "missing_markets": _without(_bookmaker, "markets"),
    "missing_outcomes": _without(_market, "outcomes"),
    "missing_bookmaker_key": _without(_bookmaker, "key"),
    "missing_market_key": _without(_market, "key"),
    "missing_title": _without(_bookmaker, "title"),
    "missing_name": _without(_outcome, "name"),
    "missing_price": _without(_outcome, "price"),
    "missing_point": _without(_outcome, "point"),
    "missing_last_update": _missing_update,
    "missing_id": _without(_event, "id"),
    "missing_start": _without(_event, "commence_time"),
    "missing_home_team": _without(_event, "home_team"),
    "bookmakers_null": _put(_event, bookmakers=None),
    "bookmakers_empty": _put(_event, bookmakers=[]),
    "bookmakers_object": _put(_event, bookmakers={}),
    "bookmaker_null": lambda place: place.bookmakers.insert(0, literal("null")),  # type: ignore[arg-type]
    "markets_null": _put(_bookmaker, markets=None),
    "markets_empty": _put(_bookmaker, markets=[]),
    "outcomes_null": _put(_market, outcomes=None),
    "outcomes_empty": _put(_market, outcomes=[]),
    "outcome_text": lambda place: place.outcomes.insert(0, literal('"Over"')),  # type: ignore[arg-type]
    "event_null": lambda place: place.events.insert(0, literal("null")),  # type: ignore[arg-type]
    "duplicate_outcome": _duplicate_outcome,
    "conflicting_outcome": _conflicting_outcome,
    "duplicate_market": _duplicate_market,
    "conflicting_market": _conflicting_market,
    "duplicate_bookmaker": _duplicate_bookmaker,
    "conflicting_bookmaker": _conflicting_bookmaker,
    "duplicate_event": _duplicate_event,
    "conflicting_event": _conflicting_event,
    "one_outcome": _one_outcome,
    "three_outcomes": _three_outcomes,
    "over_over": _over_over,
    "unknown_team": _put(_outcome, name="Nobody's Team"),
    "two_totals": _one_more_total,
    "spreads_not_opposite": _spreads_not_opposite,
    "market_withdrawn": _withdraw_market,
    "bookmaker_withdrawn": _withdraw_bookmaker,
    "new_bookmaker": _new_bookmaker,
    "new_market": _new_market,
    "extra_field": _extra_field,
    "renamed_field": _renamed(_outcome, "price", "odds"),
    "renamed_markets": _renamed(_bookmaker, "markets", "offers"),
    "field_type": _put(_outcome, name={"full": "Over", "short": "O"}),
    "key_number": _put(_bookmaker, key=17),
    "title_number": _put(_bookmaker, title=17),
}
