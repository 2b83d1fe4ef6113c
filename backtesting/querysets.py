"""The questions that are asked of runs, chainable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from .choices import RunKind, RunState

if TYPE_CHECKING:
    from .models import BacktestRun  # noqa: F401 - named in the base class below


class BacktestRunQuerySet(models.QuerySet["BacktestRun"]):
    def done(self) -> Self:
        return self.filter(state=RunState.DONE)

    def trials(self, sport_key: str, start: datetime, end: datetime) -> Self:
        """Finished runs on data of this sport that overlaps [start, end), paper trading left out."""
        overlapping = self.done().filter(sport_key=sport_key, start__lt=end, end__gt=start)
        return overlapping.exclude(kind=RunKind.PAPER)
