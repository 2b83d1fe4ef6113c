"""Sockets that can be watched: whether the request has left, and a way to end it at a deadline.

requests knows a timeout for each read only; a peer that sends one byte a second would hold a call for ever.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..failpoints import reach


class Wire:
    """One call as its sockets see it."""

    def __init__(self) -> None:
        self.sent = False  # whether any of the request may have left
        self.expired = False
        self._socket: socket.socket | None = None

    def leaves_through(self, sock: socket.socket | None) -> None:
        self.sent, self._socket = True, sock

    def expire(self) -> None:
        """End the call, from another thread: whoever reads from its socket finds it closed."""
        self.expired = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not the method of an SSL socket, which takes the session away from under its reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_current = threading.local()


@contextlib.contextmanager
def watched(deadline: float) -> Any:
    """The wire of the call that this thread makes inside, which is ended after `deadline` seconds."""
    wire = _current.wire = Wire()
    timer = threading.Timer(deadline, wire.expire)
    timer.daemon = True
    timer.start()
    try:
        yield wire
    finally:
        timer.cancel()
        del _current.wire


class _Watched:
    """What both kinds of connection do at the moment when the request leaves, and when its answer is awaited."""

    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        _current.wire.leaves_through(self.sock)
        super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        reach("after_send")
        return super().getresponse()  # type: ignore[misc]


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


# Connections kept open: as many as a backfill has calls under way.
CONNECTIONS = 16


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class WatchedAdapter(HTTPAdapter):
    """requests' own adapter on watched connections. It never retries: see `gate`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None at all: the library would read an address that is not followed, and fail at a bad one."""


def new_session() -> requests.Session:
    """A session that follows nothing from outside: no proxies, no .netrc, no cookies."""
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(_NoCookies())
    for scheme in ("https://", "http://"):
        session.mount(scheme, WatchedAdapter(max_retries=0, pool_maxsize=CONNECTIONS))
    return session


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined]
    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False
