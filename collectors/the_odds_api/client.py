"""HTTP to The Odds API: one attempt of one call. `gate` is the only caller; see there for retries and credits.

The key is attached when the request is signed and taken out of whatever comes back. No exception of the HTTP library
leaves this module, and none is chained: their texts hold the whole address.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

import requests
import urllib3
from requests.auth import AuthBase

from ..errors import NoAnswer, NotSent, UnsafeAddress
from .address import base_url_problem
from .answers import KEPT_HEADERS, Answer
from .endpoints import Call
from .wire import Wire, new_session, watched

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 20.0  # seconds without a byte
DEADLINE = 30.0  # seconds for the whole call
LARGEST_BODY = 32 * 1024 * 1024  # bytes, packed and unpacked alike
_CHUNK = 65_536
# Wherever a body or a header repeats the key, this stands in its place.
KEY_REMOVED = b"***"

_WIRE_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class _KeyInQuery(AuthBase):
    """Puts the key where the provider wants it, at the last moment."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url or "", {"apiKey": self._key})
        return request


class Client:
    """Calls to one base URL with one key. Usable by several threads.

    Raises UnsafeAddress for a base URL to which the key must not be sent.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        clock: Callable[[], datetime],
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        deadline: float = DEADLINE,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        if problem := base_url_problem(base_url):
            raise UnsafeAddress(f"ODDS_API_BASE_URL {problem}; nothing sent")
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._clock = clock
        self._timeouts = (connect_timeout, read_timeout)
        self._deadline = deadline
        self._largest_body = largest_body
        self._session = new_session()

    def close(self) -> None:
        self._session.close()

    def send(self, call: Call) -> Answer:
        """The answer, whatever its status. Raises NotSent where the request never left, NoAnswer where none came."""
        began = time.monotonic()
        with watched(self._deadline) as wire:
            answer = self._exchange(call, wire, began)
        if isinstance(answer, Answer):
            return answer
        # Outside of the handler, so that the library's exception is not even in the context of ours.
        waited = f"after {time.monotonic() - began:.1f} s"
        if not wire.sent:
            raise NotSent(f"{call}: no connection to the provider: {answer}")
        if wire.expired:
            raise NoAnswer(f"{call}: no answer within {self._deadline:g} s; whether it was charged is not known")
        raise NoAnswer(f"{call}: no answer: {answer} {waited}; whether it was charged is not known")

    def _exchange(self, call: Call, wire: Wire, began: float) -> Answer | str:
        """The answer, or the name of what went wrong before one began."""
        try:
            response = self._session.get(
                self._base_url + call.path,
                params=dict(call.parameters),
                auth=_KeyInQuery(self._key),
                headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "odds"},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            )
        except _WIRE_ERRORS as error:
            return _reason(error)
        with response:
            body, damage = _read_body(response.raw, response.headers.get("Content-Encoding", ""), self._largest_body)
            if damage:
                response.raw.close()  # what is left of it is not waited for
        return Answer(
            status=response.status_code,
            headers=self._kept(response.headers),
            body=self._without_key_in(body),
            received_at=self._clock(),
            response_time_ms=round((time.monotonic() - began) * 1000),
            damage=damage,
        )

    def _kept(self, headers: Any) -> dict[str, str]:
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        return {name: self._without_key_in(value.encode()).decode() for name, value in kept.items()}

    def _without_key_in(self, body: bytes) -> bytes:
        for form in {self._key, quote(self._key, safe=""), quote_plus(self._key)}:
            if form and form.encode() in body:
                body = body.replace(form.encode(), KEY_REMOVED)
        return body


def _reason(error: Exception) -> str:
    """The kind of failure in a word or two; never the text of the exception, which holds the address."""
    cause: Any = error
    while nested := (getattr(cause, "reason", None) or cause.__cause__ or cause.__context__):
        if not isinstance(nested, Exception):
            break
        cause = nested
    names = {
        "NameResolutionError": "its name is not found",
        "gaierror": "its name is not found",
        "NewConnectionError": "connection refused",
        "ConnectionRefusedError": "connection refused",
        "ConnectTimeoutError": "connecting took too long",
        "ConnectionResetError": "connection reset",
        "RemoteDisconnected": "connection closed",
        "SSLCertVerificationError": "its certificate is not valid",
        "TimeoutError": "timed out",
        "ReadTimeoutError": "timed out",
    }
    return names.get(type(cause).__name__, type(cause).__name__)


def _read_body(raw: Any, encoding: str, largest: int) -> tuple[bytes, str]:
    """The body unpacked, and why it is not whole: truncated, oversize or encoding; "" if it is.

    What came of a damaged one is returned all the same: it was paid for, and is evidence.
    """
    if encoding not in ("", "identity", "gzip"):
        packed, damage = _take(_chunks(raw), largest)
        return packed, damage or "encoding"
    if encoding != "gzip":
        return _take(_chunks(raw), largest)
    return _take(_Unpacked(_chunks(raw), largest), largest)


def _chunks(raw: Any) -> Iterator[bytes]:
    while chunk := raw.read1(_CHUNK, decode_content=False):
        yield chunk


class _Unpacked:
    """The chunks of a gzip body, unpacked piece by piece so that no bomb goes off."""

    def __init__(self, chunks: Iterator[bytes], largest: int) -> None:
        self._chunks, self._left = chunks, largest

    def __iter__(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(wbits=31)
        for packed in self._chunks:
            self._left -= len(packed)
            if self._left < 0:
                raise _TooLarge
            while packed:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise _Incomplete


class _TooLarge(Exception):
    pass


class _Incomplete(Exception):
    pass


def _take(chunks: Iterator[bytes] | _Unpacked, largest: int) -> tuple[bytes, str]:
    taken = bytearray()
    try:
        for chunk in chunks:
            taken += chunk
            if len(taken) > largest:
                return bytes(taken[:largest]), "oversize"
    except _TooLarge:
        return bytes(taken), "oversize"
    except (*_WIRE_ERRORS, _Incomplete):
        return bytes(taken), "truncated"
    except zlib.error:
        return bytes(taken), "encoding"
    return bytes(taken), ""
