"""How an answer gets on the wire: as it should, or as a fault has it."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

from .faults import Fault
from .kinds import Drip, Hang, Headers, Oversize
from .statuses import phrase

MEGABYTE = 1 << 20
SMALLEST_PACKED = 500  # bytes; shorter bodies are sent as they are
DROPS = frozenset({"reset_before_charge", "reset_after_charge"})  # nothing is sent


@dataclass(frozen=True, slots=True)
class Message:
    """A complete answer as it is to be sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    accepts_gzip: bool


class Line:
    """One connection, and the event that tells waits on it to end."""

    def __init__(self, connection: socket.socket, stopping: Event) -> None:
        self._connection, self._stopping = connection, stopping

    def deliver(self, message: Message, fault: Fault | None) -> bool:
        """Send the answer. Tells whether the connection can be used for another."""
        kind = fault.kind if fault else ""
        if kind in DROPS:
            reset(self._connection)
            return False
        body, headers = _packed(message, always=kind == "truncated_gzip")
        match fault.details if fault else None:
            case Oversize(megabytes, bomb):
                return self._oversize(message, megabytes, bomb)
            case Drip(bytes_per_second):
                head = _head(message.status, headers, len(body))
                return self._slowly(*((b"", head + body) if kind == "slow_headers" else (head, body)), bytes_per_second)
            case Hang(seconds):
                self.wait(seconds)
        return self._send(kind, message.status, headers, body)

    def wait(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _send(self, kind: str, status: int, headers: dict[str, str], body: bytes) -> bool:
        """All of the answer, or as much of it as this kind of fault lets through."""
        half = body[: len(body) // 2]
        match kind:
            case "reset_mid_body":
                self._connection.sendall(_head(status, headers, len(body)) + half)
                self.wait(0.05)  # a reset overtakes what the other side has not read yet
                reset(self._connection)
            case "short_body":
                self._connection.sendall(_head(status, headers, len(body)) + half)
            case "truncated_gzip":
                self._connection.sendall(_head(status, headers, len(half)) + half)
            case "bad_chunk":
                chunk = f"{len(half):x}\r\n".encode() + half + b"\r\nno size\r\n"
                self._connection.sendall(_head(status, {**headers, "Transfer-Encoding": "chunked"}, None) + chunk)
            case _:
                self._connection.sendall(_head(status, headers, len(body)) + body)
                return True
        return False

    def _slowly(self, fast: bytes, slow: bytes, bytes_per_second: float) -> bool:
        self._connection.sendall(fast)
        pause = min(1.0, max(0.02, 1 / bytes_per_second))
        piece = max(1, round(bytes_per_second * pause))
        for start in range(0, len(slow), piece):
            if self._stopping.is_set():
                return False
            self._connection.sendall(slow[start : start + piece])
            self.wait(pause)
        return True

    def _oversize(self, message: Message, megabytes: int, bomb: bool) -> bool:
        """A body of so many megabytes, made while it is sent; a bomb has that size only when unpacked."""
        headers = dict(message.headers)
        pieces: Iterable[bytes] = (b" " * MEGABYTE for _ in range(megabytes))
        length = None if bomb else megabytes * MEGABYTE + 2
        if bomb:
            headers["Content-Encoding"] = "gzip"
            pieces = _bomb(megabytes)
        self._connection.sendall(_head(message.status, {**headers, "Connection": "close"}, length))
        for piece in pieces:
            if self._stopping.is_set():
                return False
            self._connection.sendall(piece)
        if not bomb:
            self._connection.sendall(b"[]")
        return False


def reset(connection: socket.socket) -> None:
    """Close at once and rudely: what was not sent is dropped, the other side gets a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        os.close(connection.detach())


def headers_of(answer: Mapping[str, str], fault: Fault | None) -> dict[str, str]:
    """The headers after a fault of the kind `headers`: some set, some removed."""
    if fault is None or not isinstance(fault.details, Headers):
        return dict(answer)
    replaced = {**answer, **fault.details.set}
    removed = {name.lower() for name in fault.details.remove}
    return {name: str(value) for name, value in replaced.items() if name.lower() not in removed}


def _packed(message: Message, *, always: bool) -> tuple[bytes, dict[str, str]]:
    if not always and (not message.accepts_gzip or len(message.body) < SMALLEST_PACKED):
        return message.body, dict(message.headers)
    return gzip.compress(message.body, compresslevel=1, mtime=0), {**message.headers, "Content-Encoding": "gzip"}


def _bomb(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for _ in range(megabytes):
        yield packer.compress(b" " * MEGABYTE)
    yield packer.compress(b"[]") + packer.flush()


def _head(status: int, headers: Mapping[str, str], length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {status} {phrase(status)}", *(f"{name}: {value}" for name, value in headers.items())]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
