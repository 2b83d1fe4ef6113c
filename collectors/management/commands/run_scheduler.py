import os
import signal
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django_rich.management import RichCommand

from collectors import scheduler


class Command(RichCommand):
    help = "Collect on schedule until stopped. A second one stands by and takes over when the first ends."

    def handle(self, **options: Any) -> None:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if pending := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(f"{len(pending)} migrations are not applied: run `manage.py migrate`; nothing collected")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.request_stop())
        where = "The Odds API" if settings.ODDS_API_KEY else "the sandbox: a made-up league, no key is set"
        self._tell(f"collecting {', '.join(settings.SPORTS)} from {where}; Ctrl-C stops it")
        in_time = scheduler.run(self._tell)
        self._tell("stopped")
        if not in_time:
            self._leave_at_once()

    def _tell(self, line: str) -> None:
        self.console.print(line, highlight=False, soft_wrap=True, markup=False)

    def _leave_at_once(self) -> None:
        """A call is still on its way, and its thread would hold the process. The next start settles it."""
        connection.close()
        if hasattr(connection, "server"):
            connection.server.leave()
        os._exit(0)
