"""One way into every format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odds.records import Problem

from ..choices import ArchiveFormat
from ..errors import UnreadablePayload
from .column_map import BadMap, read_map
from .files import sheet_of, table_of
from .generic import read_generic
from .line_history import read_line_history
from .records import ArchiveGame
from .sbr_multibook import read_multibook
from .sbr_sheet import first_year, read_sheet


def check_options(format: str, *, season: str, mapping: Path | None) -> None:
    """Raises UnreadablePayload where something is said that files of this format have no use for."""
    for option, value, meant in (
        ("--season", season, ArchiveFormat.SBR_SHEET),
        ("--map", mapping, ArchiveFormat.GENERIC),
    ):
        if value and format != meant:
            raise UnreadablePayload(f"{option} is for --format {meant.value}, not for {format}")


def read_archive(
    path: Path, format: ArchiveFormat | str, sport_key: str, *, season: str = "", mapping: Path | None = None
) -> Iterator[ArchiveGame | Problem]:
    """The games of a file in its order, and what in it could not be read, each problem with its file and line.

    `season` ('2016-17') is for sheets whose name does not tell it, `mapping` the column map of a generic file. Where
    prices have instants there is a game for each instant. Raises UnreadablePayload or BadMap, with one clear line,
    where the file as a whole cannot be read.
    """
    try:
        body, told = path.read_bytes(), mapping.read_text() if mapping else ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise UnreadablePayload(f"{path if mapping is None else mapping}: {reason}") from None
    return read_body(body, path.name, format, sport_key, season=season, mapping=told)


def read_body(
    body: bytes, name: str, format: ArchiveFormat | str, sport_key: str, *, season: str = "", mapping: str = ""
) -> Iterator[ArchiveGame | Problem]:
    """As `read_archive`, from a file's bytes and name, and the text of a map."""
    if format == ArchiveFormat.SBR_SHEET:
        return read_sheet(sheet_of(body, name), sport_key, year=first_year(season, name), name=name)
    columns, rows = table_of(body, name)
    if format == ArchiveFormat.SBR_MULTIBOOK:
        return read_multibook(columns, rows, sport_key, name=name)
    if format == ArchiveFormat.LINE_HISTORY:
        return read_line_history(columns, rows, sport_key, name=name)
    if format == ArchiveFormat.GENERIC:
        if not mapping:
            raise BadMap(f"{name}: a generic file needs a map of its columns: give --map")
        return read_generic(rows, read_map(mapping, "map", columns), sport_key, name=name)
    raise UnreadablePayload(f"{name}: {format} is no format of rows")
