"""A stored run as one HTML file that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from events.wording import plural

from ..models import BacktestRun
from ..wording import game_days, share
from .caveats import caveats
from .figures import at, groups, headline, verdict
from .intervals import whiskers
from .panels import panels_of
from .tables import bet_rows, breakdown_tables, group_rows, settings_tables

# A page with more is slow to open; the others are in the database.
MOST_BETS = 2_000


def write_tear_sheet(run: BacktestRun, path: Path) -> None:
    """Write the tear sheet of a stored run. Raises OSError where the file cannot be written."""
    path.write_text(tear_sheet(run), encoding="utf-8")


def tear_sheet(run: BacktestRun) -> str:
    """The tear sheet of a stored run, from its figures as they are stored and its bets."""
    panels = {panel.chart.id: panel for panel in panels_of(run)}
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


def _interval_note(run: BacktestRun) -> str:
    drawn = at(run.metrics, "intervals") or {}
    if not drawn or drawn["note"]:
        return ""
    days = plural(drawn["days"], "game day")
    return (
        f"{share(drawn['level'], 0)} intervals, from {drawn['draws']:,} resamples of {days}, "
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
