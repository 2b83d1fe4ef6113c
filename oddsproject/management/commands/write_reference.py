from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser
from django_rich.management import RichCommand

from oddsproject.documentation import commands, settings_page
from oddsproject.settings import BASE_DIR

FOLDER = BASE_DIR / "docs" / "reference"


class Command(RichCommand):
    help = "Write the references of commands and settings in docs/reference anew, from the program itself."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit code 1 where a page is not up to date"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        for name, text in {"commands.md": commands.page(), "settings.md": settings_page.page()}.items():
            path = FOLDER / name
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            if check:
                raise CommandError(f"docs/reference/{name} is not up to date: manage.py write_reference")
            path.write_text(text, encoding="utf-8")
            self.console.print(f"✓ docs/reference/{name}")
