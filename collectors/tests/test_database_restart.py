"""The database goes away while the scheduler collects, and comes back: so does collecting, by itself."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from collectors.sandbox.server import Sandbox
from oddsproject.embedded_postgres.server import Server

from .children import manage
from .test_processes import A_SECOND, bought, wait_until

pytestmark = pytest.mark.slow

# How often the database is stopped.
OUTAGES = int(os.environ.get("OUTAGES", "2"))


def test_collecting_goes_on_within_fifteen_seconds_of_the_database(tmp_path: Path):
    """As with a server of one's own: the scheduler only knows its address."""
    server = Server(tmp_path / "postgres")
    socket = server.join()
    with Sandbox(quota=1_000_000, rate_limit=100_000) as sandbox:
        env = {
            **os.environ, "DATABASE_URL": f"postgres://postgres@/postgres?host={socket}",
            "VAR_DIR": str(tmp_path / "var"),
            "ODDS_API_BASE_URL": sandbox.url, "FIXED_INTERVAL_MINUTES": A_SECOND, "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "oddsproject.settings", "ODDS_API_QUOTA": "1000000",
        }  # fmt: skip
        manage("migrate", "-v0", env=env).communicate(timeout=60)
        scheduler = manage("run_scheduler", env=env)
        try:
            wait_until(lambda: bought(sandbox) >= 3, 60)
            for _ in range(OUTAGES):
                os.kill(server.postmaster().pid, signal.SIGKILL)
                time.sleep(2.5)
                before = bought(sandbox)
                server.revive()
                took = wait_until(lambda before=before: bought(sandbox) > before + 1, 15)
                assert took < 15
            assert scheduler.poll() is None, "no process was started anew"
        finally:
            scheduler.send_signal(signal.SIGTERM)
            output, _ = scheduler.communicate(timeout=30)
            server.leave()
    assert scheduler.returncode == 0, output
