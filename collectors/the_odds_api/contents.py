"""What is in an answer, by the call that it answers; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from events.records import EventRecord, ScoreRecord
from events.times import parse_time
from odds.choices import Source
from odds.records import EventSnapshot, Problem

from ..choices import Endpoint
from ..errors import UnreadablePayload
from .endpoints import HISTORICAL, Call
from .normaliser import read_event, read_listed_event, read_score
from .payloads import decode_historical, split_events

_WITH_ODDS = frozenset({Endpoint.ODDS, Endpoint.EVENT_ODDS, Endpoint.HISTORICAL_ODDS, Endpoint.HISTORICAL_EVENT_ODDS})
_LISTS = frozenset({Endpoint.EVENTS, Endpoint.HISTORICAL_EVENTS})

_T = TypeVar("_T")


@dataclass(slots=True, kw_only=True)
class Contents:
    """All of an answer that could be read, and a problem for each part that could not."""

    at: datetime  # the instant it is of: when it came, or a historical answer's own timestamp
    events: list[EventRecord] = field(default_factory=list)
    scores: list[ScoreRecord] = field(default_factory=list)
    snapshots: list[EventSnapshot] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def event_ids(self) -> set[str]:
        told = [*self.events, *(score.event for score in self.scores), *(each.event for each in self.snapshots)]
        return {event.api_id for event in told}

    @property
    def bookmakers(self) -> set[str]:
        return {key for snapshot in self.snapshots for key in snapshot.bookmakers}


def read_contents(call: Call, body: bytes, *, received_at: datetime, source: Source) -> Contents:
    """What this body says. Raises UnreadablePayload where it is no answer to this call, or none of it can be read."""
    at = received_at
    if call.endpoint in HISTORICAL:
        body, at = _unwrapped(body)
    contents = Contents(at=at)
    if call.endpoint in _LISTS:
        contents.events = _each(body, lambda event: read_listed_event(event, observed_at=at), contents)
    elif call.endpoint is Endpoint.SCORES:
        contents.scores = _each(body, lambda event: read_score(event, observed_at=at), contents)
    elif call.endpoint in _WITH_ODDS:
        asked = call.asked
        contents.snapshots = _each(
            body, lambda event: read_event(event, snapshot_time=at, asked=asked, source=source), contents
        )
    else:
        split_events(body)  # sports, participants, markets: kept as received, and known to be a list
    return contents


def _unwrapped(body: bytes) -> tuple[bytes, datetime]:
    """The events of a historical answer, and the instant it is of: its own, not the date asked for."""
    wrapper = decode_historical(body)
    timestamp = parse_time(wrapper.timestamp)
    if timestamp is None:
        raise UnreadablePayload(f"timestamp {wrapper.timestamp!r} is no instant")
    return bytes(wrapper.data), timestamp


def _each(body: bytes, read: Callable[[bytes], _T], contents: Contents) -> list[_T]:
    good: list[_T] = []
    for position, event in enumerate(split_events(body)):
        try:
            good.append(read(event))
        except UnreadablePayload as error:
            contents.problems.append(Problem("unreadable", f"event {position}: {error}; left out"))
    if contents.problems and not good:
        raise UnreadablePayload(contents.problems[0].text)
    return good
