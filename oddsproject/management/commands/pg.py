"""`manage.py pg`: the embedded PostgreSQL by hand."""

import dataclasses
import json
import os
import subprocess
from collections import deque
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connections
from django.template.defaultfilters import filesizeformat
from django_rich.management import RichCommand

from oddsproject.embedded_postgres.base import DatabaseWrapper
from oddsproject.embedded_postgres.server import Server, describe_users
from oddsproject.embedded_postgres.status import Status, status_of


class Command(RichCommand):
    help = "The project's own PostgreSQL: start it to stay, stop it, look at it, talk to it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("start", help="start the server, to run until `pg stop`")
        stop = actions.add_parser("stop", help="stop the server; refused while other processes use it")
        stop.add_argument("--force", action="store_true", help="stop it even so; they start it anew when they return")
        status = actions.add_parser("status", help="say whether it runs, where, and for whom")
        status.add_argument("--json", action="store_true", help="as one JSON object")
        psql = actions.add_parser("psql", help="open psql on it; arguments for psql follow `--`")
        psql.add_argument("arguments", nargs="*", metavar="ARGUMENT")
        log = actions.add_parser("log", help="show the end of the server's log")
        log.add_argument("--lines", type=int, default=50, metavar="N", help="how many lines (default: 50)")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        connection = connections["default"]
        if not isinstance(connection, DatabaseWrapper):
            raise CommandError("DATABASE_URL is set, so the embedded PostgreSQL is not in use.")
        match action:
            case "start":
                self._start(connection.server)
            case "stop":
                self._stop(connection.server, force=options["force"])
            case "status":
                self._status(connection.server, as_json=options["json"])
            case "psql":
                self._psql(connection, options["arguments"])
            case "log":
                self._log(connection.server, lines=options["lines"])

    def _start(self, server: Server) -> None:
        server.keep()
        self._status(server, as_json=False)

    def _stop(self, server: Server, *, force: bool) -> None:
        self._say("✓ stopped" if server.stop(force=force) else "✓ it was not running")

    def _status(self, server: Server, *, as_json: bool) -> None:
        status = status_of(server)
        if as_json:
            self.stdout.write(json.dumps(dataclasses.asdict(status), indent=2))
            return
        self._say(_headline(status))
        for name, value in _facts(status):
            self._say(f"  {name:<10} {value}")

    def _psql(self, connection: DatabaseWrapper, arguments: list[str]) -> None:
        try:
            connection.client.runshell(arguments)
        except subprocess.CalledProcessError as exc:  # psql itself has said why
            raise CommandError(f"psql ended with status {exc.returncode}.", returncode=exc.returncode) from None

    def _log(self, server: Server, *, lines: int) -> None:
        try:
            with server.folders.log.open(errors="replace") as file:
                for line in deque(file, maxlen=max(lines, 0)):
                    self.stdout.write(line, ending="")
        except FileNotFoundError:
            raise CommandError(f"There is no log yet: {server.folders.log} does not exist.") from None

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False, highlight=False)


def _headline(status: Status) -> str:
    if status.running and not status.ready:
        return "⚠ running, but it takes no connections: it is starting, recovering from a crash, or stopping"
    if status.running:
        until = "`pg stop`" if status.kept else "its last user ends"
        return f"✓ PostgreSQL {status.version} is running until {until}"
    if status.version is None:
        return "✗ not running; there is no database yet"
    return f"✗ not running; the database was made by PostgreSQL {status.version}"


def _facts(status: Status) -> list[tuple[str, str]]:
    if status.version is None:
        return [("data", status.data)]
    facts = [("data", f"{status.data} ({filesizeformat(status.size_bytes)})"), ("log", status.log)]
    if status.data_owner != os.geteuid():
        facts.append(("owner", f"uid {status.data_owner}"))
    if not status.running:
        return facts
    users = "unknown" if status.users is None else describe_users(status.users) if status.users else "none"
    return [
        *facts,
        ("socket", str(status.socket)),
        ("process", str(status.pid)),
        ("users", f"{users}; {status.connections} connection{'' if status.connections == 1 else 's'}"),
    ]
