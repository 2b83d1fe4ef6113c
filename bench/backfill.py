"""Figure 8: how much longer buying history takes than the provider's rate limit makes it take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from collectors.choices import Purpose
from collectors.gate import SANDBOX_KEY, Gate, Received, Terms
from collectors.intake import take_in_all
from collectors.the_odds_api.endpoints import Call, Wanted, historical_odds

# What the provider allows, and what an answer takes to come from another continent.
CALLS_PER_SECOND = 30
LATENCY_SECONDS = 0.2
WORKERS = 16
WANTED = Wanted(
    markets=("h2h", "spreads", "totals"),
    bookmakers=("pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada"),
)
FIRST = datetime(2021, 1, 5, 23, tzinfo=UTC)
# The provider in a process of its own, as it is in life: its work is not ours.
PROVIDER = f"""
import sys
from collectors.sandbox.server import Sandbox
with Sandbox(quota=10**8, rate_limit={CALLS_PER_SECOND + 1}, latency_seconds={LATENCY_SECONDS}) as sandbox:
    print(sandbox.url, flush=True)
    sys.stdin.read()
"""


def backfill(calls: int, folder: Path) -> dict[str, Any]:
    """8: wall time of buying and storing so many historical instants, over what the rate limit alone takes."""
    with _provider() as url:
        terms = Terms(base_url=url, key=SANDBOX_KEY, quota=10**8, reserve_fraction=0.02, spool=folder / "spool")
        with Gate(terms, calls_per_second=CALLS_PER_SECOND) as gate:
            gate.probe()
            _buy(gate, _slate(calls + 1000, 20))  # so that the provider has its caches and we our connections
            begin = perf_counter()
            stored = _buy(gate, _slate(0, calls))
            took = perf_counter() - begin
    own = calls / CALLS_PER_SECOND
    return {
        "figure": 8,
        "what": "wall time of buying and storing historical answers, over the provider's own time at its rate limit",
        "calls": calls,
        "calls_per_second_allowed": CALLS_PER_SECOND,
        "price_points": stored,
        "seconds": round(took, 2),
        "provider_seconds": round(own, 2),
        "ratio": round(took / own, 3),
        "goal": "<= 1.10",
    }


@contextmanager
def _provider() -> Iterator[str]:
    command = [sys.executable, "-c", PROVIDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.stdin.close()


def _slate(first: int, calls: int) -> list[Call]:
    """The evenings' closing instants, several a day."""
    return [
        historical_odds("basketball_nba", FIRST + timedelta(days=number // 6, minutes=30 * (number % 6)), WANTED)
        for number in range(first, first + calls)
    ]


def _buy(gate: Gate, calls: list[Call]) -> int:
    """Buy with several at once, and store in order of time: what comes late has its whole event derived anew."""

    def one(call: Call) -> Received:
        return gate.call(call, Purpose.BACKFILL)

    def leave(_: int) -> None:
        connection.close()

    points = 0
    with ThreadPoolExecutor(WORKERS) as workers:
        bought = [workers.submit(one, call) for call in calls]
        while bought:
            # The next one, and those after it that have come meanwhile.
            wait(bought[:1])
            ready = list(takewhile(Future.done, bought))
            points += take_in_all([future.result() for future in ready]).price_points
            del bought[: len(ready)]
        list(workers.map(leave, range(WORKERS)))
    return points
