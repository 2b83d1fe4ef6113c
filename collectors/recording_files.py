"""Recorded answers as they lie in files: JSON or JSON lines, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import msgspec

from events.times import parse_time

from .errors import UnreadablePayload
from .the_odds_api.payloads import DECODE_ERRORS, dump, load_loosely

GZIP_MAGIC = b"\x1f\x8b"
BUFFER = 1 << 20  # an answer is a line of 100 KB and more


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded answer: where it lies, its body, and when it was taken if the recording says so."""

    where: str  # the file, and the line in files that have several
    body: bytes
    captured_at: datetime | None


class _Wrapper(msgspec.Struct):
    """Either form in which an answer comes with its time; what is neither leaves all empty."""

    captured_at: str | None = None
    response: msgspec.Raw = msgspec.Raw()
    timestamp: str | None = None
    data: msgspec.Raw = msgspec.Raw()


_wrapper = msgspec.json.Decoder(_Wrapper)


def read_recordings(path: Path, advance: Callable[[int], object]) -> Iterator[Recording | UnreadablePayload]:
    """The answers recorded in a file, in its order, with an error in the place of each that cannot be read.

    `advance` is told the bytes of file read since its last call.
    """
    try:
        yield from _read_file(path, advance)
    except OSError as error:
        yield UnreadablePayload(f"{path.name}: {error.strerror or error}; left out")


def _read_file(path: Path, advance: Callable[[int], object]) -> Iterator[Recording | UnreadablePayload]:
    with path.open("rb", buffering=BUFFER) as file, closing(_unpacked(file)) as text:
        told = 0
        try:
            for number, document in _documents(text):
                if number is not None and document.isspace():
                    continue
                where = path.name if number is None else f"{path.name}:{number}"
                advance(file.tell() - told)
                told = file.tell()
                yield _unwrapped(where, document)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield UnreadablePayload(f"{path.name}: damaged gzip, read up to the damage: {error}")


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return cast("IO[bytes]", gzip.open(file)) if packed else file


def _documents(text: IO[bytes]) -> Iterator[tuple[int | None, bytes]]:
    """Each document with its line: one a line where one of the first two is one by itself, else the file as a whole."""
    first = text.readline().removeprefix(b"\xef\xbb\xbf")
    second = text.readline()
    if not second:
        yield None, first
    elif not _is_document(first) and not _is_document(second):
        yield None, first + second + text.read()
    else:
        yield 1, first
        yield 2, second
        yield from enumerate(text, 3)


def _is_document(line: bytes) -> bool:
    try:
        load_loosely(line)
    except UnreadablePayload:
        return False
    return True


def _unwrapped(where: str, document: bytes) -> Recording | UnreadablePayload:
    try:
        return _unwrap(where, document)
    except UnreadablePayload as error:
        return UnreadablePayload(f"{where}: {error}; left out")


def _unwrap(where: str, document: bytes) -> Recording:
    if not document.lstrip().startswith(b"{"):
        return Recording(where, document, None)
    wrapper = _decode_wrapper(document)
    if wrapper.response:
        inner = _unwrap(where, bytes(wrapper.response))
        return Recording(where, inner.body, inner.captured_at or _instant(wrapper.captured_at, "captured_at"))
    if wrapper.data and wrapper.timestamp is not None:
        return Recording(where, bytes(wrapper.data), _instant(wrapper.timestamp, "timestamp"))
    return Recording(where, document, None)


def _decode_wrapper(document: bytes) -> _Wrapper:
    try:
        return _wrapper.decode(document)
    except DECODE_ERRORS:
        loose = load_loosely(document)
    try:
        return _wrapper.decode(dump(loose))
    except DECODE_ERRORS as error:
        raise UnreadablePayload(f"no recorded answer: {error}") from None


def _instant(value: str | None, name: str) -> datetime | None:
    if value is None:
        return None
    moment = parse_time(value)
    if moment is None:
        raise UnreadablePayload(f"{name} {value!r} is no instant with a time zone")
    return moment
