"""Dying on purpose: only where it is asked for, and only once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from collectors.failpoints import FailpointReached, reach


@pytest.fixture
def ask_for(monkeypatch):
    return lambda text: monkeypatch.setenv("FAILPOINT", text)


def test_nothing_happens_unless_it_is_asked_for(monkeypatch, ask_for):
    monkeypatch.delenv("FAILPOINT", raising=False)
    reach("unasked")
    for text in ("", "unasked", "unasked:", ":raise", "other:raise", "unasked_too:raise"):
        ask_for(text)
        reach("unasked")


def test_the_place_asked_for_is_named_in_what_it_raises(ask_for):
    ask_for("named:raise")
    with pytest.raises(FailpointReached, match=r"^named$"):
        reach("named")
    reach("named")  # once is enough: what follows is the recovery


def test_the_second_time_and_no_other(ask_for):
    ask_for("twice:raise@2")
    reach("twice")
    with pytest.raises(FailpointReached):
        reach("twice")
    reach("twice")


def test_it_waits_as_long_as_asked(ask_for):
    ask_for("slow:sleep=0.05")
    begin = time.monotonic()
    reach("slow")
    assert 0.05 <= time.monotonic() - begin < 5


def test_a_killed_process_does_nothing_more():
    done = subprocess.run(
        [sys.executable, "-c", "from collectors.failpoints import reach; print(1, flush=True); reach('x'); print(2)"],
        env={"FAILPOINT": "x:kill", "PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "1\n")
