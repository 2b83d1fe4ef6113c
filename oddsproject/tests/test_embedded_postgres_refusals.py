"""What cannot work is said in one line that tells what to do, and changes nothing."""

import os
import shutil
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError

from oddsproject.embedded_postgres import binaries as binaries_module
from oddsproject.embedded_postgres import locks
from oddsproject.embedded_postgres.errors import EmbeddedPostgresError, SetupError
from oddsproject.embedded_postgres.registry import server_of

from .conftest import ask, server_pid


def message_of(server) -> str:
    with pytest.raises(SetupError) as caught:
        server.join()
    assert server_pid(server) is None
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_every_error_suits_commands_and_code_that_expects_database_errors():
    assert issubclass(EmbeddedPostgresError, CommandError)
    assert issubclass(EmbeddedPostgresError, OperationalError)


def test_data_of_another_major_version_is_not_started(server):
    server.join()
    server.leave()
    version = server.folders.data / "PG_VERSION"
    made_by = version.read_text().strip()
    version.write_text("14\n")
    before = sorted(path.name for path in server.folders.data.iterdir())

    text = message_of(server)
    assert "was made by PostgreSQL 14" in text
    assert f"are {made_by}." in text
    assert "Nothing was started" in text
    assert "PG_BIN" in text
    assert "pg_dump" in text
    assert sorted(path.name for path in server.folders.data.iterdir()) == before

    version.write_text(f"{made_by}\n")
    assert ask(server.join()) == 1


def test_folder_that_is_no_cluster_is_left_alone(make_server):
    server = make_server(cluster=False)
    server.folders.data.mkdir(parents=True)
    (server.folders.data / "thesis.txt").touch()
    assert "holds files, but is not a data folder" in message_of(server)
    assert (server.folders.data / "thesis.txt").exists()


def test_folder_without_initdb_is_named(make_server, folder):
    assert f"No initdb in {folder}: set PG_BIN" in message_of(make_server(bin=folder, cluster=False))


def test_missing_wheel_is_named(make_server, monkeypatch):
    monkeypatch.setattr(binaries_module, "WHEEL", "no_such_package")
    text = message_of(make_server(cluster=False))
    assert "The package no-such-package, which brings PostgreSQL, is not installed" in text
    assert "DATABASE_URL" in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("echo 'postgres (PostgreSQL) 14.2 (Debian)'", "holds PostgreSQL 14.2; 15 is the oldest supported"),
        ("echo hello", "calls itself 'hello'"),
        ("exit 3", "does not run on this machine"),
    ],
)
def test_unusable_programs_are_refused(make_server, folder: Path, said: str, expected: str):
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\n{said}\n")
        (folder / name).chmod(0o755)
    assert expected in message_of(make_server(bin=folder, cluster=False))


def test_system_without_such_locks_is_sent_to_database_url(make_server, monkeypatch):
    monkeypatch.setattr(locks, "fcntl", None)
    assert "needs Linux or macOS: install a PostgreSQL server and set DATABASE_URL" in message_of(
        make_server(cluster=False)
    )


def test_root_that_cannot_be_made_is_named(make_server, folder):
    (folder / "file").touch()
    text = message_of(make_server(folder / "file" / "pg", cluster=False))
    assert f"{folder / 'file' / 'pg'} cannot be used" in text
    assert "Not a directory" in text


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_read_only_root_is_named(make_server, folder):
    (folder / "closed").mkdir(mode=0o500)
    assert "Permission denied" in message_of(make_server(folder / "closed" / "pg", cluster=False))


def test_full_disk_is_named(make_server, folder, binaries):
    programs = folder / "bin"
    shutil.copytree(binaries_module.find_programs(binaries).folder, programs, symlinks=True)
    (programs / "initdb").unlink()
    (programs / "initdb").write_text(
        "#!/bin/sh\necho 'initdb: error: could not write to file \"x\": No space left on device' >&2\n"
        "echo 'initdb: removing contents of data directory' >&2\nexit 1\n"
    )
    (programs / "initdb").chmod(0o755)
    server = make_server(bin=programs, cluster=False)
    assert "could not make a data folder" in message_of(server)
    assert 'could not write to file "x": No space left on device' in message_of(server)
    assert not (server.folders.root / "data.new").exists()


def test_settings_without_a_root_are_refused():
    with pytest.raises(ImproperlyConfigured, match="OPTIONS\\['root'\\]"):
        server_of({"OPTIONS": {}})
