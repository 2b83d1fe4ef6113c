"""backfill and backfill_status as a person uses them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from collectors.backfill.runner import Progress
from collectors.backfill.show import Bar
from collectors.models import BackfillRun, FetchLog
from oddsproject.settings import BASE_DIR

from ..children import environment

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = ("--start", "2026-01-02", "--end", "2026-01-03", "--times", "1h,close")


@pytest.fixture
def settled(stage, settings):
    """A sandbox that commands without a key go to."""
    settings.ODDS_API_BASE_URL, settings.ODDS_API_QUOTA = stage.sandbox.url, 20_000
    settings.VAR_DIR, settings.BACKFILL_CALLS_PER_SECOND = stage.terms.spool.parent, 1_000
    return stage


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_plan_buy_and_status_tell_the_same(settled):
    said("backfill", *DAYS, "--list")
    plan = json.loads(said("backfill", *DAYS, "--plan", "--json"))
    assert plan["lists_missing"] == 0
    assert plan["credits"] == 30 * plan["calls"] > 0
    assert plan["credits_one_by_one"] > plan["credits"]
    assert len(plan["purchases"]) == plan["calls"]
    assert sum(plan["instants_to_buy"].values()) == plan["instants_wanted"]
    done = json.loads(said("backfill", *DAYS, "--yes", "--json"))
    assert done["credits_charged"] == done["credits_planned"] == plan["credits"]
    assert done["verification"]["is_clean"]
    assert settled.charged == plan["credits"] + plan["lists"]
    (status,) = json.loads(said("backfill_status", "--json"))
    assert (status["state"], status["left"], status["credits_charged"]) == ("done", 0, settled.charged)
    assert status["states"] == {"verified": status["items"]}
    table = said("backfill_status")
    assert "basketball_nba (sandbox), all games" in table
    assert "done" in table
    assert "Unknown" not in table, "a column without anything in it"
    assert len(status["sample"]) == status["games"] > 0


def test_a_plan_for_people_names_calls_credits_and_what_they_save(settled):
    first = said("backfill", *DAYS, "--plan")
    assert "lists of events are not bought yet" in first
    assert not FetchLog.objects.exists()
    assert not BackfillRun.objects.exists()
    said("backfill", *DAYS, "--list")
    told = said("backfill", *DAYS, "--plan")
    assert "times fewer than one purchase per game and instant" in told
    assert "at 30 credits: each brings the whole slate" in told


def test_above_the_limit_it_asks_and_without_a_terminal_it_refuses(settled, settings):
    settings.BACKFILL_CONFIRM_CREDITS = 10
    with pytest.raises(CommandError, match=r"the plan costs [\d,]+ credits, above 10: --yes buys it; nothing bought"):
        said("backfill", *DAYS)
    assert settled.charged < 30, "only lists"


def test_gaps_without_anything_missing_buy_nothing(settled):
    said("backfill", *DAYS, "--yes")
    runs = BackfillRun.objects.count()
    for _ in range(2):
        said("backfill", *DAYS, "--gaps", "--yes")
    again = said("backfill", *DAYS, "--gaps")
    assert "nothing is missing" in again
    assert BackfillRun.objects.count() <= runs + 1


def ended_by(number: int, child: subprocess.Popen) -> int:
    """Send a signal as a person would, who waits a moment and sends another where nothing happens.

    One that comes in the instant between the question and waiting for its answer is noticed with the next.
    """
    for _ in range(10):
        time.sleep(0.5)
        child.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            return child.wait(timeout=6)
    raise AssertionError("it did not end")


def test_a_question_that_is_interrupted_buys_nothing(settled, tmp_path):
    """Ctrl-C at the question, in a terminal."""
    ours, theirs = pty.openpty()
    env = environment(settled.sandbox.url, tmp_path, BACKFILL_CONFIRM_CREDITS="10", TERM="dumb")
    command = [sys.executable, "manage.py", "backfill", *DAYS]
    child = subprocess.Popen(command, cwd=BASE_DIR, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        told = b""
        while b"[y/N]" not in told:
            assert select.select([ours], [], [], 60)[0], told.decode()
            told += os.read(ours, 4096)
        assert ended_by(signal.SIGINT, child) == 1
        assert b"not confirmed; nothing bought" in told + os.read(ours, 4096)
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    assert settled.charged < 30, "only lists"
    assert not BackfillRun.objects.exists()


def test_a_plan_before_its_lists_says_that_it_is_not_known(settled):
    told = said("backfill", *DAYS, "--plan")
    assert re.search(r"credits\s+not known yet\s+\d+ for lists of events first", told)
    plan = json.loads(said("backfill", *DAYS, "--plan", "--json"))
    assert (plan["credits"], plan["days_needed"]) == (None, None)


def test_gaps_before_anything_was_bought(settled):
    with pytest.raises(CommandError, match="this wish was not bought yet: run it without --gaps first"):
        said("backfill", *DAYS, "--gaps")


def test_runs_stand_under_each_other_on_a_narrow_terminal(settled, monkeypatch):
    said("backfill", *DAYS, "--sample-rate", "0.2", "--list")
    monkeypatch.setenv("COLUMNS", "40")
    table = said("backfill_status")
    assert "…" not in table
    assert "2026-01-02 to 2026-01-03" in table
    assert "20 % of the games, seed 1" in " ".join(table.split())


def test_no_backfill_yet(db):
    assert "No backfill yet" in said("backfill_status")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--start", "2026-01-05", "--end", "2026-01-02"), "--end: 2026-01-02 is before --start 2026-01-05"),
        (("--start", "2026-13-05", "--end", "2026-01-02"), "--start: '2026-13-05' is no day"),
        (("--start", "2019-01-02", "--end", "2019-01-02"), "--start: 2019-01-02 is before 2020-06-06"),
        (("--start", "2026-01-02", "--end", "2999-01-02"), "--end: 2999-01-02 is not over yet in league time"),
        ((*DAYS[:4], "--times", "soon"), "--times: 'soon' is no time"),
        ((*DAYS[:4], "--sample-rate", "2"), "'2' is no share between 0 and 1"),
    ],
    ids=["order", "day", "early", "future", "time", "share"],
)
def test_what_cannot_be_is_one_line(arguments, line):
    with pytest.raises(CommandError, match=line):
        said("backfill", *arguments)


def test_after_a_question_the_bar_of_the_lists_is_gone():
    console = Console(file=StringIO(), force_terminal=True, width=100)
    with Bar(console, hidden=False) as bar:
        bar.bought(Progress(done=8, total=8, credits_charged=8, credits_remaining=None))
        bar.pause()
        asked_at = console.file.tell()
        bar.bought(Progress(done=0, total=42, credits_charged=0, credits_remaining=None))
    afterwards = console.file.getvalue()[asked_at:]
    assert "0/42" in afterwards
    assert "8/8" not in afterwards
