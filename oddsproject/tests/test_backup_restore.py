"""Backups restored: as a drill, beside, and in the place of the database, which is never replaced by less."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from oddsproject.backups.access import Access
from oddsproject.backups.digests import table_digests
from oddsproject.backups.drill import drill
from oddsproject.backups.errors import BackupError, Busy
from oddsproject.backups.folder import Folder
from oddsproject.backups.making import make_backup
from oddsproject.backups.manifest import IDENTICAL, digest_of, encoded
from oddsproject.backups.restoring import require_known, require_place, restore, restore_beside, schema_of
from oddsproject.backups.retention import Keep

from .conftest import BINARIES, TABLES

NIGHT = datetime(2026, 1, 14, 3, tzinfo=UTC)
NEXT = NIGHT + timedelta(days=1)


@pytest.fixture
def place(tmp_path):
    return Folder(tmp_path / "backups")


@pytest.fixture
def backup(small, place):
    return make(small, place)


def make(access, place, now=NIGHT):
    return make_backup(access, place, now, spool=place.path.parent / "spool", keep=Keep(7, 4, 12)).backup


def digests(access):
    with access.session() as session:
        return table_digests(session)


def ask(access, question):
    with access.session() as session:
        return session.execute(question).fetchone()[0]


def change(access, statement):
    with access.session() as session:
        session.execute(statement)


def databases(access):
    """Those made from the small one, but for itself."""
    with access.maintenance().session() as session:
        found = session.execute("SELECT datname FROM pg_database WHERE strpos(datname, %s) > 0", (access.database,))
        return {name for (name,) in found} - {access.database}


def with_manifest(backup, **over):
    manifest = replace(backup.manifest, **over)
    (backup.path / "manifest.json").write_bytes(encoded(manifest))
    return replace(backup, manifest=manifest)


class TestDrill:
    def test_what_is_restored_is_identical_and_that_is_noted(self, small, backup, place):
        drilled = drill(small, backup, NEXT)
        assert drilled.result == IDENTICAL
        (noted,) = place.backups()
        assert (noted.manifest.drilled_at, noted.manifest.drill_result) == (NEXT, IDENTICAL)
        assert databases(small) == set()

    def test_a_restore_that_brings_other_rows_is_a_failure(self, small, backup, place):
        """The hashes are the judge: here they are made to say something else than the dump."""
        tables = dict(backup.manifest.tables)
        tables["team"] = replace(tables["team"], rows=6)
        tables["game"] = replace(tables["game"], sha256="0" * 64)
        drilled = drill(small, with_manifest(backup, tables=tables), NEXT)
        assert not drilled.went_well
        expected = "restored, but game has other rows than were backed up; team has 5 rows in place of 6"
        assert drilled.result == place.backups()[0].manifest.drill_result == expected
        assert databases(small) == set()

    def test_a_damaged_dump_is_a_failure_before_anything_is_made(self, small, backup):
        content = bytearray(backup.dump.read_bytes())
        content[len(content) // 2] ^= 1
        backup.dump.write_bytes(content)
        assert "is damaged: its SHA-256" in drill(small, backup, NEXT).result

    def test_a_dump_that_cannot_be_restored_is_a_failure(self, small, backup):
        """Hashed as it is, and still of no use: pg_restore has the last word."""
        backup.dump.write_bytes(backup.dump.read_bytes()[:-4000])
        drilled = drill(small, with_manifest(backup, dump=digest_of(backup.dump)), NEXT)
        assert drilled.result.startswith(f"{backup.name} could not be restored: pg_restore: error: ")
        assert databases(small) == set()

    def test_leftovers_of_one_that_was_killed_go(self, small, backup):
        for name in (f"drill_{small.database}_20260101t000000z", f"drill_{small.database}_mine"):
            change(small, f"CREATE DATABASE {name} TEMPLATE template0")
        assert drill(small, backup, NEXT).went_well
        assert databases(small) == {f"drill_{small.database}_mine"}

    def test_without_the_right_to_make_databases_it_says_so(self, small, place):
        role = f"clerk_{os.getpid()}"
        change(small, f"CREATE ROLE {role} LOGIN")
        try:
            change(small, f"GRANT pg_read_all_data TO {role}")
            clerk = replace(small, parameters={**small.parameters, "user": role})
            drilled = drill(clerk, make(clerk, place), NEXT)
            assert drilled.result == f"{role} may not make databases: as a superuser, ALTER ROLE {role} CREATEDB"
        finally:
            change(small, f"DROP ROLE {role}")

    def test_beside_a_backup_it_waits_for_another_time(self, small, backup, place):
        with small.alone(), pytest.raises(Busy):
            drill(small, backup, NEXT)
        assert place.backups()[0].manifest.drilled_at is None


class TestRestore:
    def test_the_backup_takes_the_place_and_what_was_there_is_kept(self, small, backup, tmp_path):
        change(small, "DROP TABLE team; DELETE FROM game WHERE id > 10")
        restored = restore(small, backup, NEXT, tmp_path / "spool")
        assert restored.kept == f"{small.database}_before_restore_20260115t030000z"
        assert digests(small) == backup.manifest.tables
        assert ask(small.to(restored.kept), "SELECT count(*) FROM game") == 10
        assert databases(small) == {restored.kept}

    def test_numbers_go_on_where_they_were(self, small, backup, tmp_path):
        restore(small, backup, NEXT, tmp_path / "spool")
        assert ask(small, "INSERT INTO game (name) VALUES ('next') RETURNING id") == 2001

    def test_waiting_answers_are_put_back(self, small, place, tmp_path):
        spool = tmp_path / "spool"
        spool.mkdir()
        (spool / "a.1.answer").write_bytes(b"paid")
        backup = make(small, place)
        (spool / "a.1.answer").unlink()
        assert restore(small, backup, NEXT, spool).put_back == 1
        assert (spool / "a.1.answer").read_bytes() == b"paid"

    def test_while_others_are_connected_it_is_refused_and_they_are_named(self, small, backup, tmp_path):
        with psycopg.connect(**small.parameters, application_name="psql") as other:
            pid = other.info.backend_pid
            refusal = (
                rf"^{small.database} is in use by pid {pid} \(psql\): stop .*, then try again; nothing was restored$"
            )
            with pytest.raises(BackupError, match=refusal):
                restore(small, backup, NEXT, tmp_path / "spool")
            with pytest.raises(BackupError, match=refusal):
                require_place(small, None)
        assert databases(small) == set()

    def test_what_is_not_as_it_was_does_not_take_the_place(self, small, backup, tmp_path):
        before = digests(small)
        tables = {**backup.manifest.tables, "gone": backup.manifest.tables["team"]}
        with pytest.raises(BackupError, match=r"was not restored as it was made: gone is missing$"):
            restore(small, with_manifest(backup, tables=tables), NEXT, tmp_path / "spool")
        assert digests(small) == before
        assert databases(small) == set()

    def test_another_restore_at_the_same_time_is_refused(self, small, backup, tmp_path):
        with small.maintenance().alone(), pytest.raises(Busy):
            restore(small, backup, NEXT, tmp_path / "spool")

    def test_beside_it_changes_nothing_else(self, small, backup):
        change(small, "DELETE FROM team")
        name = f"{small.database}_beside"
        assert restore_beside(small, backup, name).database == name
        assert digests(small.to(name)) == backup.manifest.tables
        assert ask(small, "SELECT count(*) FROM team") == 0
        with pytest.raises(BackupError, match=f"^there is a database {name} already; nothing was restored$"):
            restore_beside(small, backup, name)
        assert digests(small.to(name)) == backup.manifest.tables

    @pytest.mark.parametrize("name", ["", " ", "x" * 64, "Bad Name;", "Look", "1look", "löök", "look\n"])
    def test_a_name_that_would_be_trouble_is_refused(self, small, name):
        with pytest.raises(BackupError, match="is no name for a database: a to z"):
            require_place(small, name)

    def test_a_newer_schema_is_refused_and_an_older_one_told(self, small, backup):
        newer = schema_of(with_manifest(backup, migrations=[*backup.manifest.migrations, "odds.0999_later"]))
        assert str(newer) == ("made by a newer program: odds.0999_later is not known here; update the program first")
        with pytest.raises(BackupError, match="update the program first, or restore beside with --into"):
            require_known(newer, None)
        require_known(newer, "elsewhere")
        older = schema_of(backup)
        assert "events.0002_listing" in older.missing
        assert str(older).startswith("made by an older program: run `manage.py migrate` afterwards, for ")


@pytest.mark.slow
@pytest.mark.parametrize("client", ["newest", "path"])
def test_a_server_at_an_address_with_programs_from_elsewhere(make_server, place, tmp_path, client):
    """As with DATABASE_URL: an older server, and pg_dump from the installation or from PATH."""
    old = BINARIES["15"]
    if not Path(old, "initdb").exists():
        pytest.skip("no PostgreSQL 15 on this machine")
    socket = make_server(bin=old).join()
    access = Access({"host": str(socket), "port": "5432", "user": "postgres", "dbname": "odds"})
    access = replace(access, bin=Access.of_settings().bin if client == "newest" else None)
    change(access.to("template1"), "CREATE DATABASE odds TEMPLATE template0")
    change(access, TABLES)
    backup = make(access, place)
    assert backup.manifest.server_version.startswith("15.")
    assert drill(access, backup, NEXT).result == IDENTICAL
    change(access, "DELETE FROM game")
    restore(access, backup, NEXT, tmp_path / "spool")
    assert digests(access) == backup.manifest.tables


_KILLED = """
import os, sys, django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from oddsproject.backups.access import Access
from oddsproject.backups.drill import drill
from oddsproject.backups.folder import Backup
from oddsproject.backups.restoring import restore

