from typing import Any

from collectors.intake import read_again
from events.cli import ReadCommand, plain
from events.wording import plural


class Command(ReadCommand):
    help = "Read the answers once more that could not be read, after the reader was mended. Costs nothing."

    def handle(self, *, as_json: bool, **options: Any) -> None:
        read, unreadable = read_again()
        if as_json:
            self.print_json({"read": read, "unreadable": unreadable})
        else:
            self.console.print(
                plain(f"✓ {plural(read, 'answer')} read that could not be before; {unreadable:,} still cannot")
            )
