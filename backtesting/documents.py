"""Runs as JSON documents, in the names of the data model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .models import BacktestRun
from .records import Bet

RUN_FIELDS = (
    "kind", "state", "group", "strategy", "parameters", "decides", "staking", "terms", "configuration", "sport_key",
    "start", "end", "initial_bankroll", "seed", "data_fingerprint", "code_version", "metrics", "coverage", "error",
)  # fmt: skip


def run_summary(run: BacktestRun) -> dict[str, Any]:
    """A run without its bets; `id` is None of one that was not kept."""
    return {"id": run.pk} | {name: getattr(run, name) for name in RUN_FIELDS}


def run_document(run: BacktestRun, bets: Sequence[Bet]) -> dict[str, Any]:
    """A run with its bets and its equity: [[time, cash, open stakes at cost], …]."""
    return run_summary(run) | {"equity": run.equity, "bets": [asdict(bet) for bet in bets]}
