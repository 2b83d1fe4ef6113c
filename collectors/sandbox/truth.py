"""What is true: the expected result at every instant, and how likely each final result is then.

The expectation of the final margin moves by drawn steps of mean zero: at news before the start, with the play after
it. So it is a martingale, its last value decides the result, and the probabilities here are those of the results that
come. The same holds for the total, independently. During the last minutes the parity of the score is approximated, and
where few points fall, as in the NFL, that no side has fewer than none makes totals a little higher than told here.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from math import erfc, floor, log, sqrt

from .draws import normals, uniform, uniforms
from .league import HOUR, Game

FAR_MOVES, NEAR_MOVES = 24, 36  # before the start: spread over the whole time, and crowded towards its end
NEAR_HOURS = 1.5  # mean distance of the latter to the start
PLAY_STEPS = 96
MARGIN_STEP, TOTAL_STEP = 0.025, 0.025  # of a move before the start, in standard deviations of the result
OVERTIME_RATIO = 0.85  # each further point of a win in overtime is so likely as the one before


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """An expectation over time: from times[i] on it is means[i], and the result deviates from it by sds[i]."""

    times: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def index(self, at: float) -> int:
        return max(0, bisect_right(self.times, at) - 1)


@dataclass(frozen=True, slots=True)
class Truth:
    """What holds for an event at an instant, in seconds since 1970. Points, home minus away for the margin."""

    event_id: str
    at: float
    home_win: float  # probability
    margin: float
    margin_sd: float
    total: float
    total_sd: float

    def margin_above(self, line: float) -> tuple[float, float]:
        """The probabilities that home wins by more than `line`, and by exactly that."""
        return margin_above(line, self.margin, self.margin_sd)

    def total_above(self, line: float) -> tuple[float, float]:
        return total_above(line, self.total, self.total_sd, self.margin, self.margin_sd)


def truth(game: Game, at: float) -> Truth:
    margins, totals = margin_path(game), total_path(game)
    i, j = margins.index(at), totals.index(at)
    win, _ = margin_above(0, margins.means[i], margins.sds[i])
    return Truth(game.id, at, win, margins.means[i], margins.sds[i], totals.means[j], totals.sds[j])


@lru_cache(maxsize=1024)
def margin_path(game: Game) -> Path:
    return _path(game, "margin", game.opening_margin, game.sport.margin_sd, MARGIN_STEP)


@lru_cache(maxsize=1024)
def total_path(game: Game) -> Path:
    return _path(game, "total", game.opening_total, game.sport.total_sd, TOTAL_STEP)


@lru_cache(maxsize=4096)
def final_score(game: Game) -> tuple[int, int]:
    """Points of home and away at the end. Nobody draws: there is overtime."""
    margin = _final_margin(margin_path(game).means[-1], uniform(game.id, "overtime"))
    latent = total_path(game).means[-1]
    total = max(margin + 2 * round((latent - margin) / 2), abs(margin))
    return (total + margin) // 2, (total - margin) // 2


def margin_above(line: float, mean: float, sd: float) -> tuple[float, float]:
    """The probabilities of a final margin above `line`, and of one equal to it."""
    above = _margin_at_least(floor(line) + 1, mean, sd)
    return above, (_margin_at_least(floor(line), mean, sd) - above if line == floor(line) else 0.0)


def total_above(line: float, mean: float, sd: float, margin: float, margin_sd: float) -> tuple[float, float]:
    """The same of the final total, which is odd or even as the margin is."""
    tied = _above(-0.5, margin, margin_sd) - _above(0.5, margin, margin_sd)
    even = min(1.0, max(0.0, 0.5 - tied + tied * OVERTIME_RATIO / (1 + OVERTIME_RATIO)))
    above = _total_at_least(floor(line) + 1, mean, sd, even)
    return above, (_total_at_least(floor(line), mean, sd, even) - above if line == floor(line) else 0.0)


def _path(game: Game, name: str, opening: float, sd: float, step: float) -> Path:
    moments = _news_times(game, name)
    length = game.finished - game.tipoff
    times = [game.listed, *moments, *(game.tipoff + length * k / PLAY_STEPS for k in range(1, PLAY_STEPS + 1))]
    means, value = [opening], opening
    for k, draw in enumerate(normals(len(times) - 1, game.id, name)):
        value += draw * sd * (step if k < len(moments) else PLAY_STEPS**-0.5)
        means.append(value)
    before = [sd * sqrt(1 + (len(moments) - k) * step**2) for k in range(len(moments) + 1)]
    during = [sd * sqrt(1 - k / PLAY_STEPS) for k in range(1, PLAY_STEPS + 1)]
    return Path(tuple(times), tuple(means), (*before, *during))


def _news_times(game: Game, name: str) -> list[float]:
    window = game.tipoff - game.listed
    draws = uniforms(FAR_MOVES + NEAR_MOVES, game.id, name, "times")
    far = [draw * window for draw in draws[:FAR_MOVES]]
    near = [min(-NEAR_HOURS * HOUR * log(draw), window) for draw in draws[FAR_MOVES:]]
    return sorted(game.tipoff - ahead for ahead in (*far, *near))


def _final_margin(latent: float, draw: float) -> int:
    if abs(latent) >= 0.5:
        return round(latent)
    return (1 if latent > 0 else -1) * (1 + floor(log(draw) / log(OVERTIME_RATIO)))


def _margin_at_least(points: int, mean: float, sd: float) -> float:
    if points < 1:
        return 1 - _margin_at_least(1 - points, -mean, sd)
    overtime_win = _above(0, mean, sd) - _above(0.5, mean, sd)
    return _above(points - 0.5, mean, sd) + overtime_win * OVERTIME_RATIO ** (points - 1)


def _total_at_least(points: int, mean: float, sd: float, even: float) -> float:
    share = even if points % 2 == 0 else 1 - even
    return share * _above(points - 1, mean, sd) + (1 - share) * _above(points, mean, sd)


def _above(value: float, mean: float, sd: float) -> float:
    return 0.5 * erfc((value - mean) / (max(sd, 1e-9) * sqrt(2)))
