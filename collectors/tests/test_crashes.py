"""Kill -9 at named steps and at random: no received answer is lost, none bought twice, every credit counted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from collectors import counting
from collectors.gate import Gate, Terms
from collectors.models import CreditPeriod, FetchLog, RawResponse
from collectors.recovery import recover
from collectors.sandbox.faults import Fault
from collectors.sandbox.server import Sandbox
from odds.models import OddsSnapshot

from .children import environment

pytestmark = pytest.mark.django_db(transaction=True)

QUOTA = 1_000_000
STEPS = ["after_reserve", "after_send", "after_spool", "after_commit", "mid_commit"]
# A process that imports everything once and then forks for each line it reads: what is killed is the fork.
FORKS = """
import os, sys, django
django.setup()
from datetime import timedelta
from collectors.choices import Purpose
from collectors.gate import Gate
from collectors.intake import take_in
from collectors.live import Timing, fetch_odds
from collectors.recovery import recover
from collectors.the_odds_api.endpoints import historical_odds, scores
from collectors.wanted import wanted_of_settings

def collect(rounds):
    with Gate(calls_per_second=1000) as gate:
        recover(gate)
        print("ready", flush=True)
        for _ in range(rounds):
            now = gate.clock()
            fetch_odds(gate, "basketball_nba", Purpose.LIVE, Timing(tick=now))
            take_in(gate.call(scores("basketball_nba", 3), Purpose.SCORES, tick=now))
            past = historical_odds("basketball_nba", now - timedelta(days=30), wanted_of_settings())
            take_in(gate.call(past, Purpose.BACKFILL, tick=now))

for line in sys.stdin:
    child = os.fork()
    if not child:
        collect(int(line))
        os._exit(0)
    print(child, flush=True)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


class Scene:
    """A sandbox, a folder, and processes that collect from the one into the other."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder

    @contextmanager
    def forks(self, failpoint: str = "") -> Iterator[subprocess.Popen]:
        command = [sys.executable, "-c", FORKS]
        with subprocess.Popen(
            command,
            env=environment(self.sandbox.url, self.folder, FAILPOINT=failpoint, LOG_LEVEL="ERROR"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            yield process
            process.stdin.close()

    def gate(self) -> Gate:
        terms = Terms(
            base_url=self.sandbox.url, key="sandbox", quota=QUOTA, reserve_fraction=0.02, spool=self.folder / "spool"
        )
        return Gate(terms, calls_per_second=1000)

    def recover(self) -> None:
        with self.gate() as gate:
            recover(gate)
            gate.probe()

    def check(self) -> None:
        """The three promises, against the provider's own ledger."""
        charged = self.sandbox.ledger.used(self.sandbox.clock())
        period = counting.current_period("sandbox")
        assert period is not None
        assert counting.balance_of(period, QUOTA).committed == charged
        assert not FetchLog.objects.unsettled().exists()
        assert not FetchLog.objects.open().exists()
        assert not list((self.folder / "spool").rglob("*.answer")), "nothing waits, and nothing was set apart"
        assert not RawResponse.objects.filter(normalised_at=None, problem="").exists(), "all received answers are read"
        paid = FetchLog.objects.filter(credits_reserved__gt=0).exclude(state="released")
        assert set(Counter(paid.values_list("tick", "endpoint")).values()) <= {1}, "no tick is bought twice"
        asked = Counter(entry.path for entry in self.sandbox.ledger.entries if entry.credits)
        assert sum(asked.values()) <= paid.count()
        odds = FetchLog.objects.filter(endpoint="odds", state="stored").values_list("received_at", flat=True)
        stored = OddsSnapshot.objects.values_list("snapshot_time", flat=True).distinct()
        assert set(odds) <= set(stored), "every answer is there"


@pytest.fixture
def scene(tmp_path: Path):
    with Sandbox(quota=QUOTA, rate_limit=100_000) as sandbox:
        yield Scene(sandbox, tmp_path)


def start(forks: subprocess.Popen, rounds: int) -> int:
    """Let one more process collect for so many rounds; return its id."""
    forks.stdin.write(f"{rounds}\n")
    forks.stdin.flush()
    return int(forks.stdout.readline())


def committed() -> int:
    """What is spent or set aside, read as whoever reserves reads it: what a killed process had sent may still go on."""
    with transaction.atomic():
        period = CreditPeriod.objects.select_for_update().get(account="sandbox", ended_at=None)
        return counting.balance_of(period, QUOTA).committed


def line_of(forks: subprocess.Popen) -> str:
    return forks.stdout.readline().strip()


@pytest.mark.slow
@pytest.mark.parametrize("call", [1, 2], ids=["free", "paid"])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_a_named_step_loses_nothing(scene, step, call):
    with scene.forks(f"{step}:kill@{call}") as forks:
        start(forks, 1)
        assert line_of(forks) == "ready"
        assert line_of(forks) == f"ended {int(signal.SIGKILL)}"
    charged = scene.sandbox.ledger.used(scene.sandbox.clock())
    assert charged == 0 or committed() >= charged, "never less than the provider's"
    scene.recover()
    scene.check()


@pytest.mark.slow
def test_kills_at_random_instants_lose_nothing(scene):
    """50 of them, or KILLS; SEED gives other instants."""
    chance = random.Random(os.environ.get("SEED", "17"))
    scene.sandbox.faults.add(Fault("hang_before", every=3, seconds=0.05))
    on_the_way = 0
    with scene.forks() as forks:
        for _ in range(int(os.environ.get("KILLS", "50"))):
            process = start(forks, 1_000)
            assert line_of(forks) == "ready"
            time.sleep(chance.random() * 0.3)
            os.kill(process, signal.SIGKILL)
            assert line_of(forks) == f"ended {int(signal.SIGKILL)}"
            assert committed() >= scene.sandbox.ledger.used(scene.sandbox.clock())
            on_the_way += FetchLog.objects.filter(state__in=["sent", "received"]).exists()
    scene.recover()
    scene.check()
    assert on_the_way > 10, "many were killed between sending and storing"
