"""Times that are none, or not when they should be: of a bookmaker's prices, and of the start of an event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .data_faults_places import Change, Place, literal

Time = str | int
Writing = Callable[[Time], object]


def _update(write: Writing) -> Change:
    """The last update of the market and of its bookmaker, where either has one."""

    def put(place: Place) -> None:
        for part in (place.market, place.bookmaker):
            if "last_update" in part:
                part["last_update"] = write(part["last_update"])

    return put


def _start(write: Writing) -> Change:
    return lambda place: place.event.update(commence_time=write(place.event["commence_time"]))


def _moment(time: Time) -> datetime:
    return datetime.fromtimestamp(time, UTC) if isinstance(time, int) else datetime.fromisoformat(time)


def later(**by: float) -> Callable[[Time], Time]:
    """The time moved by so much, in the format that it was in."""

    def move(time: Time) -> Time:
        moved = _moment(time) + timedelta(**by)
        return int(moved.timestamp()) if isinstance(time, int) else f"{moved:%Y-%m-%dT%H:%M:%SZ}"

    return move


def _in_year(year: str) -> Writing:
    return lambda time: f"{year}-01-01T00:00:00Z"


WRITINGS: dict[str, Writing] = {
    "naive": lambda time: f"{_moment(time):%Y-%m-%dT%H:%M:%S}",
    "offset": lambda time: f"{_moment(time) + timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+02:00",
    "epoch": lambda time: int(_moment(time).timestamp()),
    "epoch_text": lambda time: str(int(_moment(time).timestamp())),
    "epoch_fraction": lambda time: literal(f"{_moment(time).timestamp():.3f}"),
    "24": lambda time: f"{_moment(time):%Y-%m-%d}T24:00:00Z",
    "year_1": _in_year("0001"),
    "year_9999": _in_year("9999"),
    "year_9999_west": lambda time: "9999-12-31T23:59:59-08:00",
    "text": lambda time: "half past seven",
    "date": lambda time: f"{_moment(time):%d/%m/%Y %H:%M}",
    "null": lambda time: None,
    "true": lambda time: True,
    "huge": lambda time: literal("1" + "0" * 30),
}

CASES: dict[str, Change] = {
    **{f"time_{name}": _update(write) for name, write in WRITINGS.items()},
    **{f"start_{name}": _start(write) for name, write in WRITINGS.items()},
    "future_update": _update(later(hours=1)),
    "older_update": _update(later(hours=-2)),
    "stale_update": _update(later(hours=-49)),
    "start_earlier": _start(later(hours=-2)),
    "start_later": _start(later(hours=2)),
    "start_days_later": _start(later(days=3)),
}
