"""A recording played back by the sandbox and collected over HTTP, against the same recording imported from its file."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from django.db import connection

from collectors.choices import Purpose
from collectors.live import Timing, fetch_odds
from collectors.models import FetchLog
from collectors.recorded import RecordingOptions, import_responses
from odds.fingerprint import ODDS

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "sequences"
WNBA = RECORDED / "wnba_odds_us_american_2026-07-27_to_31.jsonl.gz"
ANSWERS = 96  # the first day of four

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def rows_of_odds() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(ODDS)
        return cursor.fetchall()


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE events_event, odds_odds, odds_outcome, odds_bookmaker, odds_market, odds_scope CASCADE"
        )


@pytest.mark.skipif(not WNBA.exists(), reason="the recorded sequences are not beside this project")
def test_collecting_a_replay_gives_the_rows_that_importing_it_gives(set_stage, settings, tmp_path):
    with gzip.open(WNBA) as lines:
        answers = list(islice(lines, ANSWERS))
    recording = tmp_path / "recording.jsonl"
    recording.write_bytes(b"".join(answers))
    settings.BOOKMAKERS, settings.REGIONS = [], ["us"]
    import_responses([recording], RecordingOptions())
    imported = rows_of_odds()
    empty_tables()

    instants = [datetime.fromisoformat(json.loads(line)["captured_at"]).astimezone(UTC) for line in answers]
    stage = set_stage(at=instants[0], recordings=[recording])
    with stage.gate() as gate:
        for instant in instants:
            stage.at(instant)
            fetch_odds(gate, "basketball_wnba", Purpose.LIVE, Timing(tick=instant))

    assert FetchLog.objects.filter(endpoint="odds", state="stored").count() == len(instants) == ANSWERS
    collected = rows_of_odds()
    assert len(collected) == len(imported) == 2_277
    assert collected == imported
    assert stage.charged == 3 * len(instants)
