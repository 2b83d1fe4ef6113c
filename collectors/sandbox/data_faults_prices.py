"""Prices and points that are none, or none that anybody offers."""

from __future__ import annotations

from typing import Any

from .data_faults_places import Change, Place, literal


def _price(value: Any) -> Change:
    return lambda place: place.outcome.update(price=value)


def _point(value: Any) -> Change:
    def put(place: Place) -> None:
        place.outcome["point"]  # only where there is one
        place.outcome.update(point=value)

    return put


CASES: dict[str, Change] = {
    "price_null": _price(None),
    "price_text": _price("-110"),
    "price_word": _price("EVEN"),
    "price_nan": _price(literal("NaN")),
    "price_infinity": _price(literal("Infinity")),
    "price_minus_infinity": _price(literal("-Infinity")),
    "price_true": _price(True),
    "price_list": _price([-110]),
    "price_exponent": _price(literal("1e400")),
    "price_huge": _price(literal("1" + "0" * 30)),
    "price_digits": _price(literal("1" * 5_000)),
    "price_minus_zero": _price(literal("-0")),
    "price_zero": _price(0),
    "price_inside": _price(50),
    "price_inside_minus": _price(-99),
    "price_fraction": _price(literal("-110.5")),
    "price_whole_fraction": _price(literal("-110.0")),
    "price_out_of_range": _price(250_000),
    "point_null": _point(None),
    "point_text": _point("3.5"),
    "point_nan": _point(literal("NaN")),
    "point_true": _point(True),
    "point_huge": _point(literal("1e300")),
    "point_endless": _point(literal("3.14159265")),
}
