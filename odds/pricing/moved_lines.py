"""What a spread or total is worth at another number, from how far games ended from their lines, with numpy, pure.

The model is one shape for how far results fall from what the line expects, times a factor for each exact number: by 1
games end far less often than a smooth shape has it, by 7 more often, and by 0 never. Factors are shrunk towards 1 by
as much as the scatter of all of them says (empirical Bayes, gamma and Poisson). Shapes that widen with the line, and
shapes freed of the factors, were tried on ten seasons of the NBA: they foretold the later ones worse. Standard errors
are those of counting games; that play changes over the years is not in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from odds.choices import Side

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Number = float | Decimal

FEWEST_GAMES = 500  # to fit a model on
FEWEST_NEAR = 25  # games that ended about as far from their lines as each number crossed is from this one
FEWEST_FORESEEN = 5  # games that the shape has at each number crossed; counts below are nowhere near normal
_STEP = 0.05  # points between the offsets of the shape
_LINE_STEP = 0.25  # points between the lines that are worked out beforehand
_LEAST_VARIANCE = 1e-9  # as good as none


class MovedPrice(NamedTuple):
    """The chances of a side at the number to which its line was moved."""

    probability: float  # to win, given that it does not push: what `expected_value` takes
    push: float
    standard_error: float  # of the probability, from the model alone: what was moved counts as exact
    push_error: float
    games: int  # how many ended on the numbers crossed or touched, whoever won

    @property
    def win(self) -> float:
        return self.probability * (1 - self.push)

    @property
    def lose(self) -> float:
        return (1 - self.probability) * (1 - self.push)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineModel:
    """How likely each result is, given a line: home minus away, or the points of both together.

    Made by `fit_margins` or `fit_totals`. A factor belongs to a key: a number, or for margins a number of either sign.
    """

    is_margin: bool
    games: int
    window: float  # in points: the shape at an offset rests on the games in a window of this width
    numbers: Floats  # every result that can be, ascending
    smooth: Floats  # by line, in steps from the lowest seen to the highest, and number: its chance over its factor
    keys: NDArray[np.intp]  # of each number, the place of its key in what follows
    factors: Floats
    factor_errors: Floats
    seen: Floats  # games that ended there
    foreseen: Floats  # games that would have by the shape alone

    def moved(
        self, probability: float, from_point: Number, to_point: Number, side: str | None = None
    ) -> MovedPrice | None:
        """What a side with this fair chance at one number has at another, points as that side has them.

        `probability` is that of a two-way price without its margin, so given no push. The side is the home team or the
        over unless told. None where the model cannot say: too few games ended at a number on the way, the chance means
        a line beyond those seen, or a number is a quarter. Raises ValueError for a probability outside (0, 1), and for
        a side that the market does not have.
        """
        if not 0 < probability < 1:
            raise ValueError(f"a probability of {probability!r} cannot be moved: it lies between 0 and 1")
        sign, is_upper = self._reading(side)
        start, end = sign * float(from_point), sign * float(to_point)
        if start * 2 % 1 or end * 2 % 1:
            return None
        before = probability if is_upper else 1 - probability
        crossed = (self.numbers >= min(start, end)) & (self.numbers <= max(start, end))
        smooth = self._smooth_where(before, start)
        if smooth is None or not self._is_known(smooth, crossed):
            return None
        chances = smooth * self.factors[self.keys]
        push = float(chances[self.numbers == end].sum())
        after = before if start == end else float(chances[self.numbers > end].sum()) / (1 - push)
        gain = (before, after) if end <= start else (1 - before, 1 - after)  # of the side that gains
        return MovedPrice(
            probability=after if is_upper else 1 - after,
            push=push,
            standard_error=self._error(smooth, crossed * self._weights(start, end, *gain)) / (1 - push),
            push_error=self._error(smooth, (self.numbers == end) * 1.0),
            games=int(self.seen[np.unique(self.keys[crossed])].sum()),
        )

    def _reading(self, side: str | None) -> tuple[int, bool]:
        """By what to multiply a side's points to get the result that they ask for, and whether more of it wins."""
        sides = {Side.HOME: (-1, True), Side.AWAY: (1, False)}
        if not self.is_margin:
            sides = {Side.OVER: (1, True), Side.UNDER: (1, False)}
        if side is None:
            return next(iter(sides.values()))
        if side not in sides:
            raise ValueError(f"{side!r} is no side of this market: it has {' and '.join(sides)}")
        return sides[Side(side)]

    def _smooth_where(self, probability: float, number: float) -> Floats | None:
        """The row for the line that gives this chance to end above a number, if not on it; None beyond all lines.

        Between two lines it is the mixture of both that has the chance exactly.
        """
        factors = self.factors[self.keys]
        above, below = (self.smooth @ (factors * part) for part in (self.numbers > number, self.numbers < number))
        excess = above * (1 - probability) - below * probability
        if not excess[0] <= 0 < excess[-1]:
            return None
        line = int(np.argmax(excess > 0))
        share = excess[line] / (excess[line] - excess[line - 1])
        return np.asarray(share * self.smooth[line - 1] + (1 - share) * self.smooth[line])

    def _is_known(self, smooth: Floats, crossed: Booleans) -> bool:
        near = smooth[crossed] * self.window * self.games
        return bool((near >= FEWEST_NEAR).all() and (self.foreseen[self.keys[crossed]] >= FEWEST_FORESEEN).all())

    def _weights(self, start: float, end: float, before: float, after: float) -> Floats:
        """How much of each number's chance a side gains between two, times its chance not to push at the end.

        All of what lies between. Of what was refunded at the start, `before` was its own; of the end the same is left.
        """
        return np.asarray(1 - before * (self.numbers == start) - (1 - after) * (self.numbers == end))

    def _error(self, smooth: Floats, weights: Floats) -> float:
        """The standard error of a weighted sum of chances: that of each factor, and that of the shape as a whole."""
        by_key = np.bincount(self.keys, weights=weights * smooth, minlength=len(self.factors))
        near = smooth[weights > 0].min(initial=np.inf) * self.window * self.games
        return float(np.hypot(np.linalg.norm(by_key * self.factor_errors), by_key @ self.factors / sqrt(near)))


