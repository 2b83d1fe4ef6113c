"""`backup` and `restore` as they are typed."""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Event
from events.tests.factories import make_event
from oddsproject.backups.access import Access
from oddsproject.backups.folder import Folder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path):
    settings.BACKUP_DIR, settings.VAR_DIR = tmp_path / "backups", tmp_path
    return Folder(settings.BACKUP_DIR)


@pytest.fixture
def run(folder, capsys):
    def run(*arguments):
        call_command(*arguments)
        return capsys.readouterr().out

    return run


@pytest.fixture
def _swept():
    """What a restore keeps of the tests' database goes with it."""
    yield
    name = connection.settings_dict["NAME"]
    with Access.of_settings().maintenance().session() as session:
        for (kept,) in session.execute("SELECT datname FROM pg_database WHERE strpos(datname, %s) > 0", (f"{name}_",)):
            if "_before_restore_" in kept or kept.endswith("_beside"):
                session.execute(f'DROP DATABASE "{kept}" WITH (FORCE)')


def test_a_backup_is_made_drilled_and_listed(run, folder):
    make_event()
    assert run("backup", "--list").startswith("No backup yet.")
    made = run("backup")
    (backup,) = folder.backups()
    assert made.startswith(f"✓ {backup.name}: {backup.manifest.rows:,} rows of {len(backup.manifest.tables)} tables, ")
    assert backup.manifest.tables["events_event"].rows == 1
    assert str(folder.path) in made
    assert run("backup", "--drill").rstrip().endswith(f"all {len(backup.manifest.tables)} tables identical")
    assert "UTC: identical" in run("backup", "--list")
    (listed,) = json.loads(run("backup", "--list", "--json"))
    assert (listed["name"], listed["drill_result"]) == (backup.name, "identical")
    assert listed["tables"]["events_event"] == {"rows": 1, "sha256": backup.manifest.tables["events_event"].sha256}


def test_a_drill_without_a_backup_makes_one(run, folder):
    document = json.loads(run("backup", "--drill", "--json"))
    assert document["drill_result"] == "identical"
    assert [backup.name for backup in folder.backups()] == [document["name"]]


def test_elsewhere_is_elsewhere(run, folder, tmp_path):
    document = json.loads(run("backup", "--out", str(tmp_path / "other"), "--json"))
    assert document["path"] == str(tmp_path / "other" / document["name"])
    assert document["removed"] == []
    assert folder.backups() == []


def test_a_dry_run_does_nothing(run, folder):
    assert "and remove: none" in run("backup", "--dry-run")
    assert json.loads(run("backup", "--dry-run", "--json"))["removed"] == []
    assert not folder.path.exists()


def test_a_drill_that_fails_is_one_line_and_an_exit_code(run, folder):
    run("backup")
    (backup,) = folder.backups()
    backup.dump.write_bytes(b"x" * backup.manifest.dump.size)
    with pytest.raises(CommandError, match=f"^the drill of {backup.name} failed: .* is damaged: its SHA-256"):
        run("backup", "--drill")


@pytest.mark.parametrize("keep", ["seven", "0,1,1"])
def test_what_to_keep_is_checked(run, keep):
    with pytest.raises(CommandError, match=f"^'{keep}' (is not how many|keeps nothing)"):
        run("backup", "--keep", keep)


