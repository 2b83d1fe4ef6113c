"""Runs as people read them in a terminal: figures with their uncertainty, and what has to be said beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from events.cli import plain, table
from events.times import stamp
from events.wording import plural

from .wording import between, error, gain, game_days, number, share, signed_share

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

    from .models import BacktestRun
    from .paper.accounts import Standing
    from .paper.reconciling import Reconciliation

Figures = Mapping[str, Any]
"""`BacktestRun.metrics`, as `metrics.Metrics.as_json` made it."""


def run_tables(run: BacktestRun) -> Iterator[RenderableType]:
    """A finished run: headline, figures, breakdown by market and bookmaker, caveats."""
    metrics = run.metrics
    yield plain(f"{run.strategy}, {game_days(run.start, run.end)}, {run.sport_key}", "bold")
    yield plain(_made_with(run), "dim")
    yield ""
    yield _headline(run)
    for name in ("market", "bookmaker", "odds_band"):
        if len(rows := metrics["breakdowns"].get(name, [])) > 1:
            yield ""
            yield _breakdown(name.replace("_", " "), rows)
    if metrics["caveats"]:
        yield ""
    for caveat in metrics["caveats"]:
        yield plain(f"⚠ {caveat}", "yellow")


def _made_with(run: BacktestRun) -> str:
    settings = ", ".join(_parameters(run))
    return f"{settings}; decides {run.decides}; stakes {run.staking}; data {run.data_fingerprint[:12]}"


def _headline(run: BacktestRun) -> Table:
    listing = table()
    listing.add_column("Figure")
    listing.add_column("Value", justify="right")
    listing.add_column("How sure", style="dim")
    for row in _rows(run.metrics, run.coverage):
        listing.add_row(*row)
    return listing


def _rows(metrics: Figures, coverage: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    intervals, clv = metrics["intervals"], metrics["clv"]
    level = f"{share(intervals['level'], 0)} "
    yield "Bets", f"{metrics['total_bets']:,}", _counts(metrics)
    yield "Yield", signed_share(metrics["yield"]), level + between(intervals["yield"]) + _trials(metrics)
    yield "Profit", gain(metrics["total_profit"]), f"of {metrics['turnover']:,.0f} turnover"
    yield "Bankroll growth", signed_share(metrics["bankroll_growth"]), level + between(intervals["bankroll_growth"])
    yield "Drawdown", share(metrics["max_drawdown"]), _fall(metrics, level)
    yield "Win rate", share(metrics["win_rate"]), f"breaks even at {share(metrics['break_even_rate'])}"
    yield "Average odds", number(metrics["average_odds"], 3), "decimal"
    yield "CLV", signed_share(clv["price"] and clv["price"]["value"], 2), _clv(clv)
    yield "Sharpe", number(metrics["sharpe_ratio"]), _sharpe(metrics)
    yield "Coverage", share(coverage["fraction"]), f"{coverage['covered']:,} of {plural(coverage['events'], 'event')}"


def _counts(metrics: Figures) -> str:
    names = ("winning_bets", "losing_bets", "pushes", "voids", "unresolved_bets", "open_bets", "unfilled_bets")
    shown = {"winning_bets": "won", "losing_bets": "lost"}
    return ", ".join(f"{metrics[name]:,} {shown.get(name, name.split('_')[0])}" for name in names if metrics[name])


def _trials(metrics: Figures) -> str:
    trials, deflated = metrics["trials"], metrics["deflated"]
    tried = f"; {plural(trials, 'configuration')} tried on these data"
    return tried + (f", deflated {share(deflated['probability'], 0)}" if deflated else "")


def _fall(metrics: Figures, level: str) -> str:
    fall = metrics["drawdown"]
    lasted = f"{plural(round(fall['days']), 'day')}; " if fall and fall["days"] is not None else ""
    return lasted + level + between(metrics["intervals"]["max_drawdown"], signed=False)


def _clv(clv: Mapping[str, Any]) -> str:
    price = clv["price"]
    if not price:
        return "no bet has a valid close"
    return f"± {share(error(price), 2)} standard error, {share(clv['share_positive'], 0)} positive of {price['n']:,}"


def _sharpe(metrics: Figures) -> str:
    if metrics["sharpe_ratio"] is None:
        return str(metrics["notes"].get("sharpe_ratio", ""))
    return f"± {metrics['sharpe_standard_error']:.2f}, {plural(metrics['settlement_days'], 'day')} with settlements"


def _breakdown(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    listing = table()
    listing.add_column(title.capitalize())
    columns: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "Bets": lambda row: f"{row['bets']:,}",
        "Turnover": lambda row: f"{row['turnover']:,.0f}",
        "Profit": lambda row: gain(row["profit"]),
        "Yield": lambda row: signed_share(row["yield"]),
    }
    for name in columns:
        listing.add_column(name, justify="right")
    for row in rows:
        listing.add_row(plain(str(row["group"])), *(show(row) for show in columns.values()))
    return listing


# Two to a cell, so that a terminal of 80 columns holds them.
FIGURES = ("Bets", "Yield\n95 %", "Growth\nDrawdown", "CLV\nSharpe")


def figures(metrics: Figures) -> list[str]:
    """The `FIGURES` of a run, to stand beside those of others."""
    clv = metrics["clv"]["price"]
    return [
        f"{metrics['total_bets']:,}",
        f"{signed_share(metrics['yield'])}\n{between(metrics['intervals']['yield'])}",
        f"{signed_share(metrics['bankroll_growth'])}\n{share(metrics['max_drawdown'])}",
        f"{signed_share(clv and clv['value'], 2)}\n{number(metrics['sharpe_ratio'])}",
    ]


def comparison(runs: Sequence[BacktestRun]) -> Iterator[RenderableType]:
    """Finished runs side by side, in the order given, and under that what each was made with: too long for a column."""
    listing = table()
    for name in ("Run", "Strategy\nCoverage"):
        listing.add_column(name)
    for name in FIGURES:
        listing.add_column(name, justify="right")
    for run in runs:
        strategy = plain(run.strategy).append(f"\n{share(run.coverage['fraction'])}")
        listing.add_row(f"#{run.pk}", strategy, *figures(run.metrics))
    yield listing
    for run in runs:
        yield plain(f"#{run.pk}: {game_days(run.start, run.end)}; {_settings(run)}")


def _settings(run: BacktestRun | Standing) -> str:
    return ", ".join([*_parameters(run), run.decides, run.staking])


def _parameters(run: BacktestRun | Standing) -> Iterator[str]:
    """As `--param` takes them."""
    for name, value in run.parameters.items():
        yield f"{name}={','.join(map(str, value)) if isinstance(value, list) else 'none' if value is None else value}"


def standings(found: Sequence[Standing]) -> Iterator[RenderableType]:
    """Paper accounts and how they stand, and under that what each was opened with: too long for a column."""
    listing = table()
    for name in ("Account", "Strategy"):
        listing.add_column(name)
    for name in ("Bets", "Open", "Unfilled", "Profit\nYield", "Bankroll"):
        listing.add_column(name, justify="right")
    for each in found:
        listing.add_row(
            f"#{each.id}\n{'open' if each.is_open else 'closed'}",
            plain(each.strategy),
            f"{each.bets:,}",
            f"{each.open_bets:,}",
            f"{each.unfilled:,}",
            f"{gain(each.profit)}\n{signed_share(each.yield_)}",
            f"{each.bankroll:,.2f}",
        )
    yield listing
    for each in found:
        until = "nothing" if each.decided_until is None else f"until {stamp(each.decided_until)} UTC"
        yield plain(f"#{each.id}: decided {until}; {_settings(each)}")


def reconciliation(found: Reconciliation) -> Iterator[RenderableType]:
    """A day of an account: that all agrees, or every difference with its reason."""
    bets = plural(found.on_paper, "bet")
    yield plain(f"#{found.run.pk} {found.run.strategy}, {found.day}: {bets} on paper, {found.in_run:,} again", "bold")
    if not found.differences:
        yield plain(f"✓ {plural(found.agreeing, 'bet agrees', 'bets agree')}, no difference", "green")
        return
    listing = table()
    for name in ("Event", "Bet", "What", "On paper", "Again", "Why"):
        listing.add_column(name)
    for each in found.differences:
        listing.add_row(*map(plain, (each.event_id[:8], each.bet, each.what, each.on_paper, each.in_run, each.why)))
    yield listing
    yield plain(
        f"⚠ {plural(len(found.differences), 'difference')}, {plural(found.agreeing, 'bet agrees', 'bets agree')}",
        "yellow",
    )


class Bar:
    """A progress bar of runs, with the time that is left; on standard error, so that the answer stays alone."""

    def __init__(self, console: Console, total: int, *, hidden: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("Running"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=hidden or not console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self) -> None:
        self._progress.advance(self._task)
