"""`run_sandbox` as people start it: one line when it serves, one line when it cannot, and a quick end."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..management.commands.run_sandbox import _fault, _instant, _number

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def started(var: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "VAR_DIR": str(var), "COLUMNS": "200", "SECRET_KEY": "x" * 50}
    command = [sys.executable, "manage.py", "run_sandbox", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_serves_keeps_its_account_and_ends_at_once(tmp_path: Path) -> None:
    options = ("--port", "0", "--start", "2026-01-14T12:00:00Z", "--key", "mine", "--fault", '{"kind": "charge_more"}')
    with started(tmp_path, *options) as process:
        line = process.stdout.readline()
        assert line.startswith("sandbox at http://127.0.0.1:")
        assert "its time 2026-01-14 12:00 UTC; Ctrl-C stops it" in line
        url = line.split()[2].rstrip(",")
        with urllib.request.urlopen(f"{url}/sports?apiKey=mine") as answer:
            assert answer.headers["x-requests-last"] == "1"

        with started(tmp_path / "other", "--port", url.split(":")[2].split("/")[0]) as second:
            _, error = second.communicate(timeout=10)
            assert second.returncode == 1
            assert error.strip().endswith("Address already in use")
            assert len(error.splitlines()) == 1

        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - began < 1
    entries = (tmp_path / "sandbox" / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(entry)["credits"] for entry in entries] == [1]


@pytest.mark.parametrize("read", [_fault, _instant, _number])
def test_options_that_make_no_sense_are_refused(read) -> None:
    for text in ("tomorrow", "[1", "-1e999"):
        with pytest.raises(ArgumentTypeError):
            read(text)


def test_a_fault_is_an_object() -> None:
    with pytest.raises(ArgumentTypeError, match="a fault is an object such as"):
        _fault("[]")
