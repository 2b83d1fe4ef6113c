"""What runs in another process, on this machine or of a Dask cluster. It needs the project's code, and no database."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps

if TYPE_CHECKING:
    from ..history import History
    from ..result import BacktestResult
    from ..strategies import StrategySpec
    from ..terms import RunTerms

SETTINGS = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something on its way to another process, as bytes: it can be unpacked only where Django is set up."""

    content: bytes

    @classmethod
    def of(cls, something: object) -> Parcel:
        return cls(pickle.dumps(something, protocol=pickle.HIGHEST_PROTOCOL))

    def unpacked(self) -> Any:
        return pickle.loads(self.content)  # noqa: S301 - packed by this project a moment ago


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one configuration: its result, or in one line why there is none."""

    spec: StrategySpec
    result: BacktestResult | None
    error: str = ""


_parcel: Parcel | None = None


def receive(parcel: Parcel, settings: str) -> None:
    """Keep the history for all runs of this process."""
    global _parcel
    _parcel = parcel
    _set_up(settings)


def run_here(spec: StrategySpec, terms: RunTerms) -> Answer:
    """Run a configuration on the history that this process was started with."""
    assert _parcel is not None
    return run(_unpacked(_parcel), spec, terms)


def run_anywhere(history: Parcel, task: Parcel, settings: str) -> Answer:
    """Run a configuration in a process that knows nothing yet; the history is unpacked once for each."""
    _set_up(settings)
    return run(_unpacked(history), *task.unpacked())


def run(history: History, spec: StrategySpec, terms: RunTerms) -> Answer:
    """On the range of the terms. What is wrong with it comes back as a line, so that the others go on."""
    from ..engine import simulate
    from ..errors import BacktestError
    from ..strategies import StrategyError

    try:
        part = history.between(terms.start, terms.end)
        return Answer(spec, simulate(part, spec.build(), terms))
    except (BacktestError, StrategyError, ValueError) as error:
        return Answer(spec, None, str(error))


def _set_up(settings: str) -> None:
    os.environ.setdefault(SETTINGS, settings)
    if not apps.ready:
        django.setup()


@lru_cache(maxsize=2)
def _unpacked(parcel: Parcel) -> History:
    history: History = parcel.unpacked()
    return history
