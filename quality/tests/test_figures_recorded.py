"""Figures of a real recording are what plain counting finds in the file; skipped where it is absent."""

import gzip
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from django.conf import settings

from collectors.recorded import RecordingOptions, import_responses
from quality import overrounds
from quality.figures import quality_figures

WNBA = settings.BASE_DIR.parent / "shared" / "data" / "sequences" / "wnba_odds_us_american_2026-07-27_to_31.jsonl.gz"
PERIOD = (datetime(2026, 7, 28, 6, tzinfo=UTC), datetime(2026, 7, 30, 18, tzinfo=UTC))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(not WNBA.is_file(), reason="the recordings in ../shared/data are not here"),
]


@pytest.fixture
def found():
    import_responses([WNBA], RecordingOptions())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overrounds, "SNAPSHOTS_A_DAY", 1_000)  # all of them
        return quality_figures(*PERIOD)


def offers():
    """Everything before its start in the period, straight from the file: when taken, the offers of an event by
    (bookmaker, market), and those of the snapshot of this event before."""
    before = {}
    for line in gzip.decompress(WNBA.read_bytes()).splitlines():
        taken = datetime.fromisoformat(json.loads(line)["captured_at"])
        for event in json.loads(line)["response"]:
            now = {(book["key"], each["key"]): each for book in event["bookmakers"] for each in book["markets"]}
            if PERIOD[0] <= taken < PERIOD[1] and taken < datetime.fromisoformat(event["commence_time"]):
                yield taken, now, before.get(event["id"], {})
            before[event["id"]] = now


def prices(offer):
    return {(outcome["name"], outcome["price"], outcome.get("point")) for outcome in offer["outcomes"]}


def implied(american: int) -> float:
    return 100 / (american + 100) if american > 0 else -american / (-american + 100)


def test_they_are_what_plain_counting_finds(found):
    asked, quoted, last, kept, ages = 0, Counter(), {}, defaultdict(list), defaultdict(list)
    for taken, now, before in offers():
        asked += 1
        for key, offer in now.items():
            quoted[key] += 1
            last[key] = max(taken, last.get(key, taken))
            kept[key].append(sum(implied(outcome["price"]) for outcome in offer["outcomes"]) - 1)
            if key not in before or prices(offer) - prices(before[key]):
                ages[key].append((taken - datetime.fromisoformat(offer["last_update"])) / timedelta(seconds=1))
    assert {(row.bookmaker, row.market): (row.asked, row.quoted, row.last_quoted) for row in found} == {
        key: (asked, count, last[key]) for key, count in quoted.items()
    }
    for row in found:
        key = row.bookmaker, row.market
        usual = median(kept[key])
        assert (row.lines, row.changes) == (len(kept[key]), len(ages[key]))
        assert row.overround_median == pytest.approx(usual)
        assert row.overround_mad == pytest.approx(median(abs(value - usual) for value in kept[key]))
        assert row.age_median_seconds == median(ages[key])
