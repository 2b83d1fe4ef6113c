"""The sandbox as a server on this machine: real sockets, so that real clients meet real faults."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import control
from .api import Answer, World
from .clock import Clock
from .delivery import Line, Message, reset
from .faults import Fault, Faults
from .league import League
from .ledger import Ledger
from .recordings import Recordings
from .service import Service

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 1 << 20  # bytes of a control request


class Sandbox:
    """A sandbox that serves while its context lasts.

    `clock` gives the instant as an aware datetime, by default the real one. The account has `quota` credits, renewed on
    `reset_day` of each month at `reset_hour` UTC. `rate_limit` is in requests a second, `latency_seconds` is added to
    every answer. With `ledger_path` the account outlives the process. `recordings` are files that are played back.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
        seed: int = 1,
        quota: int = 20_000,
        keys: Sequence[str] = ("sandbox",),
        deactivated_keys: Sequence[str] = (),
        free_plan: bool = False,
        rate_limit: int = 30,
        latency_seconds: float = 0.0,
        reset_day: int = 1,
        reset_hour: int = 0,
        ledger_path: Path | None = None,
        recordings: Sequence[Path] | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._host = host
        self.league = League(seed)
        self.faults = Faults()
        self.latency_seconds = latency_seconds
        played = Recordings(recordings) if recordings else None
        world = World(self.league, frozenset(keys), frozenset(deactivated_keys), free_plan, played)
        self.ledger = Ledger(quota, reset_day=reset_day, reset_hour=reset_hour, path=ledger_path)
        self.service = Service(world, self.ledger, self.faults, self.clock, rate_limit)
        try:
            self._server = _Server((host, port), self)
        except OSError:
            self.ledger.close()
            raise
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}/v4"

    def __enter__(self) -> Sandbox:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all connections and threads, and close the ledger."""
        self._server.stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.end_connections()
        self._server.server_close()
        self.ledger.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # Not that of HTTPServer, which asks the resolver for a name of this machine.
        TCPServer.server_bind(self)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        fault = self.sandbox.faults.on_connection(self.sandbox.clock())
        if fault is None:
            return True
        self.sandbox.service.refused_connection(fault)
        reset(request)
        return False

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def end_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error. Of anything else only the kind is told: its message may hold the key."""
        error = sys.exception()
        if not isinstance(error, OSError):
            logger.error("sandbox_request_failed kind=%s", type(error).__name__)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_DELETE = do_GET

    def _handle(self) -> None:
        target = urlsplit(self.path)
        parameters = dict(parse_qsl(target.query, keep_blank_values=True))
        sandbox, line = self.server.sandbox, Line(self.connection, self.server.stopping)
        if target.path.startswith(control.PREFIX):
            answer, fault = self._control(target.path, parameters), None
        elif self.command != "GET":
            answer, fault = Answer(405, b'{"message":"Method Not Allowed"}', headers={"Connection": "close"}), None
            self.close_connection = True  # a body may follow that nobody will read
        else:
            served = sandbox.service.serve(target.path, parameters)
            answer, fault = served.answer, served.fault
            line.wait(sandbox.latency_seconds)
        self._deliver(line, Message(answer.status, answer.headers, answer.body, self._accepts_gzip()), fault)

    def _control(self, path: str, parameters: dict[str, str]) -> Answer:
        # A page in a browser must not steer the sandbox behind its user's back.
        if not self.client_address[0].startswith("127.") or self.headers.get("Origin"):
            return control.refused()
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_REQUEST)
        return control.control(self.server.sandbox, self.command, path, parameters, self.rfile.read(length))

    def _deliver(self, line: Line, message: Message, fault: Fault | None) -> None:
        try:
            reusable = line.deliver(message, fault)
        except OSError:
            reusable = False  # the client has gone
        self.close_connection = self.close_connection or not reusable

    def _accepts_gzip(self) -> bool:
        return "gzip" in self.headers.get("Accept-Encoding", "").lower()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: request lines hold the key, and the ledger has all requests without it."""
