"""What takes messages in tests: a server on this machine that answers, refuses or hangs."""

from __future__ import annotations

import json
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import apprise

# It loads all of its services at once; one of them asks for a module that Python is about to lose.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    apprise.Apprise.instantiate("json://127.0.0.1")


class AlertServer:
    """Keeps what it took. The first `refusals` requests get `status`; while `hangs`, no request gets an answer."""

    def __init__(self, *, refusals: int = 0, status: int = 503, hangs: bool = False) -> None:
        self.refusals, self.status = refusals, status
        self.taken: list[dict[str, Any]] = []
        self.asked = threading.Semaphore(0)  # released by each request, answered or not
        self.may_answer = threading.Event()
        if not hangs:
            self.may_answer.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def address(self) -> str:
        """Of apprise's channel for any JSON webhook. Its last part stands for a token."""
        return f"json://127.0.0.1:{self._server.server_port}/CANARY0123456789abcdef"

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.taken]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.release()
                server.may_answer.wait()
                refused, server.refusals = server.refusals > 0, server.refusals - 1
                if not refused:
                    server.taken.append(told | {"path": self.path})
                self.send_response(server.status if refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, raised: BaseException | None, trace: TracebackType | None) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
