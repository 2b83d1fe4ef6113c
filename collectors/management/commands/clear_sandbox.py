from typing import Any

from django.core.management import CommandParser
from django.db import transaction

from collectors.clearing import clear_sandbox
from events.cli import ReadCommand, plain


class Command(ReadCommand):
    help = "Remove the games, prices and calls of the sandbox. What was collected or imported stays."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="count, remove nothing")

    def handle(self, *, dry_run: bool, as_json: bool, **options: Any) -> None:
        with transaction.atomic():
            removed = clear_sandbox()
            transaction.set_rollback(dry_run)
        if as_json:
            self.print_json({**removed, "dry_run": dry_run})
            return
        counted = ", ".join(f"{count:,} {name}" for name, count in removed.items() if count) or "nothing"
        self.console.print(plain(f"{'would remove' if dry_run else '✓ removed'} {counted}"), soft_wrap=True)
