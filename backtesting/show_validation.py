"""Sweeps and walk-forwards as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from events.cli import plain, table
from events.wording import plural

from .show import FIGURES, figures
from .validation.criteria import CRITERIA
from .validation.service import Choice, SweepReport
from .validation.walk_forward import WalkForward
from .wording import number, share, signed_share

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from .result import BacktestResult

SHOWN = 15  # configurations of a sweep, best first


def sweep_tables(report: SweepReport, choice: Choice) -> Iterator[RenderableType]:
    """The best configurations, and what is left of the best once all that was tried is counted."""
    known = [(place, result) for place, result in enumerate(report.sweep.results) if result is not None]
    of = CRITERIA[choice.by]
    known.sort(key=lambda each: (of(each[1].metrics) is not None, of(each[1].metrics) or 0.0), reverse=True)
    yield _configurations(report, known[:SHOWN])
    if len(known) > SHOWN:
        yield plain(f"… and {len(known) - SHOWN:,} more", "dim")
    yield ""
    yield from _verdict(report, choice)


def _configurations(report: SweepReport, known: Sequence[tuple[int, BacktestResult]]) -> Table:
    varied = _varied([answer.spec.parameters for answer in report.sweep.answers])
    listing = table()
    for name in varied:
        listing.add_column(name)
    for name in FIGURES:
        listing.add_column(name, justify="right")
    for place, _ in known:
        parameters = report.sweep.answers[place].spec.parameters
        listing.add_row(*(plain(str(parameters[name])) for name in varied), *figures(report.runs[place].metrics))
    return listing


def _varied(parameters: Sequence[Any]) -> list[str]:
    """The names of the parameters that differ between the configurations."""
    return [name for name in parameters[0] if len({str(each[name]) for each in parameters}) > 1] if parameters else []


def _verdict(report: SweepReport, choice: Choice) -> Iterator[RenderableType]:
    failed = [answer for answer in report.sweep.answers if answer.result is None]
    if failed:
        yield plain(
            f"⚠ {plural(len(failed), 'configuration')} could not be run, the first: {failed[0].error}", "yellow"
        )
    if report.best is None:
        yield plain(f"⚠ None has {plural(choice.fewest_bets, 'bet')} and a {choice.by}, so none is best", "yellow")
        return
    deflated = report.runs[report.best].metrics["deflated"]
    if deflated:
        yield plain(
            f"The best of {plural(deflated['trials'], 'configuration')} tried on these data: with all of them counted "
            f"the chance that it has an edge is {share(deflated['probability'], 0)} (deflated Sharpe ratio)"
        )
    if over := report.sweep.overfitting:
        yield plain(
            f"Probability of overfitting {share(over.probability, 0)}: so often the best on half of the days is below "
            f"the middle on the others ({over.combinations:,} splits)"
        )


def walk_tables(walked: WalkForward, choice: Choice) -> Iterator[RenderableType]:
    """Every step, and all test windows together."""
    listing = table()
    for name in ("Training", "Test", "Chosen"):
        listing.add_column(name)
    for name in (f"{choice.by} before", f"{choice.by} after", "Bets", "Too early"):
        listing.add_column(name, justify="right")
    varied = _varied([step.chosen.parameters for step in walked.steps if step.chosen])
    for step in walked.steps:
        chosen = ", ".join(f"{name}={step.chosen.parameters[name]}" for name in varied) if step.chosen else "none"
        listing.add_row(
            f"{step.train_start:%Y-%m-%d}–{step.train_end:%Y-%m-%d}",
            f"{step.test_start:%Y-%m-%d}–{step.test_end:%Y-%m-%d}",
            plain(chosen or "always the same"),
            _figure(step.trained, choice.by),
            _figure(step.tested, choice.by),
            f"{step.bets:,}",
            f"{step.too_early:,}",
        )
    yield listing
    if too_early := sum(step.too_early for step in walked.steps):
        yield plain(
            f"⚠ {plural(too_early, 'bet is', 'bets are')} left out: wanted before the last result was known by which "
            "the configuration was chosen",
            "yellow",
        )
    yield ""
    whole = table("All test windows together")
    for name in FIGURES:
        whole.add_column(name, justify="right")
    whole.add_row(*figures(walked.metrics.as_json()))
    yield whole


def _figure(value: float | None, by: str) -> str:
    return number(value) if by == "sharpe" else signed_share(value)
