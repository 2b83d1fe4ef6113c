"""Where raw answers lie in an archive nothing is derived from a part, nothing is lost, and everybody says so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from collectors.archives.restoring import restore
from collectors.choices import CallState, Purpose
from collectors.intake import read_again
from collectors.live import Timing, fetch_odds
from collectors.models import RawResponse
from collectors.pipeline import ingest, ingest_piecemeal, rebuild
from collectors.receivers import judge_anew
from collectors.revalidation import revalidate
from collectors.sandbox.faults import Fault
from collectors.verification import verify
from events.models import Event
from odds.archived import RawArchived
from odds.archiving.archive import archive
from odds.archiving.layout import ArchiveKind
from odds.archiving.manifest import ArchiveError
from odds.archiving.restore import restore_archive
from odds.fingerprint import fingerprint
from odds.models import Odds, OddsSnapshot
from quality.models import DataQualityLog

from .factories import NOON, book, event, h2h, snapshot

LINE = (
    r"event a{32}: its raw answers lie in an archive, under .*/archive unless .*import_archive --format parquet first"
)
FIRST = [
    snapshot(event(book("fanduel", h2h(price))), NOON + timedelta(minutes=10 * number))
    for number, price in enumerate((-150, -99, -160))  # the one in the middle is none, and so in the log
]
LATE = snapshot(event(book("fanduel", h2h(-155))), NOON + timedelta(minutes=5))
NEWER = snapshot(event(book("fanduel", h2h(-170))), NOON + timedelta(minutes=40))
OTHER = snapshot(event(book("fanduel", h2h()), id="b" * 32), NOON)


@pytest.fixture
def without_raw(db, tmp_path):
    """One event of whose three snapshots only the raw answers are archived, with a flagged price."""
    ingest(FIRST)
    return archived(tmp_path, ArchiveKind.RAW)


def archived(folder, kind):
    list(archive(kind, timezone.now() + timedelta(days=10_000), folder))
    return folder


def test_a_late_answer_is_left_out_and_named_and_the_others_are_stored(without_raw):
    before = list(Odds.objects.order_by("id").values_list())
    with pytest.raises(RawArchived, match=LINE):
        ingest([LATE])
    report = ingest_piecemeal([LATE, OTHER])
    assert (report.archived, report.snapshots) == ({"a" * 32}, 1)
    assert report.problems[-1].text.endswith("left out")
    assert list(Odds.objects.filter(event__api_id="a" * 32).order_by("id").values_list()) == before


def test_the_same_answer_again_is_left_out_as_nothing_can_be_compared(without_raw):
    assert ingest_piecemeal([FIRST[1]]).archived == {"a" * 32}


def test_a_newer_answer_is_appended_and_all_is_as_if_nothing_had_been_archived(without_raw):
    assert ingest([NEWER]).snapshots == 1
    restore_archive(without_raw)
    appended = fingerprint()
    rebuild(Event.objects.get().pk)
    assert fingerprint() == appended
    assert verify(Event.objects.all()).differences == 0


def test_a_late_answer_takes_its_place_once_the_archive_is_restored(without_raw):
    restore_archive(without_raw)
    ingest([LATE])
    report = verify(Event.objects.all())
    assert (report.snapshots, report.differences, report.archived) == (4, 0, [])


def test_verification_counts_and_names_such_events_and_finds_no_difference(without_raw, capsys):
    ingest([OTHER])
    report = verify(Event.objects.all())
    assert (report.events, report.differences, report.archived) == (1, 0, ["a" * 32])
    call_command("verify_odds")
    assert f"1 event lies in an archive and was not compared: {'a' * 32}" in capsys.readouterr().out


def test_verification_names_the_first_of_many_such_events(db, tmp_path, capsys):
    ingest([snapshot(event(book("fanduel", h2h()), id=letter * 32), NOON) for letter in "abcdefg"])
    archived(tmp_path, ArchiveKind.WHOLE)
    call_command("verify_odds")
    named = ", ".join(letter * 32 for letter in "abcde")
    assert f"7 events lie in archives and were not compared: {named} and 2 more" in capsys.readouterr().out
    call_command("verify_odds", as_json=True)
    assert len(json.loads(capsys.readouterr().out)["archived"]) == 7
    call_command("rebuild_odds")
    out = capsys.readouterr().out
    assert "✓ 0 rows of odds of 0 events written" in out
    assert f"⚠ left as they are: event {'a' * 32}, {'b' * 32}, {'c' * 32} and 4 more: its raw answers lie" in out


def test_nothing_is_rebuilt_from_a_part(without_raw, capsys):
    before = fingerprint()
    with pytest.raises(RawArchived, match=LINE):
        rebuild(Event.objects.get().pk)
    with pytest.raises(CommandError, match=LINE):
        call_command("rebuild_odds", event_id="a" * 32)
    call_command("rebuild_odds", as_json=True)
    assert json.loads(capsys.readouterr().out)["archived"] == ["a" * 32]
    assert revalidate([Event.objects.get().pk], timezone.now()).archived == ["a" * 32]
    judge_anew(None, event_ids=[Event.objects.get().pk], now=timezone.now())
    assert fingerprint() == before


def test_what_is_archived_whole_leaves_its_log_and_its_close(db, tmp_path):
    ingest(FIRST)
    flagged, hashed = DataQualityLog.objects.count(), fingerprint()
    assert flagged
    event_ = Event.objects.get()
    archived(tmp_path, ArchiveKind.WHOLE)
    assert rebuild(event_.pk) == 0
    with pytest.raises(CommandError, match=LINE):
        call_command("rebuild_odds", event_id="a" * 32)
    revalidate([event_.pk], timezone.now())
    report = verify(Event.objects.all())
    assert (report.differences, report.archived) == (0, ["a" * 32])
    assert DataQualityLog.objects.count() == flagged
    restore_archive(tmp_path)
    assert fingerprint() == hashed
    assert verify(Event.objects.all()).differences == 0


def test_what_came_in_meanwhile_is_put_together_and_rebuilt(db, tmp_path):
    """Archived, seen again, restored and rebuilt: as if it had never been away."""
    ingest(FIRST)
    archived(tmp_path, ArchiveKind.WHOLE)
    ingest([LATE, NEWER])
    for event_id in restore_archive(tmp_path).rebuild:
        rebuild(event_id)
    together = fingerprint()
    assert verify(Event.objects.all()).differences == 0
    OddsSnapshot.objects.all().delete()
    Odds.objects.all().delete()
    ingest([*FIRST, LATE, NEWER])
    assert fingerprint() == together


def test_what_was_archived_in_two_steps_and_seen_since_comes_back_in_one(db, tmp_path):
    """Neither archive alone would do: the raw answers have no rows, and the rows no raw answers to derive anew from."""
    ingest(FIRST)
    archived(tmp_path, ArchiveKind.RAW)
    archived(tmp_path, ArchiveKind.WHOLE)
    ingest([LATE])
    (whole,) = (path.parent for path in tmp_path.rglob("whole-*/manifest.json"))
    with pytest.raises(ArchiveError, match="together with this one: name the folder that both are in"):
        restore(whole)
    assert OddsSnapshot.objects.count() == 1
    assert restore(tmp_path).raw_answers == 3
    assert verify(Event.objects.all()).differences == 0


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_was_paid_for_waits_until_the_archive_is_back(stage, tmp_path):
    """The provider repeats an old answer about events whose raw answers are archived."""
    with stage.gate() as gate:
        fetch_odds(gate, "basketball_nba", Purpose.LIVE, Timing())
        archived_at = archived(tmp_path, ArchiveKind.RAW)
        stage.at(stage.clock() + timedelta(minutes=30))
        stage.sandbox.faults.add(Fault("stale", endpoint="odds", times=1))
        fetch_odds(gate, "basketball_nba", Purpose.LIVE, Timing())
    (waiting,) = RawResponse.objects.exclude(problem="")
    assert waiting.normalised_at is None
    assert "lie in an archive" in waiting.problem
    assert waiting.problem.endswith("then run read_answers")
    assert waiting.call.state == CallState.STORED
    restore_archive(archived_at)
    assert read_again() == (1, 0)
    assert not RawResponse.objects.filter(normalised_at=None).exists()
    assert verify(Event.objects.all()).differences == 0
