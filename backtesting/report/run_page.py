"""What the page of a run shows, on the site and in the admin."""

from __future__ import annotations

from typing import Any

from .. import queue
from ..models import BacktestRun
from .caveats import caveats
from .equity import curve, sketch
from .figures import at, groups, headline, verdict
from .tables import group_rows

SKETCH_WIDTH, SKETCH_HEIGHT = 640, 120


def asked_context(run: BacktestRun) -> dict[str, Any]:
    """What the page of a run that was asked for shows until it is over."""
    return {
        "is_attended": queue.is_attended(),
        "before": queue.place_in_line(run),
        "percent": round(100 * run.progress),
    }


def run_context(run: BacktestRun) -> dict[str, Any]:
    """Figures, caveats, months and the bankroll as a small picture. What a run has no figures of is empty."""
    return {
        "headline": headline(run.metrics, run.coverage) if run.metrics else [],
        "verdict": verdict(run.metrics) if run.metrics else "There are no figures of this run.",
        "caveats": caveats(run),
        "groups": groups(run.metrics, run.coverage) if run.metrics else [],
        "months": group_rows(at(run.metrics, "breakdowns.month") or []),
        "sketch": sketch(curve(run.equity, run.initial_bankroll), SKETCH_WIDTH, SKETCH_HEIGHT),
        "sketch_width": SKETCH_WIDTH,
        "sketch_height": SKETCH_HEIGHT,
    }
