"""What many books together think fair, pure."""

from collections.abc import Sequence
from typing import Literal


def consensus(
    probabilities: Sequence[Sequence[float]],
    *,
    weights: Sequence[float] | None = None,
    how: Literal["mean", "median"] = "mean",
) -> tuple[float, ...]:
    """The fair chances of the outcomes of one market, from those that several books give them; they sum to 1.

    One row for each book: its chances with the margin removed, of the same outcomes in the same order and at the same
    number. Prices are never averaged: American -105 and +105 would give 0. Books weigh the same unless told. The median
    is, outcome by outcome, the chance with half of the weight on either side. Raises ValueError where there is no book,
    where a row is no set of chances or of another length, and where the weights do not fit.
    """
    _check(probabilities)
    weights = _checked([1.0] * len(probabilities) if weights is None else weights, len(probabilities))
    middle = _median if how == "median" else _mean
    chances = [middle(outcome, weights) for outcome in zip(*probabilities, strict=True)]
    total = sum(chances)
    if not total > 0:
        raise ValueError(
            f"the {how} of {len(probabilities)} books leaves no outcome a chance: they contradict each other"
        )
    return tuple(chance / total for chance in chances)


def _check(probabilities: Sequence[Sequence[float]]) -> None:
    if not probabilities:
        raise ValueError("a consensus needs at least one book")
    if len({len(row) for row in probabilities}) > 1:
        raise ValueError(f"the books have unequal numbers of outcomes: {[len(row) for row in probabilities]}")
    for row in probabilities:
        if not (abs(sum(row) - 1) < 1e-6 and min(row) >= 0):
            raise ValueError(f"{tuple(row)} are no chances that sum to 1: remove the margin first")


def _checked(weights: Sequence[float], books: int) -> Sequence[float]:
    if len(weights) != books:
        raise ValueError(f"{len(weights)} weights for {books} books: each book has one")
    if not (min(weights) >= 0 and sum(weights) > 0):
        raise ValueError(f"weights are at least 0, and one is above: {list(weights)}")
    return weights


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def _median(values: Sequence[float], weights: Sequence[float]) -> float:
    """The value at half of the weight, or the middle of two where half lies exactly between them."""
    ordered = sorted((value, weight) for value, weight in zip(values, weights, strict=True) if weight)
    half, passed = sum(weights) / 2, 0.0
    for number, (value, weight) in enumerate(ordered):
        passed += weight
        if abs(passed - half) <= 1e-12 * half:
            return (value + ordered[number + 1][0]) / 2
        if passed > half:
            break
    return value
