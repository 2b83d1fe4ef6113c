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

from collectors.verification import verify
from events.models import Event
from odds.models import Odds
from oddsproject import first_run
from oddsproject.settings import BASE_DIR


@pytest.mark.django_db
def test_an_administrator_is_made_once_and_can_log_in():
    password = first_run.ensure_admin()
    assert authenticate(username="admin", password=password).is_superuser
    assert first_run.ensure_admin() is None
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db
def test_an_empty_database_gets_two_games_and_one_with_events_gets_none():
    assert first_run.load_sample() == 2
    assert first_run.load_sample() == 0
    assert Event.objects.filter(status="final", closing_at__isnull=False).count() == 2
    assert Odds.objects.filter(is_live=True).exists()
    assert verify(Event.objects.all()).differences == 0


def test_a_taken_port_is_told_before_anything_is_made():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; try `make run PORT=8001`"
        ):
            call_command("run", port=port, stdout=StringIO())


@pytest.mark.slow
def test_run_serves_the_site_and_ends_with_its_signal(tmp_path):
    """The real command in a folder of its own: database, administrator, sample, login page, clean end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        page = read_when_there(f"http://127.0.0.1:{port}/admin/", process)
        assert "Log in" in page
        status = subprocess.run(
            [sys.executable, "manage.py", "list_events", "--json"],
            cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert len(json.loads(status.stdout)) == 2
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert re.search(r"administrator made: user admin, password \S{20}", output)
    assert not (tmp_path / "var" / "postgres" / "data" / "postmaster.pid").exists()


def read_when_there(url: str, process: subprocess.Popen) -> str:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nothing at {url}; exit code {process.poll()}")
