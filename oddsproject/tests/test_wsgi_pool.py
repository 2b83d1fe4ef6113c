"""The web server's threads share few connections; nothing else has a pool."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from oddsproject.embedded_postgres.server import Server
from oddsproject.settings import BASE_DIR
from oddsproject.wsgi_pool import pool_connections

from .conftest import ask, wait_for


def test_without_a_size_there_is_no_pool():
    database: dict = {"OPTIONS": {"a": 1}}
    pool_connections({"default": database}, 0)
    assert database == {"OPTIONS": {"a": 1}}
    pool_connections({"default": database}, 3)
    assert database["OPTIONS"]["pool"]["max_size"] == 3
    assert database["CONN_MAX_AGE"] == 0


def fetch(port: int) -> int:
    """The status of a page that asks the database who visits."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/admin/login/", headers={"Cookie": f"sessionid={'a' * 32}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_eight_threads_are_served_by_two_connections(folder, unused_port):
    environment = {"PATH": "/usr/bin:/bin", "VAR_DIR": str(folder), "DATABASE_POOL_SIZE": "2", "HOME": str(folder)}
    shared = {"cwd": BASE_DIR, "env": environment, "stderr": subprocess.PIPE}
    server = Server(folder / "postgres")
    where = server.join()
    web = [sys.executable, "-m", "gunicorn", "oddsproject.wsgi", "--bind", f"127.0.0.1:{unused_port}",
           "--worker-class", "gthread", "--threads", "8", "--log-level", "warning", "--no-control-socket"]  # fmt: skip
    process = None
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True, **shared)
        process = subprocess.Popen(web, **shared)
        wait_for(lambda: answers(unused_port), 20)
        with ThreadPoolExecutor(8) as visitors:
            statuses = list(visitors.map(lambda _: fetch(unused_port), range(80)))
        connections = ask(where, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'") - 1
        begun = time.monotonic()
        process.terminate()
        errors = process.communicate(timeout=20)[1].decode()
    finally:
        if process:
            process.kill()
        server.leave()
    assert statuses == [200] * 80
    assert 1 <= connections <= 2
    assert errors == ""
    assert time.monotonic() - begun < 10


def answers(port: int) -> bool:
    try:
        return fetch(port) == 200
    except OSError:
        return False


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def test_commands_have_no_pool(settings):
    assert "pool" not in settings.DATABASES["default"].get("OPTIONS", {})
