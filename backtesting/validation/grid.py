"""The configurations of a sweep: all combinations of the values given, or some of them drawn. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod
from random import Random

MOST_VALUES = 1_000
Grid = Mapping[str, Sequence[str]]
"""Values of parameters as text, by name."""


def parse_values(text: str) -> list[str]:
    """The values of '0.01|0.02|0.05', or of '0.01..0.05:0.01', a range with both ends and a step.

    Values are parted by bars, since a comma may be inside one. Raises ValueError for what cannot be read.
    """
    first, dots, rest = text.partition("..")
    if not dots:
        values = [value.strip() for value in text.split("|")]
        if not all(values):
            raise ValueError(f"{text!r}: values are parted by |, as 0.01|0.02, or are a range, as 0.01..0.05:0.01")
        return values
    last, colon, step = rest.partition(":")
    try:
        low, high, by = Decimal(first), Decimal(last), Decimal(step if colon else 1)
        count = int((high - low) / by) + 1
    except (InvalidOperation, ZeroDivisionError, OverflowError, ValueError) as error:
        raise ValueError(f"{text!r} is no range: it is written as 0.01..0.05:0.01, with the step last") from error
    if not (by > 0 and 1 <= count <= MOST_VALUES):
        raise ValueError(f"{text!r} has {max(count, 0):,} values: a range goes up and has at most {MOST_VALUES:,}")
    return [str(low + by * number) for number in range(count)]


def combinations(grid: Grid, *, draws: int | None = None, seed: int = 0) -> list[dict[str, str]]:
    """All combinations, the last parameter varying fastest; with `draws` so many different ones, drawn at random."""
    names, total = list(grid), prod(len(values) for values in grid.values())
    if draws is None or draws >= total:
        return [dict(zip(names, values, strict=True)) for values in product(*grid.values())]
    return [_numbered(grid, number) for number in sorted(Random(seed).sample(range(total), draws))]  # noqa: S311


def _numbered(grid: Grid, number: int) -> dict[str, str]:
    """The combination of this number in the order of all, without making the others."""
    found = {}
    for name, values in reversed([*grid.items()]):
        number, place = divmod(number, len(values))
        found[name] = values[place]
    return {name: found[name] for name in grid}
