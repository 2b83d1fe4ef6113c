"""Django on the embedded server: connections, dbshell, `manage.py pg`."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from oddsproject.embedded_postgres.base import DatabaseWrapper
from oddsproject.embedded_postgres.postmaster import is_running
from oddsproject.management.commands import pg

from .conftest import REPOSITORY, SMALL, ask, kill, server_pid, wait_for

REFUSALS = [
    (["migrate"], {"PG_BIN": "/nowhere"}, "SetupError: No initdb in /nowhere"),
    (["pg", "start"], {"PG_BIN": "/nowhere"}, "SetupError: No initdb in /nowhere"),
    (["pg", "status"], {"DATABASE_URL": "postgres://localhost/x"}, "CommandError: DATABASE_URL is set"),
]


@pytest.fixture
def make_connection(folder, binaries, make_server, django_db_blocker):
    """Makes connections of Django's to an embedded server of this test."""
    make_server(bin=binaries)
    made: list[DatabaseWrapper] = []

    def make(**over) -> DatabaseWrapper:
        options = {"root": folder / "pg", "bin": binaries, "server": SMALL, **over.pop("OPTIONS", {})}
        settings = {"ENGINE": "oddsproject.embedded_postgres", "NAME": "postgres", "OPTIONS": options, **over}
        made.append(ConnectionHandler({"default": settings})["default"])
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for connection in made:
            connection.close()
            if connection.alias in connection._connection_pools:
                connection.close_pool()
            connection.server.leave()


@pytest.fixture
def connection(make_connection) -> DatabaseWrapper:
    return make_connection(CONN_HEALTH_CHECKS=True, CONN_MAX_AGE=None)


