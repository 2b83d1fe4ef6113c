from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.db import connection
from django_rich.management import RichCommand

from oddsproject import first_run


class Command(RichCommand):
    help = "Start everything: bring the database up to date, make an administrator, load a sample, serve the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s, this machine only")
        parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        _claim(host, port)
        first_run.migrate()
        password = first_run.ensure_admin()
        loaded = first_run.load_sample()
        connection.close()
        self._greet(f"http://{host}:{port}/", password, loaded)
        _serve(host, port)

    def _greet(self, url: str, password: str | None, loaded: int) -> None:
        lines = []
        if loaded:
            lines.append(f"✓ {loaded} made-up games loaded, to look at")
        if password:
            lines.append(f"✓ administrator made: user [bold]{first_run.ADMIN}[/bold], password [bold]{password}[/bold]")
            lines.append("  (shown this once; `.venv/bin/python manage.py changepassword admin` sets another)")
        lines.append(f"✓ serving [bold]{url}[/bold] with the data in {settings.VAR_DIR}; Ctrl-C stops it")
        for line in lines:
            self.console.print(line, highlight=False, soft_wrap=True)


def _serve(host: str, port: int) -> None:
    """Run the web server until it ends. This process stays, and with it the embedded PostgreSQL."""
    web = ["gunicorn", "oddsproject.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread", "--threads", "4"]
    process = subprocess.Popen([sys.executable, "-m", *web, "--log-level", "warning"])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: process.terminate())
    if code := process.wait():
        raise CommandError(f"the web server ended with exit code {code}")


def _claim(host: str, port: int) -> None:
    """Fail with one line, before anything is made, where another program has the port."""
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise CommandError(f"cannot listen on {host}:{port}: {reason}; try `make run PORT=8001`") from error
