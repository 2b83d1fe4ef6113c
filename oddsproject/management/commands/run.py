from __future__ import annotations

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.db import connection
from django_rich.management import RichCommand
from honcho import manager as honcho
from honcho.environ import parse_procfile

from collectors.clearing import sandbox_events
from collectors.gate import uses_sandbox
from events.wording import plural
from oddsproject import first_run

# Seconds until what does not end by itself is killed: the collector waits for a call under way.
PATIENCE = 10
# What the Procfile has for others: `run` migrates before it starts anything.
NOT_HERE = {"release"}


class Command(RichCommand):
    help = "Start everything: bring the database up to date, make an administrator, collect, serve the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s, this machine only")
        parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        _claim(host, port, "try `make run PORT=8001`")
        if uses_sandbox():
            _claim("127.0.0.1", settings.SANDBOX_PORT, "set SANDBOX_PORT to another one, in .env or the environment")
        first_run.migrate()
        password = first_run.ensure_admin()
        left_over = 0 if uses_sandbox() else sandbox_events().count()
        connection.close()
        self._greet(f"http://{host}:{port}/", password, left_over)
        _run_all(host, port)

    def _greet(self, url: str, password: str | None, left_over: int) -> None:
        lines = []
        if uses_sandbox():
            lines.append(
                "⚠ [bold]no API key is set: all prices are made up.[/bold] They come from the sandbox, a league"
            )
            lines.append("  on this machine; put ODDS_API_KEY into .env and start again to collect for real")
        else:
            lines.append(f"✓ collecting {', '.join(settings.SPORTS)} from The Odds API")
        if left_over:
            games = plural(left_over, "made-up game of the sandbox is", "made-up games of the sandbox are")
            lines.append(f"⚠ {games} stored too; `clear_sandbox` removes them")
        if password:
            lines.append(f"✓ administrator made: user [bold]{first_run.ADMIN}[/bold], password [bold]{password}[/bold]")
            lines.append("  (shown this once; `.venv/bin/python manage.py changepassword admin` sets another)")
        lines.append(f"✓ serving [bold]{url}[/bold] with the data in {settings.VAR_DIR}; Ctrl-C stops everything")
        for line in lines:
            self.console.print(line, highlight=False, soft_wrap=True)


def _run_all(host: str, port: int) -> None:
    """Run what the Procfile names until it ends. This process stays, and with it the embedded PostgreSQL."""
    honcho.KILL_WAIT = PATIENCE
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]),
        "HOST": host,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "LOG_FORMAT": "text" if sys.stdout.isatty() else settings.LOG_FORMAT,
    }
    processes = parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes
    together = honcho.Manager()
    for name, command in processes.items():
        if name not in NOT_HERE and (name != "sandbox" or uses_sandbox()):
            together.add_process(name, f"exec {command}", env=environment, cwd=str(settings.BASE_DIR))
    together.loop()
    by_signal = {details["rc"] for details in honcho.SIGNALS.values()}
    if together.returncode not in {0, *by_signal}:
        raise CommandError(f"one of them ended with exit code {together.returncode}, and so all did: see above")


def _claim(host: str, port: int, advice: str) -> None:
    """Fail with one line, before anything is made, where another program has the port."""
    try:
        with socket.create_server((host, port)):
            pass
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise CommandError(f"cannot listen on {host}:{port}: {reason}; {advice}") from error