def fit_margins(home_spreads: ArrayLike, margins: ArrayLike) -> LineModel:
    """The model of spreads, from the closing points of the home side (-3.5 for a favourite) and home minus away.

    One element for each game; those with a NaN are left out. Raises ValueError below `FEWEST_GAMES`.
    """
    return _fit(-np.asarray(home_spreads, dtype=np.float64), np.asarray(margins, dtype=np.float64), is_margin=True)


def fit_totals(totals: ArrayLike, points: ArrayLike) -> LineModel:
    """The model of totals, from closing totals and the points of both teams together; else as `fit_margins`."""
    return _fit(np.asarray(totals, dtype=np.float64), np.asarray(points, dtype=np.float64), is_margin=False)


def _fit(expected: Floats, results: Floats, *, is_margin: bool) -> LineModel:
    known = np.isfinite(expected) & np.isfinite(results)
    expected, results = expected[known], results[known]
    if len(results) < FEWEST_GAMES:
        raise ValueError(f"{len(results)} games with a line and a result are too few to fit: {FEWEST_GAMES} are needed")
    offsets, shape, window = _smoothed(results - expected)
    numbers = np.arange(floor(expected.min() + offsets[0]), ceil(expected.max() + offsets[-1]) + 1, dtype=np.float64)
    names, keys = np.unique(np.abs(numbers) if is_margin else numbers, return_inverse=True)

    def by_line(lines: Floats) -> Floats:
        return np.interp(numbers - lines[:, None], offsets, shape, left=0.0, right=0.0)

    lines, games = np.unique(expected, return_counts=True)
    foreseen = np.bincount(keys, weights=games @ by_line(lines)).astype(np.float64)
    seen = np.bincount(keys[np.searchsorted(numbers, results)], minlength=len(names)).astype(np.float64)
    factors, factor_errors = _factors(seen, foreseen, is_tie=(names == 0) & is_margin)
    rows = by_line(np.arange(lines[0], lines[-1] + _LINE_STEP, _LINE_STEP))
    return LineModel(
        is_margin=is_margin,
        games=len(results),
        window=window,
        numbers=numbers,
        smooth=rows / (rows @ factors[keys])[:, None],
        keys=keys,
        factors=factors,
        factor_errors=factor_errors,
        seen=seen,
        foreseen=foreseen,
    )


def _smoothed(offsets: Floats) -> tuple[Floats, Floats, float]:
    """The density of offsets on a grid, and the width of the window on which each of its values rests.

    A Gaussian kernel of Silverman's width, over offsets drawn together so that the variance stays what it was
    (Silverman 1986, sections 3.4 and 6.4).
    """
    centre, spread = offsets.mean(), offsets.std()
    if not spread > 0:
        raise ValueError(f"all {len(offsets)} results lie {centre:g} from their lines: that is no distribution to fit")
    width = float(1.06 * spread * len(offsets) ** -0.2)
    drawn = centre + (offsets - centre) * sqrt(1 - (width / spread) ** 2)
    edges = np.arange(drawn.min() - 5 * width, drawn.max() + 5 * width, _STEP)
    reach = ceil(4 * width / _STEP)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _STEP / width) ** 2)
    counts = np.histogram(drawn, edges)[0]
    density = np.convolve(counts, kernel / kernel.sum(), mode="same") / (len(offsets) * _STEP)
    return edges[:-1] + _STEP / 2, density, 2 * sqrt(pi) * width


def _factors(seen: Floats, foreseen: Floats, is_tie: Booleans) -> tuple[Floats, Floats]:
    """How much oftener than by the shape games end on each key, with standard errors.

    The variance of true factors is what the scatter of the common ones has beyond that of counts, and one of its
    standard errors more, lest factors that happen to lie close pass for equal. Ties are rare by rule and not by chance,
    so theirs is not drawn towards the others.
    """
    common = (foreseen >= FEWEST_NEAR) & ~is_tie
    excess = (seen[common] - foreseen[common]) ** 2 / foreseen[common] - 1
    beyond = excess.sum() + sqrt(2 * len(excess))
    variance = max(beyond / max(foreseen[common].sum(), 1), _LEAST_VARIANCE)
    prior = np.where(is_tie, _LEAST_VARIANCE, 1 / variance)
    return (seen + prior) / (foreseen + prior), np.sqrt(seen + np.maximum(prior, 1)) / (foreseen + prior)
