"""Results as they come in: points so far, the final score, and now and then a correction."""

from __future__ import annotations

from typing import NamedTuple

from .draws import uniform
from .league import HOUR, MINUTE, Game
from .truth import PLAY_STEPS, final_score, margin_path, total_path

CORRECTED = 1 / 200  # of final scores


class Score(NamedTuple):
    """What is known of a game's score at an instant; both sides None before it."""

    home: int | None
    away: int | None
    completed: bool
    last_update: int | None  # seconds since 1970


def score(game: Game, at: float) -> Score:
    if not game.is_played or at < game.tipoff:
        return Score(None, None, False, None)
    read = int(at // 30) * 30 - 30 + int(uniform(game.id, "score phase") * 30)
    if read < game.tipoff:
        return Score(0, 0, False, game.tipoff)
    if read < game.finished:
        return Score(*_so_far(game, read), False, read)
    home, away = final_score(game)
    corrected = _corrected_at(game)
    if corrected is not None and read < corrected:
        return Score(home + 1, away, True, max(read, game.finished))
    return Score(home, away, True, max(read, game.finished))


def _corrected_at(game: Game) -> int | None:
    """When a final score with a point too many for home is put right; for most games never."""
    if uniform(game.id, "correction") >= CORRECTED:
        return None
    return game.finished + 10 * MINUTE + int(uniform(game.id, "corrected") * 12 * HOUR)


def _so_far(game: Game, at: float) -> tuple[int, int]:
    """Points at an instant of the play: they never fall, and never pass the final ones."""
    margins, totals = margin_path(game).means[-PLAY_STEPS - 1 :], total_path(game).means[-PLAY_STEPS - 1 :]
    steps = int((at - game.tipoff) / (game.finished - game.tipoff) * PLAY_STEPS)
    final_home, final_away = final_score(game)
    home = away = 0.0
    for step in range(1, steps + 1):
        left = 1 - step / PLAY_STEPS
        margin, total = margins[step] - margins[0] * left, totals[step] - totals[0] * left
        home, away = max(home, (total + margin) / 2), max(away, (total - margin) / 2)
    return min(int(home), final_home), min(int(away), final_away)
