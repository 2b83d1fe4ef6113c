"""What is archived comes back to the last bit, and nothing is removed that does not."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.archived import archive_note
from odds.archiving import archive as archiving
from odds.archiving.archive import archive, plan
from odds.archiving.layout import TABLES, ArchiveKind
from odds.archiving.manifest import ArchiveError
from odds.archiving.restore import restore_archive
from odds.fingerprint import fingerprint
from odds.models import Bookmaker, Odds, OddsSnapshot
from odds.store import refresh_closing

from .factories import make_odds, make_outcome, make_snapshot

NOW = TIP + timedelta(days=400)
WHOLE, RAW = ArchiveKind.WHOLE, ArchiveKind.RAW
HOSTILE = ["=cmd", "NULL", "", '"', "a\r\nb", "\\N", "\\.", "Zoë", "🏀", "x" * 10_000, "a,b", "\t", "\x1f"]


@pytest.fixture
def season(db):
    """Two months of games with raw answers that are odd in every way that JSON text can be, scores, and archives."""
    for month in (0, 40):
        event = make_event(commence_time=TIP + timedelta(days=month), closing_at=TIP + timedelta(days=month, hours=-1))
        make_score(event)
        for number, name in enumerate(HOSTILE):
            outcome = make_outcome(
                name=name or "none", side="other", description=name, line="1.5" if number % 2 else None
            )
            odds = make_odds(event, f"book{number % 3}", "player_points", price=100 + number, point=f"{number}.125")
            Odds.objects.filter(pk=odds.pk).update(
                outcome=outcome, decimal_price=1 + 1 / (number + 3), last_update=event.observed_at,
                odds_timestamp=event.commence_time - timedelta(microseconds=number + 1), validation_notes=name[:50],
                is_valid=bool(number % 2),
            )  # fmt: skip
        for minutes in (60, 30, -10):
            snapshot = make_snapshot(
                event, snapshot_time=event.commence_time - timedelta(minutes=minutes, microseconds=7)
            )
            keep_raw(snapshot, '{ "a":1.10, "a" : 1e400,\n"\\u0000":"\\ud800", "t":"=x",\t"ü":"🏀" }  ')
    refresh_closing(Event.objects.values_list("id", flat=True))
    Bookmaker.objects.filter(key="book1").update(kind="sharp", commission="0.0250", overround_max=0.0811)
    return event


def keep_raw(snapshot: OddsSnapshot, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE odds_oddssnapshot SET raw_data = %s::json WHERE id = %s", [text, snapshot.pk])


def rows() -> dict[str, list]:
    """Everything of all tables that archives touch, ids and times of writing included, by PostgreSQL itself."""
    found = {}
    for table in (
        "events_event",
        "events_eventscore",
        "odds_bookmaker",
        "odds_scope",
        "odds_oddssnapshot",
        "odds_odds",
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row.*::text FROM {table} AS row ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def archived(folder: Path, kind: ArchiveKind = WHOLE) -> list[Path]:
    return [Path(each.path) for each in archive(kind, NOW, folder)]


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE events_event, odds_bookmaker, odds_market, odds_outcome, odds_scope, odds_odds CASCADE"
        )


def test_what_is_archived_and_restored_is_identical_ids_and_all(season, tmp_path):
    before, hashed = rows(), fingerprint()
    assert len(archived(tmp_path)) == 2
    assert (Odds.objects.count(), OddsSnapshot.objects.count()) == (0, 0)
    assert rows()["events_event"] == before["events_event"]
    report = restore_archive(tmp_path)
    assert (report.archives, report.snapshots, report.odds, report.rebuild) == (2, 6, 2 * len(HOSTILE), [])
    assert rows() == before
    assert fingerprint() == hashed


def test_an_empty_database_gets_everything_back(season, tmp_path):
    before, hashed = rows(), fingerprint()
    archived(tmp_path)
    empty_tables()
    report = restore_archive(tmp_path)
    assert (report.events_created, report.scores) == (2, 2)
    assert fingerprint() == hashed
    assert {table: found for table, found in rows().items() if table.startswith("events")} == {
        table: found for table, found in before.items() if table.startswith("events")
    }
    assert Bookmaker.objects.values_list("kind", "overround_max").get(key="book1") == ("sharp", 0.0811)
    make_odds(make_event())  # new rows draw numbers beyond those that came back
    make_snapshot(make_event())


def test_restoring_twice_changes_nothing(season, tmp_path):
    archived(tmp_path)
    restore_archive(tmp_path)
    before = rows()
    report = restore_archive(tmp_path)
    assert (report.snapshots, report.odds, report.scores, report.events_created) == (0, 0, 0, 0)
    assert rows() == before


def test_a_dry_run_takes_everything_back(season, tmp_path):
    archived(tmp_path)
    before = rows()
    assert restore_archive(tmp_path, dry_run=True).snapshots == 6
    assert rows() == before


def test_rows_whose_numbers_are_taken_get_new_ones(season, tmp_path):
    hashed = fingerprint()
    id_ = Odds.objects.order_by("id").first().pk
    archived(tmp_path)
    other = make_odds(make_event(), id=id_)
    restore_archive(tmp_path)
    assert Odds.objects.get(pk=id_).event == other.event
    Event.objects.filter(pk=other.event.pk).update(api_id="zzz")
    Odds.objects.filter(event=other.event).delete()
    Event.objects.filter(api_id="zzz").delete()
    assert fingerprint() == hashed


def test_raw_answers_alone_go_and_come_back(season, tmp_path):
    before = rows()
    archived(tmp_path, RAW)
    assert OddsSnapshot.objects.filter(raw_data__isnull=False).count() == 0
    assert rows()["odds_odds"] == before["odds_odds"]
    assert restore_archive(tmp_path).raw_answers == 6
    assert rows() == before
    assert restore_archive(tmp_path).raw_answers == 0


def test_raw_answers_first_and_the_rest_later_come_back_together(season, tmp_path):
    before = rows()
    archived(tmp_path, RAW)
    archived(tmp_path, WHOLE)
    (raw,) = {path.parent for path in tmp_path.rglob("raw-*/manifest.json") if "2026-01" in str(path)}
    with pytest.raises(ArchiveError, match="3 snapshots that its raw answers belong to are not in the database"):
        restore_archive(raw)
    report = restore_archive(tmp_path)
    assert (report.archives, report.raw_answers) == (4, 6)
    assert rows() == before


def test_an_event_with_new_snapshots_is_put_together_and_named_for_rebuilding(season, tmp_path):
    archived(tmp_path)
    late = make_snapshot(season, snapshot_time=season.commence_time - timedelta(minutes=5))
    report = restore_archive(tmp_path)
    assert report.rebuild == [season.pk]
    assert OddsSnapshot.objects.filter(event=season).count() == 4
    season.refresh_from_db()
    assert season.closing_at == late.snapshot_time
    assert not Odds.objects.filter(event=season).exists()  # until they are derived from all snapshots


def test_only_events_that_began_before_are_archived(season, tmp_path):
    first = Event.objects.order_by("commence_time").first()
    (only,) = archive(WHOLE, season.commence_time, tmp_path)
    assert (only.events, only.snapshots, only.odds) == (1, 3, len(HOSTILE))
    assert set(OddsSnapshot.objects.values_list("event", flat=True)) == {season.pk}
    assert only.month == f"{first.commence_time:%Y-%m}"
    assert list(archive(WHOLE, season.commence_time, tmp_path)) == []


@pytest.mark.parametrize("kind", [WHOLE, RAW])
def test_a_flipped_byte_is_refused_wherever_it_is(kind, season, tmp_path):
    """Sixty bytes of each file, the first and the last among them, with another bit each."""
    chance = random.Random(20260115)
    folder = archived(tmp_path, kind)[0]
    before = rows()
    refused = 0
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        places = {0, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(58))}
        for place in places:
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
            with pytest.raises(ArchiveError, match="nothing was restored") as caught:
                restore_archive(folder)
            assert path.name in str(caught.value)
            refused += 1
        path.write_bytes(whole)
    assert refused >= 50 * (len(TABLES[kind]) + 1)
    assert rows() == before
    restore_archive(folder)


@pytest.mark.parametrize("damage", ["cut", "longer", "gone", "empty"])
def test_a_file_that_is_not_whole_is_refused(damage, season, tmp_path):
    path = archived(tmp_path)[0] / "odds.parquet"
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[:-1], "longer": whole + b"\0", "empty": b""}[damage])
    with pytest.raises(ArchiveError, match=r"odds\.parquet .*nothing was restored"):
        restore_archive(path.parent)


def test_nothing_is_removed_where_a_file_differs_from_the_database(season, tmp_path, monkeypatch):
    """As if the disk, or the writing, had changed one value."""
    before = rows()
    write = archiving.write_rows

    def write_wrong(table, events, path):
        written = write(table, events, path)
        if table.file == "odds.parquet":
            Odds.objects.filter(event__in=events[:1], price=105).update(price=106)
        return written

    monkeypatch.setattr(archiving, "write_rows", write_wrong)
    with pytest.raises(ArchiveError, match=r"odds\.parquet: row \d+ is not what the database has; nothing was removed"):
        archived(tmp_path)
    assert rows() == before


def test_rows_without_names_are_not_removed(season, tmp_path):
    """They cannot be in a file that names everything."""
    Odds.objects.filter(price=105).update(bookmaker_id=999)
    with pytest.raises(ArchiveError, match=r"13 rows to remove, 12 in odds\.parquet; nothing was removed"):
        archived(tmp_path)
    assert Odds.objects.count() == 2 * len(HOSTILE)


def test_an_archive_that_was_begun_and_not_finished_is_no_archive(season, tmp_path):
    folder = archived(tmp_path)[0]
    folder.rename(folder.with_name(f".{folder.name}.draft"))
    with pytest.raises(ArchiveError, match=r"no archive is there; one is a folder with a manifest\.json"):
        restore_archive(folder.parent)


def test_the_plan_counts_what_would_go(season):
    months = [(each.month, each.events, each.snapshots, each.odds) for each in plan(WHOLE, NOW)]
    assert months == [("2026-01", 1, 3, 13), ("2026-02", 1, 3, 13)]
    assert [each.odds for each in plan(RAW, NOW)] == [0, 0]


QUESTIONS = ["show_odds", "best_odds", "compare_bookmakers", "line_movement", "closing_line", "opening_line"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_who_asks_for_what_is_archived_is_told_where_it_lies(question, season, tmp_path, settings, capsys):
    settings.VAR_DIR = tmp_path
    asked = (question, "--event-id", season.api_id)
    call_command(*asked)
    assert "archive" not in capsys.readouterr().out
    archived(tmp_path / "archive")
    folder = tmp_path / "archive" / "sport_key=basketball_nba" / f"month={season.commence_time:%Y-%m}"
    line = f"the odds of this event lie in an archive: import_archive --format parquet {folder}\n"
    call_command(*asked)
    out = capsys.readouterr().out
    assert f"⚠ {line}" in out
    assert "No s" not in out
    call_command(*asked, "--json")
    told = capsys.readouterr()
    assert json.loads(told.out) == []
    assert told.err == f"{season.api_id}: {line}"
    restore_archive(folder)
    call_command(*asked)
    assert "archive" not in capsys.readouterr().out


def test_of_what_was_archived_elsewhere_it_is_told_that_it_is_not_here(season, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    archived(tmp_path / "elsewhere")
    season.refresh_from_db()
    assert archive_note(season).startswith(
        f"the odds of this event lie in an archive that is not in {tmp_path}/archive"
    )


def test_of_what_was_seen_in_play_only_nobody_claims_to_know(season, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    live = make_event(commence_time=season.commence_time)
    assert archive_note(live) == ""
    make_snapshot(live, snapshot_time=live.commence_time + timedelta(minutes=10), is_live=True)
    assert archive_note(live) == ""
    archived(tmp_path / "archive")
    assert archive_note(live).startswith("the odds of this event, if there were any, lie in an archive: import_archive")


def test_raw_answers_in_an_archive_are_no_odds(season, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    archived(tmp_path / "archive", RAW)
    assert archive_note(Event.objects.get(pk=season.pk)) == ""


def test_the_manifest_of_something_else_is_told_as_such(db, tmp_path):
    (tmp_path / "manifest.json").write_text('{"created_at": "2026-01-15T00:00:00Z"}')
    with pytest.raises(
        ArchiveError, match=r"manifest\.json is not that of an archive of odds: .*; nothing was restored"
    ):
        restore_archive(tmp_path)


@pytest.mark.parametrize("answer", ["\n", "n\n", "", KeyboardInterrupt])
def test_the_command_that_is_not_answered_yes_ends_in_one_line(answer, season, tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

        def readline(self, *_):
            if answer is KeyboardInterrupt:
                raise KeyboardInterrupt
            return super().readline()

    monkeypatch.setattr(sys, "stdin", Terminal("" if answer is KeyboardInterrupt else answer))
    before = rows()
    with pytest.raises(CommandError, match=r"^not confirmed; nothing was archived$"):
        call_command("archive_odds", older_than=1, out=tmp_path, stdout=Terminal())
    assert rows() == before


def test_the_command_removes_nothing_unasked(season, tmp_path):
    with pytest.raises(CommandError, match="give --yes, or --dry-run"):
        call_command("archive_odds", older_than=1, out=tmp_path)
    assert OddsSnapshot.objects.count() == 6
    assert list(tmp_path.iterdir()) == []


def test_the_command_archives_and_reports(season, tmp_path, capsys):
    old = Event.objects.order_by("commence_time").first()
    Event.objects.update(commence_time=datetime.now(UTC))
    Event.objects.filter(pk=old.pk).update(commence_time=old.commence_time - timedelta(days=700))
    for dry_run in (True, False):
        call_command("archive_odds", older_than=30, out=tmp_path, yes=True, dry_run=dry_run, as_json=True)
        (only,) = json.loads(capsys.readouterr().out)["archives"]
        assert (only["events"], only["snapshots"], only["odds"]) == (1, 3, len(HOSTILE))
        assert OddsSnapshot.objects.count() == (6 if dry_run else 3)
    assert Path(only["path"]).is_dir()


ARCHIVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from odds.archiving.archive import archive
from odds.archiving.layout import ArchiveKind
list(archive(ArchiveKind.WHOLE, datetime(2100, 1, 1, tzinfo=UTC), Path(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_archiving_killed_again_and_again_loses_nothing(tmp_path):
    """Killed with signal 9 at random instants; what is in the database and in complete files together is everything."""
    for number in range(12):
        event = make_event(commence_time=TIP + timedelta(days=31 * number))
        make_score(event)
        for minutes in range(200):
            make_snapshot(event, snapshot_time=TIP + timedelta(days=31 * number, minutes=-minutes - 1))
        make_odds(event)
    Event.objects.update(closing_at=None)
    hashed, chance, halfway = fingerprint(), random.Random(9), 0
    for _ in range(3):
        finished = whole_files(tmp_path)
        process = start_archiving(tmp_path)
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            if whole_files(tmp_path) > finished:
                break
            time.sleep(0.002)
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        halfway += 0 < OddsSnapshot.objects.count() < 2_400
        everything_is_somewhere(tmp_path)
    assert start_archiving(tmp_path).wait(60) == 0
    assert not OddsSnapshot.objects.exists()
    assert not list(tmp_path.rglob("*.draft"))
    restore_archive(tmp_path)
    Event.objects.update(closing_at=None)
    assert halfway
    assert fingerprint() == hashed


def whole_files(folder: Path) -> int:
    """How many archives are whole; os.walk passes over folders that are put in their place meanwhile."""
    return sum(name.startswith("whole-") for _, folders, files in os.walk(folder) for name in (*folders, *files))


def everything_is_somewhere(folder: Path) -> None:
    """Every snapshot is in the database, or in an archive that can be restored."""
    if any(not path.parent.name.startswith(".") for path in folder.rglob("manifest.json")):
        report = restore_archive(folder, dry_run=True)
        assert report.snapshots + OddsSnapshot.objects.count() == 2_400
    else:
        assert OddsSnapshot.objects.count() == 2_400


def start_archiving(folder: Path) -> subprocess.Popen:
    parameters = connection.get_connection_params()
    url = f"postgres://{parameters['user']}@/{parameters['dbname']}?host={parameters['host']}"
    return subprocess.Popen(
        [sys.executable, "-c", ARCHIVE, str(folder)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "oddsproject.settings"},
        cwd=settings.BASE_DIR,
    )