@pytest.fixture
def run_pg(connection, monkeypatch):
    """`manage.py pg` on the connection's server; returns its output."""
    monkeypatch.setattr(pg, "connections", {"default": connection})

    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("pg", *arguments, stdout=out)
        return out.getvalue()

    return run


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real manage.py, in a process of its own."""
    command = [sys.executable, REPOSITORY / "manage.py", *arguments]
    environment = {**os.environ, "DATABASE_URL": "", **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=REPOSITORY)


def value(connection: DatabaseWrapper, query: str = "SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_first_query_starts_the_server_as_the_superuser(connection):
    assert server_pid(connection.server) is None
    assert value(connection, "SELECT current_user::text") == "postgres"
    assert connection.pg_version >= 150000


def test_psycopg_gets_every_option_but_our_own(make_connection):
    connection = make_connection(OPTIONS={"application_name": "odds", "namespaces": True})
    params = connection.get_connection_params()
    assert params["application_name"] == "odds"
    assert not params.keys() & {"root", "bin", "server", "namespaces", "shared"}
    assert value(connection, "SHOW application_name") == "odds"


def test_environment_of_libpq_does_not_lead_elsewhere(connection, monkeypatch):
    for name, elsewhere in {"PGPORT": "1", "PGHOST": "nowhere", "PGDATA": "/nowhere", "PGUSER": "nobody"}.items():
        monkeypatch.setenv(name, elsewhere)
    assert value(connection) == 1


def test_databases_are_made_without_being_connected_to_one(connection):
    with connection._nodb_cursor() as cursor:
        cursor.execute("CREATE DATABASE another")
    assert ask(connection.server.join(), database="another") == 1


def test_health_check_survives_a_killed_server(connection):
    session = value(connection, "SELECT pg_backend_pid()")
    kill(connection.server)
    wait_for(lambda: not is_running(session))  # it may answer once more before it notices
    connection.close_if_unusable_or_obsolete()  # as Django does when a request begins
    assert value(connection) == 1


def test_new_connection_starts_a_killed_server_anew(connection):
    assert value(connection) == 1
    connection.close()
    kill(connection.server)
    assert value(connection) == 1


def test_wrong_database_is_still_an_error(make_connection):
    connection = make_connection(NAME="nowhere")
    with pytest.raises(OperationalError, match='database "nowhere" does not exist'):
        connection.ensure_connection()


def test_pool_is_passed_through_and_survives_a_killed_server(make_connection):
    connection = make_connection(
        CONN_HEALTH_CHECKS=True, OPTIONS={"pool": {"min_size": 1, "max_size": 2, "timeout": 5}}
    )
    session = value(connection, "SELECT pg_backend_pid()")
    connection.close()
    assert connection.pool.max_size == 2

    kill(connection.server)
    wait_for(lambda: not is_running(session))
    assert value(connection) == 1


def test_pg_start_status_log_and_stop(run_pg, connection):
    assert "not running; the database was made by PostgreSQL" in run_pg("status")
    with pytest.raises(CommandError, match="There is no log yet"):
        run_pg("log")

    assert "is running until `pg stop`" in run_pg("start")
    pid = server_pid(connection.server)
    status = json.loads(run_pg("status", "--json"))
    assert status == {
        "running": True,
        "ready": True,
        "kept": True,
        "version": connection.server.programs.version,
        "pid": pid,
        "root": str(connection.server.folders.root),
        "data": str(connection.server.folders.data),
        "data_owner": connection.server.folders.data.stat().st_uid,
        "size_bytes": status["size_bytes"],
        "socket": str(connection.server.join()),
        "log": str(connection.server.folders.log),
        "users": [],
        "connections": 0,
    }
    assert status["size_bytes"] > 10_000_000
    log = run_pg("log", "--lines", "2").splitlines()
    assert len(log) == 2
    assert "database system is ready to accept connections" in run_pg("log")

    connection.server.leave()
    assert server_pid(connection.server) == pid
    assert run_pg("stop") == "✓ stopped\n"
    assert server_pid(connection.server) is None
    assert run_pg("stop") == "✓ it was not running\n"


def test_pg_status_counts_users_and_connections(run_pg, connection):
    value(connection)
    text = run_pg("status")
    assert "is running until its last user ends" in text
    assert f"users      1 process ({os.getpid()}); 1 connection\n" in text


def test_pg_status_tells_a_server_that_is_not_ready(run_pg, connection):
    connection.server.join()
    pid_file = connection.server.folders.data / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace("ready   ", "starting"))
    assert "⚠ running, but it takes no connections" in run_pg("status")
    status = json.loads(run_pg("status", "--json"))
    assert (status["running"], status["ready"], status["socket"]) == (True, False, None)


def test_pg_stop_is_refused_while_another_process_uses_the_server(run_pg, connection, start_script, binaries):
    client = start_script("server.join(); print('here', flush=True); sys.stdin.readline()", bin=binaries)
    client.stdout.readline()
    with pytest.raises(CommandError, match=rf"in use by 1 process \({client.pid}\)"):
        run_pg("stop")
    assert run_pg("stop", "--force") == "✓ stopped\n"


def test_pg_psql_runs_the_psql_of_the_same_programs(run_pg, connection, capfd):
    run_pg("psql", "--", "-Atc", "SELECT 6 * 7")
    assert capfd.readouterr().out == "42\n"
    with pytest.raises(CommandError, match="psql ended with status 1"):
        run_pg("psql", "--", "-c", "SELECT nothing")
    arguments, _ = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    assert arguments[0] == str(connection.server.programs.folder / "psql")


@pytest.mark.parametrize("arguments", [["check"], ["help"], ["pg", "status"], ["diffsettings"]])
def test_commands_that_need_no_database_start_none(arguments, folder):
    done = manage(*arguments, VAR_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    assert not (folder / "postgres").exists()


def test_dbshell_starts_the_server_and_stops_it_at_its_end(folder, binaries):
    done = manage("dbshell", "--", "-Atc", "SELECT 6 * 7", VAR_DIR=str(folder), PG_BIN=binaries)
    assert done.stdout == "42\n"
    assert (folder / "postgres" / "data" / "PG_VERSION").exists()
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()


def test_root_that_cannot_be_used_is_told_in_one_line(folder):
    (folder / "postgres").touch()
    done = manage("dbshell", VAR_DIR=str(folder))
    assert done.stderr.startswith(f"SetupError: The embedded database under {folder / 'postgres'} cannot be used")
    assert done.stderr.count("\n") == done.returncode == 1


@pytest.mark.parametrize(("arguments", "environment", "expected"), REFUSALS)
def test_commands_tell_what_is_wrong_in_one_line(arguments, environment, expected, folder: Path):
    done = manage(*arguments, **{"VAR_DIR": str(folder), **environment})
    assert done.returncode == 1
    assert done.stderr.startswith(expected), done.stderr
    assert done.stderr.count("\n") == 1