access = Access({"host": sys.argv[1], "port": "5432", "user": "postgres", "dbname": sys.argv[2]}, Path(sys.argv[3]))
backup = Backup.read(Path(sys.argv[4]))
for line in sys.stdin:
    child = os.fork()
    if not child:
        what, number = line.split()
        now = datetime.fromtimestamp(1_768_000_000 + int(number), UTC)
        restore(access, backup, now, backup.path) if what == "restore" else drill(access, backup, now)
        os._exit(0)
    print(child, flush=True)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["restore", "drill"])
def test_kill_9_leaves_the_database_whole(small, backup, what):
    """Before its name is given away or after: what has it is all of one or all of the other."""
    change(small, "INSERT INTO team VALUES ('later')")
    now, as_backed_up = digests(small), backup.manifest.tables
    arguments = [str(small.parameters["host"]), small.database, str(small.programs), str(backup.path)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "oddsproject.settings", "LOG_LEVEL": "ERROR"}
    killed, chance = 0, Random(9)
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, *arguments],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as forks:  # fmt: skip
        for number in range(15):
            forks.stdin.write(f"{what} {number}\n")
            forks.stdin.flush()
            child = int(forks.stdout.readline())
            threading.Event().wait(chance.uniform(0, 0.25))
            with suppress(ProcessLookupError):  # it was done before
                os.kill(child, 9)
            killed += forks.stdout.readline() == "ended 9\n"
            assert digests(small) in ((now, as_backed_up) if what == "restore" else (now,))
        forks.stdin.close()
    assert killed >= 5
    assert Folder(backup.path.parent).backups()[0].manifest.tables == as_backed_up
    _again_once_the_dead_are_gone(what, small, backup)
    assert not [name for name in databases(small) if name.startswith(what)]


def _again_once_the_dead_are_gone(what, access, backup):
    """The server notices within a second that a process died. The next one removes what it left."""
    for _ in range(100):
        try:
            if what == "drill":
                assert drill(access, backup, NEXT).result == IDENTICAL
            else:
                restore(access, backup, NEXT, backup.path)
                assert digests(access) == backup.manifest.tables
            return
        except BackupError:
            threading.Event().wait(0.1)
    raise AssertionError("the lock of a dead process stays")
