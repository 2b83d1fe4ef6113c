"""Backups as they are made: whole or not at all, of one instant, and damage is seen. Real PostgreSQL, real pg_dump."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections import namedtuple
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from oddsproject.backups import access as access_module
from oddsproject.backups.digests import TableDigest, differences, table_digests
from oddsproject.backups.drill import drill
from oddsproject.backups.errors import BackupError, Busy
from oddsproject.backups.folder import Backup, Folder
from oddsproject.backups.making import make_backup, planned
from oddsproject.backups.manifest import IDENTICAL, decoded, encoded
from oddsproject.backups.retention import Keep
from oddsproject.backups.spooled import pack, unpack

from .conftest import BINARIES

NIGHT = datetime(2026, 1, 14, 3, 0, 0, 123, tzinfo=UTC)
KEEP = Keep(7, 4, 12)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def place(tmp_path):
    return Folder(tmp_path / "backups")


def make(access, place, now=NIGHT, keep=KEEP):
    return make_backup(access, place, now, spool=place.path.parent / "spool", keep=keep).backup


def digests(access):
    with access.session() as session:
        return table_digests(session)


def change(access, statement):
    with access.session() as session:
        session.execute(statement)


def names(place):
    return sorted(path.name for path in place.path.iterdir())


def test_it_holds_every_table_and_only_its_owner_can_read_it(small, place):
    backup = make(small, place)
    manifest = backup.manifest
    assert backup.name == "odds-20260114T030000Z"
    assert {name: table.rows for name, table in manifest.tables.items()} == {
        "django_migrations": 2, "game": 2000, "nothing_in_it": 0, "other.team": 1, "team": 5, "without_key": 4,
    }  # fmt: skip
    assert manifest.migrations == ["events.0001_initial", "odds.0001_initial"]
    assert (manifest.created_at, manifest.database) == (NIGHT, small.database)
    assert manifest.tables == digests(small)
    assert sorted(path.name for path in backup.path.iterdir()) == ["database.dump", "manifest.json"]
    for path in (place.path, backup.path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in backup.path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    backup.check()


def test_what_is_written_meanwhile_is_in_all_of_it_or_in_nothing(small, place):
    """The hashes are of the same instant as the dump: a drill would see any row that only one of them has."""
    ended = threading.Event()

    def write():
        with small.session() as session:
            while not ended.is_set():
                session.execute("INSERT INTO game (name) SELECT 'more' FROM generate_series(1, 50)")
                session.execute("UPDATE game SET share = 0 WHERE id = (SELECT max(id) FROM game)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [make(small, place, NIGHT + timedelta(days=day)) for day in range(3)]
    finally:
        ended.set()
        writer.join()
    assert backups[0].manifest.tables["game"].rows < backups[2].manifest.tables["game"].rows
    assert [drill(small, backup, NIGHT).result for backup in backups] == [IDENTICAL] * 3


def test_no_password_is_on_the_command_line(small, place):
    """It is in the environment of the program, which only its owner can see."""
    secret = "its-password"
    access = replace(small, parameters={**small.parameters, "password": secret})
    program = access.start("pg_dump", "--schema-only")
    seen = Path(f"/proc/{program.pid}/cmdline")
    line = seen.read_bytes().decode() if seen.exists() else ""
    program.communicate()
    assert secret not in line + " ".join(program.args)
    backup = make(access, place)
    assert all(secret.encode() not in path.read_bytes() for path in backup.path.iterdir())


def test_a_second_one_at_the_same_time_is_refused(small, place):
    with (
        small.alone(),
        pytest.raises(Busy, match=f"^another backup, drill or restore of {small.database} is under way"),
    ):
        make(small, place)
    assert place.backups() == []


def test_one_of_the_same_second_is_refused_and_the_first_one_stays(small, place):
    backup = make(small, place)
    with pytest.raises(BackupError, match="is there already; no other was made"):
        make(small, place)
    backup.check()
    assert names(place) == [backup.name]


def test_without_room_nothing_is_begun(small, place, monkeypatch):
    size = planned(small, place, NIGHT, KEEP).needed_bytes
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, size - 1))
    with pytest.raises(BackupError, match=r"MB are free and \d+ MB may be needed; no backup was made"):
        make(small, place)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, size))
    first = make(small, place)
    assert planned(small, place, NIGHT, KEEP).needed_bytes == int(first.size * 1.5)


def test_a_pg_dump_that_fails_leaves_nothing(small, place, tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit\n'
        'printf PGDMP; echo "pg_dump: error: the disk is tired" >&2; exit 1\n'
    )
    program.chmod(0o700)
    with pytest.raises(BackupError, match="no backup was made: pg_dump: error: the disk is tired"):
        make(replace(small, bin=tmp_path), place)
    assert names(place) == []


def test_an_older_pg_dump_than_the_server_is_refused(small, place):
    old = Path(BINARIES["15"])
    if not (old / "pg_dump").exists():
        pytest.skip("no older PostgreSQL on this machine")
    with pytest.raises(BackupError, match=r"^no pg_dump for a server of version 18: .*pg_dump is 15\.\d+; set PG_BIN"):
        make(replace(small, bin=old), place)


def test_without_pg_bin_the_first_that_is_new_enough_is_taken(small, tmp_path, monkeypatch):
    ours = replace(small, bin=None)
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    (tmp_path / "pg_dump").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert ours.programs == small.programs
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 99beta1'\n")
    assert replace(small, bin=None).programs == tmp_path
    assert access_module.version_of(tmp_path / "pg_dump") == "99beta1"


def test_one_flipped_byte_is_seen_a_hundred_times_of_a_hundred(small, place):
    backup, chance, seen = make(small, place), Random(19), 0
    whole = backup.dump.read_bytes()
    for _ in range(100):
        at = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[at] ^= chance.randrange(1, 256)
        backup.dump.write_bytes(damaged)
        with pytest.raises(BackupError, match=r"database\.dump is damaged: its SHA-256 is not that of the manifest"):
            backup.check()
        seen += 1
    backup.dump.write_bytes(whole)
    backup.check()
    assert seen == 100


def test_a_flipped_byte_of_the_manifest_is_seen_unless_it_says_the_same(small, place):
    manifest, chance, seen = make(small, place).manifest, Random(20), []
    whole = encoded(manifest)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= chance.randrange(1, 256)
        try:
            assert decoded(bytes(damaged)) == manifest
        except BackupError as error:
            seen.append(str(error))
    assert len(seen) > 200
    assert "\n" not in "".join(seen)


def test_what_is_not_whole_is_no_backup_and_is_named(small, place):
    backup = make(small, place)
    (place.path / "odds-20260101T000000Z").mkdir()
    (place.path / "odds-20260102T000000Z").mkdir()
    shutil.copy(backup.path / "manifest.json", place.path / "odds-20260102T000000Z")
    os.truncate(backup.dump, 10)
    assert place.backups() == []
    assert [problem.partition(": ")[2] for problem in place.problems()] == [
        "no whole backup (No such file or directory: manifest.json)",
        "no whole backup (No such file or directory: database.dump)",
        "database.dump has another size than when it was made; not used",
    ]


def test_old_ones_go_and_nothing_else(small, place):
    keep = Keep(2, 0, 0)
    first = make(small, place, NIGHT - timedelta(days=4), keep)
    assert drill(small, first, NIGHT).went_well
    for path in ("notes.txt", "odds-mine.dump", "odds-20260101T000000Z.dump"):
        (place.path / path).write_text("not made by it")
    for ago in (3, 2, 1):
        make(small, place, NIGHT - timedelta(days=ago), keep)
    assert planned(small, place, NIGHT, keep).removed == ["odds-20260112T030000Z"]
    make(small, place, NIGHT, keep)
    assert [backup.name for backup in place.backups()] == [
        "odds-20260114T030000Z", "odds-20260113T030000Z", "odds-20260110T030000Z",
    ]  # fmt: skip
    assert {"notes.txt", "odds-mine.dump", "odds-20260101T000000Z.dump"} <= set(names(place))


def test_answers_that_wait_for_the_database_go_with_it(small, place, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    for name in ("a.1.answer", "b.2.answer", "c.draft"):
        (spool / name).write_bytes(name.encode())
    backup = make(small, place)
    assert backup.manifest.spooled_answers == 2
    backup.spool.chmod(0o600)
    (spool / "a.1.answer").unlink()
    (spool / "b.2.answer").write_bytes(b"newer")
    assert unpack(backup.spool, spool) == 1
    assert (spool / "a.1.answer").read_bytes() == b"a.1.answer"
    assert (spool / "b.2.answer").read_bytes() == b"newer"
    backup.spool.write_bytes(backup.spool.read_bytes()[:-1] + b"x")
    with pytest.raises(BackupError, match=r"spool\.tar is damaged"):
        backup.check()


def test_an_empty_spool_leaves_no_file(tmp_path):
    assert pack(tmp_path / "spool", tmp_path / "spool.tar") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE game SET share = nextafter FROM (SELECT 0.1::float8 + 1e-16 AS nextafter) n WHERE id = 1000", "game"),
        ("UPDATE game SET raw = raw || '{\"n\": null}' WHERE id = 2000", "game"),
        ("UPDATE game SET name = replace(name, E'\\t', ' ') WHERE id = 7", "game"),
        ("UPDATE game SET begins = begins + interval '1 microsecond' WHERE id = 1", "game"),
        ("UPDATE without_key SET n = 3 WHERE n = 1", "without_key"),
        ("UPDATE other.team SET id = 2", "other.team"),
        ("ALTER TABLE team RENAME key TO name", "team"),
    ],
)
def test_the_hash_of_a_table_changes_with_any_value(small, statement, table):
    before = digests(small)
    change(small, statement)
    after = digests(small)
    assert [name for name in before if before[name] != after[name]] == [table]


def test_the_hash_does_not_depend_on_where_rows_lie(small):
    before = digests(small)
    change(small, "UPDATE game SET name = name WHERE id % 3 = 0")
    change(small, "DELETE FROM without_key WHERE n = 1")
    change(small, "INSERT INTO without_key VALUES (1)")
    change(small, f"ALTER DATABASE {small.database} SET TimeZone = 'Asia/Tokyo'")
    change(small, f"ALTER DATABASE {small.database} SET extra_float_digits = 0")
    assert digests(small) == before


def test_differences_are_named_by_table():
    one, other = TableDigest(2, "ab"), TableDigest(2, "cd")
    assert differences({"a": one, "b": one, "c": one}, {"a": one, "b": other, "d": one}) == [
        "b has other rows than were backed up", "c is missing", "d was not backed up",
    ]  # fmt: skip
    assert differences({"a": one}, {"a": TableDigest(1_000, "ab")}) == ["a has 1,000 rows in place of 2"]


def test_a_folder_that_cannot_be_is_told_in_one_line(small, tmp_path):
    (tmp_path / "backups").write_text("a file in its place")
    with pytest.raises(BackupError, match=r"backups: (File exists|Not a directory); no backup was made$"):
        make(small, Folder(tmp_path / "backups"))


def test_a_backup_is_found_by_its_name_its_folder_and_a_file_in_it(small, place):
    backup = make(small, place)
    found = [place.find(name) for name in (backup.name, str(backup.path), str(backup.dump))]
    assert found == [backup] * 3
    with pytest.raises(BackupError, match=r"^odds-none: there is no such backup; `manage\.py backup --list`"):
        place.find("odds-none")


_KILLED = """
import os, sys, django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from oddsproject.backups.access import Access
from oddsproject.backups.folder import Folder
from oddsproject.backups.making import make_backup
from oddsproject.backups.retention import Keep

