"""What every test runs under: a database of its own, and no network."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

EMBEDDED = "oddsproject.embedded_postgres"
FAST_AND_LOSING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
KEPT = ("django_migrations", "django_content_type", "auth_permission")
EMPTY_TABLES = """
    DO $$
    DECLARE
        name text;
        holds boolean;
        full_ones text[];
    BEGIN
        FOR name IN SELECT relid::regclass FROM pg_stat_user_tables WHERE relname <> ALL (%s) LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %%s)', name) INTO holds;
            full_ones := CASE WHEN holds THEN full_ones || name ELSE full_ones END;
        END LOOP;
        IF full_ones IS NOT NULL THEN
            EXECUTE 'TRUNCATE ' || array_to_string(full_ones, ', ') || ' CASCADE';
        END IF;
    END $$
"""
TEST_DATABASE = re.compile(r"test_(\d+)(_gw\d+)?")

# No property is broken by a busy machine.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Point the embedded server at a root for tests, in this process before its first connection.

    The database is named after the process id of the run, so that runs at the same time (an editor, a terminal) do not
    drop each other's; workers of pytest-xdist learn it from the process that started them.
    """
    from django.conf import settings

    # As with a key: without one, the sandbox is looked at every minute and has credits in plenty.
    settings.FIXED_INTERVAL_MINUTES, settings.ODDS_API_QUOTA = 30.0, 20_000
    # Tests of backups make their own, and none sees those of whoever works here.
    settings.BACKUP_DAILY, settings.BACKUP_DIR = False, Path(settings.VAR_DIR) / "test-backups"
    # What a test has changed is on the next page.
    settings.PAGE_SECONDS = 0
    # A hash that is dear to guess is dear to make, for each test in which somebody logs in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    run = os.environ.setdefault("ODDS_TEST_RUN", str(os.getpid()))
    for database in settings.DATABASES.values():
        if database["ENGINE"] == EMBEDDED:
            database["OPTIONS"]["root"] = Path(settings.VAR_DIR) / "test-postgres"
            database["OPTIONS"]["server"] = {**database["OPTIONS"].get("server", {}), **FAST_AND_LOSING}
            if not config.getoption("reuse_db", default=False):
                database.setdefault("TEST", {})["NAME"] = f"test_{run}"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave the server now: not every way in which a worker ends would run what is registered for exit."""
    from oddsproject.embedded_postgres.registry import leave_all

    leave_all()


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes into a pipe of no particular width, whoever runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What an earlier test left in the cache of this process is no answer in this one."""
    from django.core.cache import caches

    for name in caches:
        caches[name].clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """Before the test database is made: remove those of runs that were killed."""
    from django.db import connection

    from oddsproject.embedded_postgres.postmaster import is_running

    if connection.settings_dict["ENGINE"] != EMBEDDED:
        return
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        for (name,) in cursor.fetchall():
            if (found := TEST_DATABASE.fullmatch(name)) and not is_running(int(found[1])):
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    """After a test with transactions of its own only tables that hold something are emptied, in one statement.

    Django empties them all and writes its permissions and content types anew, which takes 0.4 s a test. Those stay.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    def empty(self: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY_TABLES, [list(KEPT)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Fail what would leave this machine. Unix sockets and loopback stay open; so does PostgreSQL's own library."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_unless_local(self.family, address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_unless_local(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_unless_local(socket.AF_INET, (host,))
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _refuse_unless_local(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6):
        host = address[0].decode() if isinstance(address[0], bytes) else address[0]
        if host not in (None, "", "localhost", "0.0.0.0", "::", "::1") and not host.startswith("127."):  # noqa: S104
            # Not an exception that code under test would catch as a failed call.
            pytest.fail(f"A test reached for the network: {host}", pytrace=True)
