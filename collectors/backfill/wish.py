"""What a backfill is asked for, pure."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from odds.choices import OddsFormat

from ..the_odds_api.endpoints import Call, Wanted, historical_odds

OPEN, CLOSE = "open", "close"
# How far from the instant wanted a snapshot may be and still count: a closing line is at most so old, an opening one
# at most so late, and of hours before the start half of them, but no more than three.
CLOSE_AGE = timedelta(minutes=10)
OPEN_DELAY = timedelta(hours=6)
_SHARE, _MOST = 0.5, timedelta(hours=3)
_LONGEST = timedelta(days=60)

_TIME = re.compile(r"(?:(?P<name>open|close)|(?P<before>\d+(?:\.\d+)?[mhd]))(?:~(?P<within>\d+(?:\.\d+)?[mhd]))?")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """An instant wanted of each game: its opening, its close, or so long before the start."""

    name: str  # as it was given, such as 24h
    before: timedelta | None  # the start; None for open and close
    within: timedelta  # how far from it a snapshot may be

    def __str__(self) -> str:
        return self.name


def parse_moments(text: str) -> tuple[Moment, ...]:
    """Moments from a text such as "open,24h,3h~30m,close". Raises ValueError with what is wrong."""
    found: dict[str, Moment] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _TIME.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no time: open, close, or so long before the start as 24h, 90m or 3h~30m")
        moment = _moment(match)
        if moment.within <= timedelta():
            raise ValueError(f"{part!r}: a snapshot cannot be within 0 of it")
        if max(moment.within, moment.before or moment.within) > _LONGEST:
            raise ValueError(f"{part!r}: no game is listed {_LONGEST.days} days ahead")
        found[moment.name] = moment
    if not found:
        raise ValueError("no time is given")
    return tuple(found.values())


def _moment(match: re.Match[str]) -> Moment:
    before = _duration(match["before"]) if match["before"] else None
    within = _duration(match["within"]) if match["within"] else _usual(match["name"], before)
    return Moment(match["name"] or match["before"], before, within if before is None else min(within, before))


def _usual(name: str, before: timedelta | None) -> timedelta:
    if before is not None:
        return min(before * _SHARE, _MOST)
    return CLOSE_AGE if name == CLOSE else OPEN_DELAY


def _duration(text: str) -> timedelta:
    return float(text[:-1]) * _UNITS[text[-1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The parameters of a backfill. The same wish is the same run, and is bought once."""

    sport_key: str
    start: date  # game days in league time, both included
    end: date
    moments: tuple[Moment, ...]
    wanted: Wanted
    games: int | None = None  # so many, or
    rate: float | None = None  # such a share of them; neither: all
    seed: int = 1
    stored_events: bool = False  # plan for events that are stored, and buy no lists
    gaps: int = 0  # the number of the look for what an earlier run left open

    @property
    def wants_opening(self) -> bool:
        return any(moment.name == OPEN for moment in self.moments)

    def call(self, at: datetime) -> Call:
        """The purchase of one instant."""
        return historical_odds(self.sport_key, at, self.wanted)

    def as_json(self) -> dict[str, Any]:
        """The canonical form that is stored."""
        parameters = {name: value for name, value in asdict(self).items() if name not in ("moments", "wanted")}
        return {
            **parameters,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "moments": [f"{each.name}~{each.within / _UNITS['m']:.10g}m" for each in self.moments],
            "markets": list(self.wanted.markets),
            "bookmakers": list(self.wanted.bookmakers),
            "regions": list(self.wanted.regions),
            "odds_format": self.wanted.odds_format.value,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Wish:
        names = ("sport_key", "games", "rate", "seed", "stored_events", "gaps")
        return cls(
            **{name: stored[name] for name in names},
            start=date.fromisoformat(stored["start"]),
            end=date.fromisoformat(stored["end"]),
            moments=parse_moments(",".join(stored["moments"])),
            wanted=Wanted(
                markets=tuple(stored["markets"]),
                bookmakers=tuple(stored["bookmakers"]),
                regions=tuple(stored["regions"]),
                odds_format=OddsFormat(stored["odds_format"]),
            ),
        )

    @property
    def digest(self) -> str:
        """Equal for wishes alike."""
        return sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:32]
