"""What has to be said beside the figures of a stored run, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from events.wording import plural

from ..choices import RunKind, RunState
from ..wording import number
from .figures import SURE, Json, at, reason

if TYPE_CHECKING:
    from ..models import BacktestRun


def caveats(run: BacktestRun) -> list[str]:
    """The caveats that the run was stored with, and those of what else is known of it. Empty if there is none."""
    stored = [*(at(run.metrics, "caveats") or []), *(at(run.coverage, "notes") or [])]
    return [*_of_state(run), *stored, *_of_trials(run.metrics), *_of_risk(run.metrics)]


def _of_state(run: BacktestRun) -> Iterator[str]:
    if run.state == RunState.FAILED:
        yield f"The run failed: {run.error}"
    elif run.state == RunState.CANCELLED:
        yield "The run was cancelled before it was done."
    elif run.state != RunState.DONE:
        yield f"The run is {run.state}: what is shown is not all."
    if run.kind == RunKind.PAPER:
        yield "These are paper bets, decided on live prices: nobody took them."


def _of_trials(metrics: Json) -> Iterator[str]:
    trials, chance = at(metrics, "trials") or 0, at(metrics, "deflated.probability")
    if trials < 2:
        return
    told = (
        f"{plural(trials, 'configuration')} had been tried on these data when this one ran, so that one of them looks "
        "good by luck alone"
    )
    if chance is None:
        yield f"{told}; there are too few days, or there is too little risk, to count that in."
    elif chance < SURE:
        yield f"{told}. That counted in, the deflated result is {number(chance)}, below {SURE}: this is no proof."
    else:
        yield f"{told}. That counted in, the deflated result is {number(chance)}, still above {SURE}."


def _of_risk(metrics: Json) -> Iterator[str]:
    if why := reason(metrics, "sharpe_ratio"):
        yield f"There is no Sharpe ratio: {why}."
    if at(metrics, "yield") is not None and (why := at(metrics, "intervals.note")):
        yield f"There are no intervals: {why}."
