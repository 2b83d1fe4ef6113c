"""Servers to start, hurt and stop, small ones that never wait for the disk; and a browser at the site."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import Client
from playwright.sync_api import Page

from events.tests.browsers import reading
from oddsproject.embedded_postgres.postmaster import Postmaster, connection_info, is_running
from oddsproject.embedded_postgres.server import Server

SMALL = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "8MB"}
BINARIES = {"wheel": "", "15": "/usr/lib/postgresql/15/bin"}
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(params=BINARIES)
def binaries(request: pytest.FixtureRequest) -> str:
    """A folder of programs, as OPTIONS['bin'] takes it: the test runs once for each."""
    folder = BINARIES[request.param]
    if folder and not Path(folder, "initdb").exists():
        pytest.skip(f"no PostgreSQL {request.param} on this machine")
    return folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, as tmp_path gives it, but in memory where that is possible, and gone after the test.

    Every user can pass through it, for tests that run as root where there are no user namespaces.
    """
    with temporary_folder() as path:
        yield path


@pytest.fixture(scope="session")
def cluster_of() -> Iterator[Callable[[str], Path]]:
    """Gives a data folder made by the programs of a bin folder, to copy: making one takes longer than all the rest."""

    @functools.cache
    def make(bin: str) -> Path:
        server = Server(path / f"cluster-{Path(bin).parent.name}", bin=bin, options=SMALL, shared=path / "shared")
        server.join()
        server.leave()
        return server.folders.data

    with temporary_folder() as path:
        yield make


@pytest.fixture
def make_server(folder: Path, cluster_of: Callable[[str], Path]) -> Iterator[Callable[..., Server]]:
    """Makes servers, under folder / "pg" unless told otherwise; ends and removes them after the test.

    They have a cluster already, unless `cluster` is False.
    """
    made: list[Server] = []

    def make(root: Path = folder / "pg", *, cluster: bool = True, **over: Any) -> Server:
        if cluster and not root.exists():
            root.mkdir(mode=0o700)
            copy_owned(cluster_of(over.get("bin", "")), root / "data")
        made.append(Server(root, **{"options": SMALL, "shared": folder / "shared", **over}))
        return made[-1]

    yield make
    for server in made:
        server.leave()
        kill(server, signal.SIGQUIT)  # unlike SIGKILL, this leaves no shared memory behind
        shutil.rmtree(server.folders.root, ignore_errors=True)


@pytest.fixture
def server(make_server: Callable[..., Server], binaries: str) -> Server:
    """A server that has a cluster and does not run."""
    return make_server(bin=binaries)


@pytest.fixture
def new_server(make_server: Callable[..., Server], binaries: str) -> Server:
    """A server of which nothing exists yet."""
    return make_server(bin=binaries, cluster=False)


@pytest.fixture
def start_script(folder: Path, make_server: object) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Runs Python text in a process of its own, in which `server` is one on the given root."""
    begun: list[subprocess.Popen[str]] = []

    def start(text: str, *, bin: str = "", root: Path = folder / "pg") -> subprocess.Popen[str]:
        head = (
            "import os, sys, time\n"
            "from pathlib import Path\n"
            "import structlog\n"
            "structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))\n"
            "from oddsproject.embedded_postgres.server import Server\n"
            f"root, shared = Path({str(root)!r}), Path({str(folder / 'shared')!r})\n"
            f"server = Server(root, bin={bin!r}, options={SMALL!r}, shared=shared)\n"
        )
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, "-c", head + text], cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()
        process.communicate()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder in memory if there is room for some clusters, else in the usual place."""
    memory = "/dev/shm"  # noqa: S108 - only a folder that nobody else can have made is used in it
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    with tempfile.TemporaryDirectory(prefix="embedded-", dir=memory if roomy else None) as name:
        Path(name).chmod(0o711)
        yield Path(name)


def copy_owned(source: Path, target: Path) -> None:
    """Copy a folder, to the same owner."""
    shutil.copytree(source, target)
    owner = source.stat()
    if owner.st_uid != os.geteuid():
        for path in [target, *target.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)


def ask(socket: Path, query: str = "SELECT 1", database: str = "postgres") -> Any:
    """The first column of the first row."""
    with psycopg.connect(connection_info(socket, database), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def server_pid(server: Server) -> int | None:
    """The process id of the running server; None if it does not run."""
    found = Postmaster.read(server.folders.data)
    return found.pid if found and found.alive() else None


def kill(server: Server, by: signal.Signals = signal.SIGKILL) -> int | None:
    """Kill the server's process and wait for its end; return what it was."""
    if pid := server_pid(server):
        os.kill(pid, by)
        wait_for(lambda: not is_running(pid))
    return pid


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """What the condition says, once it is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return value


@pytest.fixture
def small() -> Iterator[Any]:
    """Access to a small database of its own on the tests' server; it goes after the test, and what was made of it."""
    from oddsproject.backups.access import Access

    name = f"small_{os.getpid()}"
    access = Access.of_settings().to(name)
    with access.to("template1").session() as session:
        session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        session.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    with access.session() as session:
        session.execute(TABLES)
    yield access
    with access.to("template1").session() as session:
        for (made,) in session.execute("SELECT datname FROM pg_database WHERE strpos(datname, %s) > 0", (name,)):
            session.execute(f'DROP DATABASE "{made}" WITH (FORCE)')


TABLES = """
CREATE TABLE game (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL, begins timestamptz, share float8,
    price numeric, raw jsonb, body bytea
);
INSERT INTO game (name, begins, share, price, raw, body)
SELECT 'game ' || n || E'\\t\\n\\\\', '2026-01-15Z'::timestamptz + n * interval '1 hour', n / 3.0, n / 7.0,
    jsonb_build_object('n', n), decode(md5(n::text), 'hex')
FROM generate_series(1, 2000) n;
CREATE TABLE team (key text PRIMARY KEY);
INSERT INTO team VALUES ('a'), ('B'), ('Ä'), ('z'), ('_');
CREATE TABLE without_key (n int);
INSERT INTO without_key VALUES (2), (1), (2), (NULL);
CREATE TABLE nothing_in_it (id int PRIMARY KEY);
CREATE SCHEMA other;
CREATE TABLE other.team (id int PRIMARY KEY);
INSERT INTO other.team VALUES (1);
CREATE TABLE django_migrations (id bigint PRIMARY KEY, app text, name text);
INSERT INTO django_migrations VALUES (1, 'events', '0001_initial'), (2, 'odds', '0001_initial');
"""


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of, and what it asks elsewhere: nothing, at the end."""
    return []


@pytest.fixture
def page(live_server, client: Client, monkeypatch, complaints: list[str]) -> Iterator[Page]:
    """A browser in New York in which somebody is logged in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in this thread
    with reading(live_server.url, client, complaints, timezone_id="America/New_York") as page:
        yield page
