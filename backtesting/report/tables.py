"""The tables of a report as rows of texts: months and other groups, bins, bets, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from events.times import duration, stamp
from odds.wording import decimal, pointed, signed

from ..choices import BetState
from ..wording import gain, money, settings, share, signed_share
from .charts import bin_text
from .figures import Json
from .histograms import Bin

if TYPE_CHECKING:
    from ..models import BacktestBet, BacktestRun

# The breakdowns in the order of their tables; months have one of their own.
GROUPED_BY = {"market": "Market", "bookmaker": "Bookmaker", "odds_band": "Decimal odds", "kind": "Kind"}


class GroupRow(NamedTuple):
    """The bets of one group. `tint` is 0 to 1: how far its yield is from 0, of the farthest in the table."""

    group: str
    bets: str
    turnover: str
    profit: str
    yield_text: str
    clv: str
    direction: str  # gain, loss or empty
    tint: float


class BetRow(NamedTuple):
    """A bet as texts, with the values that sorting goes by where they are not the texts."""

    bet: BacktestBet
    decided: str
    game: str
    pick: str
    price: str
    decimal: str
    edge: str
    stake: str
    state: str
    profit: str
    direction: str
    clv: str


class Facts(NamedTuple):
    title: str
    rows: list[tuple[str, str]]


def group_rows(rows: Sequence[Json]) -> list[GroupRow]:
    """The rows of a breakdown of `BacktestRun.metrics`."""
    farthest = max((abs(row["yield"]) for row in rows if row["yield"] is not None), default=0.0) or 1.0
    return [
        GroupRow(
            group=row["group"],
            bets=f"{row['bets']:,}",
            turnover=money(row["turnover"]),
            profit=gain(row["profit"]),
            yield_text=signed_share(row["yield"]),
            clv=_clv(row),
            direction=_direction(row["yield"] or 0.0),
            tint=round(abs(row["yield"] or 0.0) / farthest, 2),
        )
        for row in rows
    ]


def breakdown_tables(breakdowns: Mapping[str, Sequence[Json]]) -> list[tuple[str, list[GroupRow]]]:
    """Title and rows of each breakdown but that by month; kinds only where there are several."""
    return [
        (title, group_rows(breakdowns[name]))
        for name, title in GROUPED_BY.items()
        if breakdowns.get(name) and (name != "kind" or len(breakdowns[name]) > 1)
    ]


def bin_rows(bins: Iterable[Bin], *, signed: bool) -> list[tuple[str, str]]:
    """A histogram as a table: bin and number of bets."""
    return [(bin_text(each, signed=signed), f"{each.bets:,}") for each in bins]


def calibration_rows(bins: Iterable[Json]) -> list[tuple[str, str, str, str, str]]:
    """Bin, bets, chance claimed, share won and its interval."""
    return [
        (
            f"{share(each['low'], 0)} to {share(each['high'], 0)}",
            f"{each['bets']:,.10g}",
            share(each["predicted"]),
            share(each["rate"]),
            f"{share(each['rate_low'])} to {share(each['rate_high'])}",
        )
        for each in bins
    ]


def bet_rows(bets: Iterable[BacktestBet]) -> list[BetRow]:
    return [
        BetRow(
            bet=bet,
            decided=stamp(bet.decided_at)[:-3],
            game=f"{bet.away_team} @ {bet.home_team}",
            pick=" ".join(filter(None, (bet.description, bet.outcome, pointed(bet.side, bet.point)))),
            price=signed(bet.price),
            decimal=decimal(bet.decimal_price),
            edge=signed_share(bet.edge),
            stake=money(bet.stake),
            state=BetState(bet.state).label,
            profit=gain(bet.profit) if bet.settled_at else "",
            direction=_direction(bet.profit),
            clv=signed_share(bet.clv),
        )
        for bet in bets
    ]


def settings_tables(run: BacktestRun) -> list[Facts]:
    """All that the run was made with, so that it can be made again."""
    return [
        Facts("Strategy", list(_strategy(run))),
        Facts("Terms", [(label.replace("_", " "), text) for label, text in settings(run.terms)]),
        Facts("Data", list(_data(run))),
        Facts("Run", list(_made(run))),
    ]


def _strategy(run: BacktestRun) -> Iterator[tuple[str, str]]:
    yield "strategy", run.strategy
    yield from settings(run.parameters)
    yield "decides", run.decides
    yield "staking", run.staking
    yield "initial bankroll", money(run.initial_bankroll)


def _data(run: BacktestRun) -> Iterator[tuple[str, str]]:
    yield "sport", run.sport_key
    yield "events from", f"{stamp(run.start)} UTC"
    yield "before", f"{stamp(run.end)} UTC"
    yield "fingerprint", run.data_fingerprint or "–"


def _made(run: BacktestRun) -> Iterator[tuple[str, str]]:
    yield "number", str(run.pk)
    yield "kind", run.get_kind_display()
    if run.group:
        yield "group", run.group
    yield "configuration", run.configuration
    yield "seed of the resampling", str(run.seed)
    yield "code version", run.code_version or "–"
    yield "least coverage", share(run.min_coverage, 0)
    if run.asked_by:
        yield "asked for by", run.asked_by
    if run.started_at:
        yield "started", f"{stamp(run.started_at)} UTC"
    if run.started_at and run.finished_at:
        yield "took", duration(run.finished_at - run.started_at)


def _clv(row: Json) -> str:
    known = row["clv_standard_error"]
    return signed_share(row["clv"]) + ("" if known is None else f" ± {share(known)}")


def _direction(value: float) -> str:
    return "gain" if value > 0 else "loss" if value < 0 else ""