@pytest.mark.usefixtures("_swept")
class TestRestore:
    @pytest.fixture
    def name(self, run, folder):
        make_event(api_id="a" * 32)
        run("backup")
        make_event(api_id="b" * 32)
        return folder.backups()[0].name

    def events(self):
        return sorted(Event.objects.values_list("api_id", flat=True))

    def test_the_backup_takes_the_place_of_the_database(self, run, name):
        document = json.loads(run("restore", name, "--yes", "--json"))
        assert self.events() == ["a" * 32]
        assert document["kept"].startswith(f"{connection.settings_dict['NAME']}_before_restore_")
        assert (document["migrations_missing"], document["migrations_unknown"]) == ([], [])
        assert not document["dry_run"]

    def test_for_people_it_says_how_to_drop_what_was_kept(self, run, name):
        text = run("restore", name, "--yes")
        assert "undamaged; the tables are those of this program" in text
        assert "manage.py dbshell -- -c 'DROP DATABASE \"" in text

    def test_without_yes_nothing_is_replaced(self, run, name, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))  # a pipe is no person
        with pytest.raises(CommandError, match=r"would be replaced: say --yes; nothing was restored$"):
            run("restore", name)
        assert self.events() == ["a" * 32, "b" * 32]

    @pytest.mark.parametrize(("answer", "events"), [("yes", ["a" * 32]), ("y", ["a" * 32, "b" * 32])])
    def test_a_person_is_asked(self, run, name, monkeypatch, answer, events):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

        monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
        if answer == "yes":
            run("restore", name)
        else:
            with pytest.raises(CommandError, match=r"^not confirmed; nothing was restored$"):
                run("restore", name)
        assert self.events() == events

    def test_an_interrupted_question_is_a_no(self, run, name, monkeypatch):
        class Terminal(io.StringIO):
            def isatty(self):
                return True

            def readline(self, *_):
                raise KeyboardInterrupt

        monkeypatch.setattr(sys, "stdin", Terminal())
        with pytest.raises(CommandError, match=r"^not confirmed; nothing was restored$"):
            run("restore", name)
        monkeypatch.setattr(Terminal, "readline", io.StringIO.readline)  # the end of the input
        with pytest.raises(CommandError, match=r"^not confirmed; nothing was restored$"):
            run("restore", name)
        assert self.events() == ["a" * 32, "b" * 32]

    def test_a_dry_run_changes_nothing(self, run, name):
        assert "nothing was changed" in run("restore", name, "--dry-run")
        assert json.loads(run("restore", name, "--dry-run", "--json"))["dry_run"] is True
        assert self.events() == ["a" * 32, "b" * 32]

    def test_beside(self, run, name):
        beside = f"{connection.settings_dict['NAME']}_beside"
        told = run("restore", name, "--into", beside)
        assert f"is the database {beside}: all" in told
        assert f"to look at it: manage.py dbshell, and there \\c {beside}; once it is not needed: manage.py" in told
        assert f"-- -c 'DROP DATABASE \"{beside}\"'" in told
        assert self.events() == ["a" * 32, "b" * 32]

    def test_a_name_that_is_taken_is_told_before_the_backup_is_read(self, run, folder, name):
        (backup,) = folder.backups()
        backup.dump.write_bytes(b"x" * backup.manifest.dump.size)
        with pytest.raises(CommandError, match=r"^there is a database postgres already; nothing was restored$"):
            run("restore", name, "--into", "postgres")

    def test_one_flipped_byte_is_refused(self, run, folder, name):
        (backup,) = folder.backups()
        content = bytearray(backup.dump.read_bytes())
        content[len(content) // 3] ^= 4
        backup.dump.write_bytes(content)
        with pytest.raises(CommandError, match=r"database\.dump is damaged: its SHA-256 is not that of the manifest"):
            run("restore", name, "--yes")
        assert self.events() == ["a" * 32, "b" * 32]

    def test_what_does_not_exist_is_one_line(self, run):
        with pytest.raises(CommandError, match=r"^odds-20200101T000000Z: there is no such backup"):
            run("restore", "odds-20200101T000000Z", "--yes")


def test_what_is_in_a_backup_is_readable_by_its_owner_only_whatever_the_umask(run, folder):
    before = os.umask(0)
    try:
        run("backup")
    finally:
        os.umask(before)
    (backup,) = folder.backups()
    modes = {path.stat().st_mode & 0o777 for path in backup.path.iterdir()}
    assert modes == {0o600}
    assert backup.manifest.created_at <= datetime.now(UTC)
