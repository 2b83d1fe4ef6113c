"""How much the database holds."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from events.cli import ReadCommand, table
from events.times import stamp
from odds.statistics import Statistics, statistics
from odds.wording import size

LARGEST = 8

_LABELS = {
    "events": "Events",
    "snapshots": "Snapshots",
    "live_snapshots": "  taken in play",
    "odds_records": "Odds records",
    "price_points": "Price points",
    "bookmakers": "Bookmakers",
    "markets": "Markets",
}


class Command(ReadCommand):
    help = (
        "Show how much is stored. An odds record is a price for as long as it stood, a price point one price at one "
        "snapshot. Figures of large tables are estimates, shown with ≈ and listed under 'estimated' with --json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--exact", action="store_true", help="count everything, which may take minutes")

    def handle(self, *, as_json: bool, exact: bool, **_: Any) -> None:
        stored = statistics(exact=exact)
        if as_json:
            self.print_json(stored)
            return
        self._show_figures(stored)
        self._show_tables(stored)

    def _show_figures(self, stored: Statistics) -> None:
        figures = table()
        figures.show_header = False
        figures.add_column()
        figures.add_column(justify="right")
        for name, label in _LABELS.items():
            about = "≈ " if name in stored.estimated else ""
            figures.add_row(label, f"{about}{getattr(stored, name):,}")
        figures.add_row("First snapshot (UTC)", stamp(stored.first_snapshot_time))
        figures.add_row("Last snapshot (UTC)", stamp(stored.last_snapshot_time))
        figures.add_row("Database size", size(stored.db_size_bytes))
        self.console.print(figures)

    def _show_tables(self, stored: Statistics) -> None:
        tables = table("Largest tables")
        tables.add_column("Table")
        tables.add_column("Size", justify="right")
        for name, size_bytes in list(stored.table_bytes.items())[:LARGEST]:
            tables.add_row(name, size(size_bytes))
        self.console.print()
        self.console.print(tables)
