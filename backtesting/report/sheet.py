"""A stored run as one HTML file that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from ..choices import BetState
from ..models import BacktestRun
from ..wording import estimated, game_days, number, plural, share
from .caveats import caveats
from .charts import Chart, calibration_chart, distribution_chart, equity_chart
from .equity import curve
from .figures import at, groups, headline, verdict
from .histograms import histogram
from .intervals import whiskers
from .tables import bet_rows, bin_rows, breakdown_tables, calibration_rows, group_rows, settings_tables

# A page with more is slow to open; the others are in the database.
MOST_BETS = 2_000
# Fewer show no distribution: the table of bets has them one by one.
FEWEST_DISTRIBUTED = 10


class Panel(NamedTuple):
    """A chart with the same as a table, for whoever cannot see it or wants the numbers."""

    title: str
    chart: Chart
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def write_tear_sheet(run: BacktestRun, path: Path) -> None:
    """Write the tear sheet of a stored run. Raises OSError where the file cannot be written."""
    path.write_text(tear_sheet(run), encoding="utf-8")


def tear_sheet(run: BacktestRun) -> str:
    """The tear sheet of a stored run, from its figures as they are stored and its bets."""
    panels = {panel.chart.id: panel for panel in _panels(run)}
    scripts = _scripts(with_charts=bool(panels))
    breakdowns = at(run.metrics, "breakdowns") or {}
    bets = bet_rows(run.bets.order_by("number")[:MOST_BETS])
    context = {
        "run": run,
        "days": game_days(run.start, run.end),
        "headline": headline(run.metrics, run.coverage),
        "verdict": verdict(run.metrics) if run.metrics else "",
        "caveats": caveats(run),
        "whiskers": list(whiskers(run.metrics)),
        "interval_note": _interval_note(run),
        "panels": panels,
        "figures": [panel.chart.figure for panel in panels.values()],
        "months": group_rows(breakdowns.get("month", [])),
        "breakdowns": breakdown_tables(breakdowns),
        "groups": groups(run.metrics, run.coverage),
        "bets": bets,
        "left_out": run.bets.count() - len(bets) if len(bets) == MOST_BETS else 0,
        "settings": settings_tables(run),
        "scripts": scripts,
        "script_sources": " ".join(map(_source, scripts)) or "'none'",
    }
    return render_to_string("backtesting/tear_sheet.html", context)


def _panels(run: BacktestRun) -> Iterator[Panel]:
    """The charts that there is something to show in."""
    money = curve(run.equity, run.initial_bankroll)
    if len(set(money.money)) > 1:
        yield Panel("Bankroll and drawdown", equity_chart(money, run.metrics))
    placed = list(run.bets.exclude(state=BetState.UNFILLED).order_by("number").values_list("clv", "decimal_price"))
    values, prices = [clv for clv, _ in placed if clv is not None], [price for _, price in placed]
    if len(values) >= FEWEST_DISTRIBUTED:
        bins = histogram(values)
        chart = distribution_chart("clv", bins, "Closing line value", _clv_told(run), signed=True)
        yield Panel("Closing line value", chart, ("Value", "Bets"), bin_rows(bins, signed=True))
    if len(prices) >= FEWEST_DISTRIBUTED:
        bins = histogram(prices)
        chart = distribution_chart("odds", bins, "Decimal price", _odds_told(run), signed=False)
        yield Panel("Odds taken", chart, ("Decimal price", "Bets"), bin_rows(bins, signed=False))
    if (at(run.metrics, "calibration.bets") or 0) >= FEWEST_DISTRIBUTED:
        rows = at(run.metrics, "calibration.bins")
        columns = "Chance claimed", "Bets", "On average", "Won", "95 % interval"
        yield Panel("Calibration", calibration_chart(rows), columns, calibration_rows(rows))


def _clv_told(run: BacktestRun) -> str:
    clv = at(run.metrics, "clv") or {}
    if not at(clv, "price"):
        return ""
    beaten = f"{share(clv['share_positive'], 0)} of {plural(at(clv, 'price.n'), 'bet')} above zero"
    return f"Mean {estimated(at(clv, 'price'))}, {beaten}."


def _odds_told(run: BacktestRun) -> str:
    bets, average = at(run.metrics, "total_bets") or 0, number(at(run.metrics, "average_odds"), 3)
    return f"Decimal prices of {plural(bets, 'bet')}, {average} on average."


def _interval_note(run: BacktestRun) -> str:
    drawn = at(run.metrics, "intervals") or {}
    if not drawn or drawn["note"]:
        return ""
    return (
        f"{share(drawn['level'], 0)} intervals, from {drawn['draws']:,} resamples of {drawn['days']:,} game days, "
        "the bets of a day together. That of the drawdown is what the same days bring in another order."
    )


def _scripts(*, with_charts: bool) -> list[SafeString]:
    """The page's scripts: none of them holds anything from outside."""
    own = render_to_string("backtesting/tear_sheet.js")
    if not with_charts:
        return [own]
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]  # here, for it takes a while to load

    return [mark_safe(get_plotlyjs()), own]  # noqa: S308


def _source(script: str) -> str:
    """What the page's policy allows: a script of exactly this text."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
