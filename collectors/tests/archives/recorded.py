"""The recorded archives, which are not part of the project, and the example maps of its documentation."""

import csv
import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from collectors.archives.importing import ArchiveOptions, ArchiveReport, import_archive
from collectors.choices import ArchiveFormat

DATA = settings.BASE_DIR.parent / "shared" / "data"
HISTORICAL, SEQUENCES = DATA / "historical", DATA / "sequences"
LINE_HISTORY = SEQUENCES / "nba_line_history_us_2026-01-01_to_2026-01-17.csv.gz"
GAMES_AND_RESULTS = HISTORICAL / "nba_games_results_odds_2008-2018.csv.gz"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

needs_recordings = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recordings in ../shared/data are not here"),
]


def sheet(season: str) -> Path:
    return HISTORICAL / f"sbr_raw_nba_odds_{season}.xlsx"


def multibook(season: str) -> Path:
    return HISTORICAL / f"nba_sbr_multibook_{season}_glyph.csv.gz"


def documented_map(name: str) -> str:
    """The example map of this name in docs/archives.md."""
    text = (settings.BASE_DIR / "docs" / "archives.md").read_text()
    [found] = re.findall(rf"```toml\n# {name}\n(.*?)```", text, re.DOTALL)
    return found


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def importing(path: Path, format: ArchiveFormat, *, sport_key: str = "basketball_nba", **over) -> ArchiveReport:
    options = ArchiveOptions(format=format, sport_key=sport_key, **over)
    return import_archive(path, options, now=NOW)
