from typing import Any

from django.core.management import CommandError

from collectors import scheduler
from events.cli import ReadCommand, plain

# Seconds: one sign of life, and what it waits for a call under way.
PATIENCE = scheduler.HEARTBEAT + scheduler.GRACE + 5


class Command(ReadCommand):
    help = "Ask the scheduler to end what it is doing and stop, wherever it runs."

    def handle(self, *, as_json: bool, **options: Any) -> None:
        ran = scheduler.is_alive()
        if ran and not scheduler.stop(PATIENCE):
            raise CommandError(f"the scheduler ({scheduler.describe()}) did not stop within {PATIENCE:.0f} s")
        if as_json:
            self.print_json({"stopped": ran})
        else:
            self.console.print(plain("✓ stopped" if ran else "– no scheduler runs"))
