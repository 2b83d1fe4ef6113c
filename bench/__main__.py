"""Print the figures as one JSON document. `python -m bench --size small|default|full`

It runs on a PostgreSQL of its own, durable as in production, under VAR_DIR/bench, and removes it in the end.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .recording import Recording

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Size:
    """How much is measured. The first two recordings are of one slate, the season of 1,230 games where it is full."""

    bulk: Recording
    live: Recording
    collected: Recording
    small: Recording
    large: Recording
    season: Recording
    rows: tuple[int, ...]  # of one-row-per-game input
    rounds: int
    days: int  # of games, bought by the backfill


SIZES = {
    # Seconds: proves that everything runs.
    "small": Size(
        bulk=Recording(24, 40),
        live=Recording(24, 10, first_game=50_000),
        collected=Recording(24, 10, first_game=60_000),
        small=Recording(24, 40),
        large=Recording(48, 40, first_game=100),
        season=Recording(48, 40),
        rows=(300,),
        rounds=1,
        days=3,
    ),
    # About two minutes.
    "default": Size(
        bulk=Recording(24, 700),
        live=Recording(24, 40, first_game=50_000),
        collected=Recording(24, 40, first_game=60_000),
        small=Recording(48, 350),
        large=Recording(192, 350, first_game=100),
        season=Recording(1_230, 40, books=5),
        rows=(1_230, 20_000),
        rounds=3,
        days=28,
    ),
    # The scale that the goals name: 1 M and 100 M price points, a season of 1,230 games with 18,000 prices each.
    "full": Size(
        bulk=Recording(24, 2_000),
        live=Recording(24, 100, first_game=50_000),
        collected=Recording(24, 100, first_game=60_000),
        small=Recording(48, 350),
        large=Recording(4_716, 350, first_game=100),
        season=Recording(1_230, 300),
        rows=(1_230, 20_000),
        rounds=5,
        days=140,
    ),
}


FIGURES = (1, 2, 3, 4, 5, 6, 7, 8, 9)
SEASON = {5, 6}  # measured on the same season


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="default")
    parser.add_argument("--figure", type=int, choices=FIGURES, action="append", help="only this one; repeatable")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.update(
        VAR_DIR=str(folder), DATABASE_URL="", DJANGO_SETTINGS_MODULE="oddsproject.settings", LOG_LEVEL="WARNING"
    )
    try:
        document = measure(SIZES[arguments.size], folder, set(arguments.figure or FIGURES))
    finally:
        _leave_server()  # one whose folder is gone would end a minute later, and take the next one's socket with it
        shutil.rmtree(folder, ignore_errors=True)
    json.dump({"size": arguments.size, **document}, sys.stdout, indent=2)
    print()


def _leave_server() -> None:
    from oddsproject.embedded_postgres.registry import leave_all

    leave_all()


def measure(size: Size, folder: Path, wanted: set[int]) -> dict[str, object]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from . import figures
    from .backfill import backfill
    from .backtests import season_backtest
    from .core import core
    from .listing import list_endpoint
    from .season import drop_season, load_season

    call_command("migrate", verbosity=0)
    steps = {
        1: lambda: figures.bulk_ingest(size.bulk, folder, size.rounds),
        3: lambda: figures.bytes_per_price_point(size.bulk),
        2: lambda: figures.live_response(size.live, min(size.live.snapshots, 8)),
        4: lambda: figures.as_of(size.small, size.large, folder, queries=300),
        5: lambda: figures.closing_lines(size.season),
        6: lambda: season_backtest(size.season, size.rounds),
        7: lambda: core(size.rows, size.rounds),
        8: lambda: backfill(size.days, folder),
        9: lambda: list_endpoint(folder, size.rounds),
    }
    if 3 in wanted:
        wanted = wanted | {1}  # which loads what 3 measures
    begin, measured = time.perf_counter(), []
    for number in (number for number in steps if number in wanted):
        print(f"figure {number} …", file=sys.stderr)
        if number == min(wanted & SEASON, default=None):
            load_season(size.season, folder)
        measured.append(steps[number]())
        if number == 2:
            measured.append(figures.collected_response(size.collected, folder))
        if number == max(wanted & SEASON, default=None):
            drop_season()
    server_version = connection.pg_version
    connection.close()
    return {
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "postgresql": server_version},
        "seconds": round(time.perf_counter() - begin, 1),
        "figures": sorted(measured, key=lambda figure: figure["figure"]),
    }


if __name__ == "__main__":
    main()
