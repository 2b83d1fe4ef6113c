"""A backfill that is killed again and again ends where one that was left alone ends, and buys nothing twice."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from collectors.choices import CallState, ItemState
from collectors.models import BackfillItem, BackfillRun, FetchLog, RawResponse
from collectors.sandbox.server import Sandbox
from events.models import Event
from odds.fingerprint import fingerprint
from odds.models import Odds, OddsSnapshot

from ..children import environment, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# KILLS=20 KILL_DAYS=31 is what the figures in docs/backfill.md are of.
KILLS = int(os.environ.get("KILLS", "4"))
FIRST = date(2026, 1, 1)
LAST = FIRST + timedelta(days=int(os.environ.get("KILL_DAYS", "4")) - 1)
COMMAND = ("backfill", "--start", FIRST.isoformat(), "--end", LAST.isoformat(), "--yes", "--json")


@pytest.fixture
def sandbox():
    with Sandbox(quota=10**7, rate_limit=100_000, latency_seconds=0.05) as sandbox:
        yield sandbox


def paid(sandbox: Sandbox) -> Counter[str]:
    """How often the provider charged for each instant."""
    bought = [entry for entry in sandbox.ledger.entries if entry.credits and entry.path.startswith("/v4/historical")]
    return Counter(f"{entry.path} {entry.parameters['date']}" for entry in bought)


def forget_everything() -> None:
    for model in (Odds, OddsSnapshot, RawResponse):
        model.objects.all().delete()
    BackfillItem.objects.all().delete()
    BackfillRun.objects.all().delete()
    FetchLog.objects.all().delete()
    Event.objects.all().delete()


def bought_at_once(env: dict[str, str]) -> tuple[dict, str]:
    process = manage(*COMMAND, env=env)
    output = process.communicate(timeout=300)[0]
    assert process.returncode == 0, output
    return json.loads(output[output.index("{") :]), fingerprint()


def test_killed_again_and_again_it_ends_alike_and_buys_nothing_twice(sandbox, tmp_path: Path):
    seed = int(os.environ.get("KILL_SEED", "7"))
    chance = Random(seed)
    env = environment(sandbox.url, tmp_path, BACKFILL_CALLS_PER_SECOND="30", LOG_LEVEL="ERROR")
    whole, untouched = bought_at_once(env)
    asked_once = set(paid(sandbox))
    assert set(paid(sandbox).values()) == {1}
    forget_everything()
    sandbox.ledger._entries.clear()

    killed = in_flight = 0
    while killed < KILLS:
        before = sum(paid(sandbox).values())
        process = manage(*COMMAND, env=env)
        most = len(asked_once) // (KILLS + 1)
        wanted = before + chance.randrange(1, max(2, most))
        while sum(paid(sandbox).values()) < wanted and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
        killed += 1
        in_flight += FetchLog.objects.filter(state=CallState.SENT).exists()
    document, final = bought_at_once(env)

    assert in_flight, f"seed {seed}: at least one kill fell between sent and received"
    assert final == untouched
    assert document["verification"]["is_clean"], document["verification"]["examples"]
    assert set(paid(sandbox)) == asked_once
    twice = {what for what, times in paid(sandbox).items() if times > 1}
    decided = BackfillItem.objects.filter(note__startswith="bought again")
    assert len(twice) <= decided.count(), "only what was on its way at a kill was asked for again, by decision"
    answers = Counter(RawResponse.objects.filter(call__tick__isnull=False).values_list("call__digest", flat=True))
    assert set(answers.values()) == {1}, "no answer that was received was bought again"
    assert not BackfillItem.objects.exclude(state=ItemState.VERIFIED).exists()
    charged = sum(entry.credits for entry in sandbox.ledger.entries)
    reserved = sum(
        row.credits_reserved if row.credits_charged is None else row.credits_charged for row in FetchLog.objects.all()
    )
    assert charged <= reserved <= charged + 30 * 16 * KILLS, "the ledger never counts less than the provider"
    cost, verified = whole["verification"]["credits_charged"], document["verification"]
    assert verified["credits_charged"] - verified["credits_again"] == cost
