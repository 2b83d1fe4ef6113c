"""What `make run` finds and makes the first time, and leaves alone the second."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from oddsproject import first_run
from oddsproject.settings import BASE_DIR


@pytest.mark.django_db
def test_an_administrator_is_made_once_and_can_log_in():
    password = first_run.ensure_admin()
    assert authenticate(username="admin", password=password).is_superuser
    assert first_run.ensure_admin() is None
    assert get_user_model().objects.count() == 1


def test_a_taken_port_is_told_before_anything_is_made():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; try `make run PORT=8001`"
        ):
            call_command("run", port=port, stdout=StringIO())


@pytest.mark.slow
def test_run_collects_from_the_sandbox_serves_the_site_and_ends_with_its_signal(tmp_path):
    """The real command in a folder of its own, without a key: what it collected is what the sandbox says it charged."""
    port, sandbox_port = free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "", "PYTHONUNBUFFERED": "1",
        "SANDBOX_PORT": str(sandbox_port), "ODDS_API_KEY": "", "FIXED_INTERVAL_MINUTES": "30",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert "Log in" in read_when_there(f"http://127.0.0.1:{port}/admin/", process)
        told = wait_for_a_fetch(environment)
        charged = json.loads(read_when_there(f"http://127.0.0.1:{sandbox_port}/_sandbox/ledger", process))
        ready = json.loads(read_when_there(f"http://127.0.0.1:{port}/ready/", process))
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert told["fetch_success_rate_24h"] == 1.0
    assert told["events_scheduled"] > 0
    assert told["odds_records"] > 0
    assert told["quota_used"] == charged["credits"] > 0
    assert ready["ready"] is True
    assert process.returncode == 0, output
    assert re.search(r"administrator made: user admin, password \S{20}", output)
    assert "no API key is set: all prices are made up" in output
    assert not (tmp_path / "var" / "postgres" / "data" / "postmaster.pid").exists()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def wait_for_a_fetch(environment: dict[str, str]) -> dict:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        command = [sys.executable, "manage.py", "status", "--json"]
        ran = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True)
        told = json.loads(ran.stdout)
        if told["last_fetch"] and told["fetch_success_rate_24h"] is not None:
            return told
        time.sleep(0.5)
    raise AssertionError(f"nothing was fetched: {told}")


def read_when_there(url: str, process: subprocess.Popen) -> str:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nothing at {url}; exit code {process.poll()}")
