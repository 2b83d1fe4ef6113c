"""Figure 8: how much longer buying history takes than the provider's rate limit makes it take."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from collectors.backfill import items
from collectors.backfill.planning import make_plan
from collectors.backfill.runner import Runner
from collectors.backfill.wish import Wish, parse_moments
from collectors.gate import SANDBOX_KEY, Gate, Terms
from collectors.models import BackfillRun
from collectors.the_odds_api.endpoints import Call, Wanted

# What the provider allows, and what an answer takes to come from another continent.
CALLS_PER_SECOND = 30
LATENCY_SECONDS = 0.2
WANTED = Wanted(
    markets=("h2h", "spreads", "totals"),
    bookmakers=("pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada"),
)
FIRST = date(2021, 1, 5)
LATER = 1_700_000_000
# The provider in a process of its own, which has its answers ready before we ask: its work is not ours, and is done on
# another machine in life. The first line that it is told are the dates that will be asked for.
PROVIDER = f"""
import sys
from collectors.sandbox import service
from collectors.sandbox.server import Sandbox
make, made = service.respond, {{}}
def respond(world, path, parameters, at):
    key = path, *sorted(parameters.items())
    if key not in made:
        made[key] = make(world, path, parameters, at)
    return made[key]
service.respond = respond
with Sandbox(quota=10**8, rate_limit={CALLS_PER_SECOND + 1}, latency_seconds={LATENCY_SECONDS}) as sandbox:
    print(sandbox.url, flush=True)
    for line in sys.stdin:
        path, *parameters = line.split()
        respond(sandbox.service._world, path, dict(each.split("=") for each in parameters), {LATER})
        print("ready", flush=True)
"""


def backfill(days: int, folder: Path) -> dict[str, Any]:
    """8: wall time of buying and storing the planned instants of so many days, over what the rate limit alone takes."""
    with _provider() as (url, prepare):
        terms = Terms(base_url=url, key=SANDBOX_KEY, quota=10**8, reserve_fraction=0.02, spool=folder / "spool")
        with Gate(terms, calls_per_second=CALLS_PER_SECOND) as gate:
            gate.probe()
            run = _planned(gate, days)
            for item in items.to_buy(run):
                prepare(items.call_of(item))
            begin = perf_counter()
            bought = Runner(gate, run, stop=threading.Event()).buy()
            took = perf_counter() - begin
    own = bought.calls / CALLS_PER_SECOND
    return {
        "figure": 8,
        "what": "wall time of buying and storing historical answers, over the provider's own time at its rate limit",
        "calls": bought.calls,
        "calls_per_second_allowed": CALLS_PER_SECOND,
        "price_points": bought.price_points,
        "seconds": round(took, 2),
        "provider_seconds": round(own, 2),
        "ratio": round(took / own, 3),
        "goal": "<= 1.10",
    }


def _planned(gate: Gate, days: int) -> BackfillRun:
    """A run whose lists are bought, so that the provider has its caches and we our connections."""
    wish = Wish(
        sport_key="basketball_nba",
        start=FIRST,
        end=FIRST + timedelta(days=days - 1),
        moments=parse_moments("open,24h,3h,1h,close"),
        wanted=WANTED,
    )
    now = datetime.now(UTC)
    run = items.save_run(wish, now, is_sandbox=True)
    items.add_lists(run, wish, make_plan(wish, gate.terms, now).lists_missing)
    Runner(gate, run, stop=threading.Event()).buy()
    items.add_plan(run, make_plan(wish, gate.terms, now))
    return run


@contextmanager
def _provider() -> Iterator[tuple[str, Callable[[Call], object]]]:
    """Its address, and what has it make an answer ready."""
    command = [sys.executable, "-c", PROVIDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as child:
        asked, told = child.stdin, child.stdout
        assert asked is not None
        assert told is not None

        def prepare(call: Call) -> None:
            parameters = {**call.parameters, "apiKey": SANDBOX_KEY}
            asked.write(f"/v4{call.path} {' '.join(f'{name}={value}' for name, value in parameters.items())}\n")
            told.readline()

        yield told.readline().strip(), prepare
        asked.close()
