"""Which of the scores that an event was given is its result, pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import EventScore


def shown(scores: Iterable[EventScore]) -> EventScore:
    """The score to show of all that an event has; there must be one. The order in which they came does not matter.

    Of each trust the newest counts. Of these a final score goes before one of a game under way, then the most trust.
    """
    newest: dict[int, EventScore] = {}
    for score in sorted(scores, key=lambda score: (score.observed_at, progress(score), score.origin)):
        newest[score.trust] = score
    return max(newest.values(), key=lambda score: (score.completed, score.trust))


def progress(score: EventScore) -> tuple[bool, int, int]:
    """How far the game had come: of two scores at one instant the further one counts."""
    return score.completed, score.home_score or 0, score.away_score or 0


def completed_at(scores: Iterable[EventScore]) -> datetime | None:
    """When the provider first called the game over; None if only what was imported does, for nobody knows then."""
    over = [score for score in scores if score.completed and not score.origin]
    first = min(over, key=lambda score: score.observed_at, default=None)
    return None if first is None else first.last_update or first.observed_at


def said(score: EventScore | None) -> tuple[int | None, int | None, bool] | None:
    """What a score says: home, away, and whether the game is over. None of none."""
    return None if score is None else (score.home_score, score.away_score, score.completed)
