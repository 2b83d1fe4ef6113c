"""Staking plans as text."""

from __future__ import annotations

from .base import Flat, Percentage, Staking
from .kelly import Kelly
from .simultaneous import SimultaneousKelly

_SHAPES = (
    "flat:AMOUNT, percent:FRACTION, kelly:FRACTION or joint-kelly:FRACTION, the latter two with ,cap= and ,position="
)


def parse_staking(text: str) -> Staking:
    """The plan of 'flat:100', 'percent:0.02', 'kelly:0.25', 'kelly:0.25,cap=0.05' or 'joint-kelly:0.25,cap=0.2'.

    'kelly' alone is the whole of Kelly's stake. Raises ValueError for what cannot be read.
    """
    name, _, rest = text.strip().partition(":")
    value, *options = (part.strip() for part in rest.split(","))
    try:
        named = dict(map(_option, options))
        if name in ("kelly", "joint-kelly"):
            plan = Kelly if name == "kelly" else SimultaneousKelly
            return plan(_number(value or "1"), **named)
        if name in ("flat", "percent") and not named:
            return Flat(_number(value)) if name == "flat" else Percentage(_number(value))
    except TypeError:
        pass
    except ValueError as error:
        raise ValueError(f"staking plan {text!r}: {error}; expected {_SHAPES}") from error
    raise ValueError(f"staking plan {text!r} is not known, expected {_SHAPES}")


def _option(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is no name=number")
    return name.strip(), _number(number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is no number" if text.strip() else "a number is missing") from None
