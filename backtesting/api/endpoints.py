"""Runs of strategies with their bets and their money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from events.api.fields import NameField, TextField
from events.api.lookups import narrowed
from events.api.query import Query
from events.api.views import InstantView, ObjectView, TableView
from events.queries import find_sport

from ..choices import BetState, RunKind, RunState
from ..documents import RUN_FIELDS, run_summary
from ..models import BacktestBet, BacktestRun
from ..records import settlements_of
from .examples import BET, EQUITY, RUN
from .serializers import BetRow, EquityRow, RunRow

RUN_PATH = {"run_id": "the number of the run"}
LARGEST_ID = 2**31 - 1


class RunQuery(Query):
    strategy = TextField(help_text="its registered name")
    group = TextField(help_text="only runs of this sweep")
    kind = serializers.ChoiceField(RunKind.choices, required=False)
    state = serializers.ChoiceField(RunState.choices, required=False)
    sport = NameField(find_sport, help_text="nba, basketball_nba")


class BetQuery(Query):
    state = serializers.ChoiceField(BetState.choices, required=False)


class BacktestsView(TableView):
    """Runs without their bets, the newest first."""

    summary, tag, example, name = "Backtests", "backtests", RUN, "backtests"
    row_class, query_class = RunRow, RunQuery
    lookups, order = ("pk", *RUN_FIELDS), ("-id",)
    page_size, largest_page = 20, 100

    def chosen(self, query: dict[str, Any]) -> QuerySet[BacktestRun]:
        named = {name: query.get(name) for name in ("strategy", "group", "kind", "state")}
        return narrowed(BacktestRun.objects.all(), **named, sport_key=query.get("sport"))


class BacktestView(ObjectView):
    """One run with its metrics."""

    summary, tag, example = "One backtest", "backtests", RUN
    row_class = RunRow
    path_parameters = RUN_PATH

    def document(self, query: dict[str, Any]) -> dict[str, Any]:
        return run_summary(run_or_404(self.kwargs["run_id"]))


class BacktestBetsView(TableView):
    """The bets of a run in the order of their decisions, those not filled included."""

    summary, tag, example, name = "Bets of a backtest", "backtests", BET, "bets"
    row_class, query_class = BetRow, BetQuery
    path_parameters = RUN_PATH
    lookups, order = tuple(BetRow().fields), ("number",)

    def chosen(self, query: dict[str, Any]) -> QuerySet[BacktestBet]:
        bets = BacktestBet.objects.filter(run=run_or_404(self.kwargs["run_id"]))
        return narrowed(bets, state=query.get("state"))

    def finished(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        place = self.columns().index("settlements")
        return [(*row[:place], settlements_of(row[place]), *row[place + 1 :]) for row in rows]


class BacktestEquityView(InstantView):
    """The money of a run over time."""

    summary, tag, example, name = "Equity of a backtest", "backtests", EQUITY, "equity"
    row_class = EquityRow
    path_parameters = RUN_PATH

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        points = run_or_404(self.kwargs["run_id"]).equity
        return [(datetime.fromisoformat(at), cash, stakes, cash + stakes) for at, cash, stakes in points]


def run_or_404(run_id: str) -> BacktestRun:
    """The run of this number. Raises NotFound."""
    usable = run_id.isascii() and run_id.isdecimal() and len(run_id) <= len(str(LARGEST_ID))
    run = BacktestRun.objects.filter(pk=int(run_id)).first() if usable and int(run_id) <= LARGEST_ID else None
    if run is None:
        raise NotFound("No run of this number; /api/v1/backtests lists them.", "unknown_run")
    return run