access = Access({"host": sys.argv[1], "port": "5432", "user": "postgres", "dbname": sys.argv[2]}, Path(sys.argv[3]))
place = Folder(Path(sys.argv[4]))
for line in sys.stdin:
    child = os.fork()
    if not child:
        now = datetime(2026, 1, 14, 2, 0, int(line), tzinfo=UTC)
        make_backup(access, place, now, spool=place.path / "none", keep=Keep(1, 0, 0))
        os._exit(0)
    print(child, flush=True)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


@pytest.mark.slow
def test_kill_9_leaves_a_whole_backup_or_none(small, place):
    """Whenever it comes: what has a name is whole, and the next backup removes what was left."""
    arguments = [str(small.parameters["host"]), small.database, str(small.programs), str(place.path)]
    before, killed, chance = digests(small), 0, Random(9)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "oddsproject.settings", "LOG_LEVEL": "ERROR"}
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, *arguments],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as forks:  # fmt: skip
        for number in range(25):
            forks.stdin.write(f"{number}\n")
            forks.stdin.flush()
            child = int(forks.stdout.readline())
            threading.Event().wait(chance.uniform(0, 0.12))
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, 9)
            killed += forks.stdout.readline() == "ended 9\n"
        forks.stdin.close()
    whole = place.backups()
    assert killed >= 5
    assert place.problems() == []
    for backup in whole:
        backup.check()
    last = _made_once_the_dead_are_gone(small, place)
    assert names(place) == sorted(backup.name for backup in [*whole, last])
    assert last.manifest.tables == before == digests(small)


def _made_once_the_dead_are_gone(access, place) -> Backup:
    """The server notices within a second that a process died and gives its lock back."""
    for _ in range(100):
        try:
            return make(access, place)
        except Busy:
            threading.Event().wait(0.1)
    raise AssertionError("the lock of a dead process stays")
