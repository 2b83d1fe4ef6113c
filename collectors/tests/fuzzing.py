"""Answers gone wrong in ways that nobody thought of, each made from a seed and its number: any can be made again.

They begin well-formed and small: one or two events, two bookmakers, two markets. Then some of their parts are deleted,
doubled, swapped, renamed, given another type or a poisoned value; some are flipped and cut as bytes besides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from collectors.the_odds_api.endpoints import Call, Wanted, events, historical_odds, odds, scores

from .factories import book, event, h2h, score, spreads, totals

NBA = "basketball_nba"
WANTED = Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle", "fanduel"))
CALLS: dict[str, Call] = {
    "odds": odds(NBA, WANTED),
    "history": historical_odds(NBA, datetime(2026, 1, 14, 12, tzinfo=UTC), WANTED),
    "scores": scores(NBA, 3),
    "events": events(NBA),
}
KINDS = ("odds",) * 16 + ("history", "scores", "scores", "events")
EVENTS = 100  # so many ids, so that most payloads meet an event that is known
BYTES_TOO = 0.08  # of all payloads are damaged as bytes as well
UNTOUCHED = 0.1
SHALLOW = 0.07  # to stop at each level on the way down

Part = dict[Any, Any] | list[Any]

# What JSON has no word for, or Python no short one: written as it stands.
LITERALS = ("NaN", "Infinity", "-Infinity", "1e400", "-0", "-0.0", "1E+2", "9" * 5_000, "[" * 1_500 + "]" * 1_500)
_LITERAL = re.compile(rb'"\\ufdd0(\d+)"')  # a place kept for one of them, by a character that is never used

POISON: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 99, -99, 100, 101.5, 2**31, -(2**31), 2**63, 10**30, 1e300, -1e-300, 0.1,
    "", " ", "-110", "NaN", "null", "Over", "Draw", "h2h", "\0", "a\0b", "\ud83c", "\ude00\ud83c", "\u202e", "\u200b",
    "e\u0301", "\U0001f3c0", "\r\n\x1b[31m", "<script>", "=1+1", "'; DROP TABLE odds_odds;--", "../..", "x" * 3_000,
    "2026-01-15", "2026-01-15T00:30:00", "2026-01-15T24:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00",
    "2026-01-15T00:30:00Z", "2026-01-14T12:10:00Z", 1_768_437_000, 1e18, "once",
    [], {}, [[]], [None], {"key": None}, {"key": "h2h"},
    *(f"\ufdd0{number}" for number in range(len(LITERALS))),
)  # fmt: skip
KEYS = ("key", "name", "price", "point", "id", "markets", "outcomes", "last_update", "bookmakers", "", "\0", "\ud800")


@dataclass(frozen=True)
class Fuzzed:
    """One payload: the call it answers, and its bytes."""

    call: Call
    body: bytes


def payloads(seed: int, count: int, kinds: tuple[str, ...] = KINDS, *, first: int = 0) -> Iterator[Fuzzed]:
    for number in range(first, first + count):
        yield payload(seed, number, kinds)


def payload(seed: int, number: int, kinds: tuple[str, ...] = KINDS) -> Fuzzed:
    """The payload of this number: the same for the same seed, whichever were made before it."""
    chance = Random(f"{seed}/{number}")
    kind = chance.choice(kinds)
    body = as_bytes(mutated(chance, well_formed(chance, kind)))
    return Fuzzed(CALLS[kind], damaged(chance, body) if chance.random() < BYTES_TOO else body)


def well_formed(chance: Random, kind: str) -> Any:
    if kind == "scores":
        return [_as_event(chance, score(str(chance.randrange(150)), completed=chance.random() < 0.5))]
    if kind == "events":
        listed = _as_event(chance, event())
        del listed["bookmakers"]
        return [listed]
    found = [_as_event(chance, _odds(chance)) for _ in range(chance.choice((1, 1, 2)))]
    wrapper = {"timestamp": "2026-01-14T11:55:00Z", "previous_timestamp": None, "next_timestamp": None, "data": found}
    return found if kind == "odds" else wrapper


def _odds(chance: Random) -> dict[str, Any]:
    price = chance.choice((-120, -110, 105, 250))
    lines = chance.choice((spreads(chance.choice((-3.5, 4, 0))), totals(chance.choice((220.5, 221)))))
    return event(book("pinnacle", h2h(price), deepcopy(lines)), book("fanduel", h2h(price), lines))


def _as_event(chance: Random, found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "id": f"{chance.randrange(EVENTS):032x}"}


def mutated(chance: Random, root: Any) -> Any:
    """The payload with up to six of its parts changed."""
    if chance.random() < UNTOUCHED:
        return root
    holder = [root]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        chance.choice(MUTATIONS)(chance, *_somewhere(chance, holder))
    return holder[0] if holder else []


def _somewhere(chance: Random, holder: Part) -> tuple[Part, Any]:
    """Some container of the payload, and a key or position in it; deeper parts are likelier than shallow ones."""
    part: Part = holder
    while True:
        places = list(part) if isinstance(part, dict) else list(range(len(part)))
        inner = [place for place in places if isinstance(part[place], dict | list) and part[place]]
        if not inner or chance.random() < SHALLOW:
            return part, chance.choice(places)
        part = part[chance.choice(inner)]


def _delete(chance: Random, part: Part, key: Any) -> None:
    if len(part) > 1:
        del part[key]


def _poison(chance: Random, part: Part, key: Any) -> None:
    part[key] = deepcopy(chance.choice(POISON))


def _double(chance: Random, part: Part, key: Any) -> None:
    if isinstance(part, list):
        part.insert(chance.randrange(len(part) + 1), deepcopy(part[key]))
    else:
        part[chance.choice(KEYS)] = deepcopy(part[key])


def _swap(chance: Random, part: Part, key: Any) -> None:
    other = chance.choice(list(part)) if isinstance(part, dict) else chance.randrange(len(part))
    part[key], part[other] = part[other], part[key]


def _rename(chance: Random, part: Part, key: Any) -> None:
    if isinstance(part, dict):
        part[chance.choice((*KEYS, f"{key}_", str(key).upper()))] = part.pop(key)


def _retype(chance: Random, part: Part, key: Any) -> None:
    value = part[key]
    part[key] = chance.choice((str, repr, lambda v: [v], lambda v: {"value": v}, bool))(value)


def _insert(chance: Random, part: Part, key: Any) -> None:
    value = deepcopy(chance.choice(POISON))
    if isinstance(part, list):
        part.insert(key, value)
    else:
        part[chance.choice(KEYS)] = value


MUTATIONS: tuple[Callable[[Random, Part, Any], None], ...] = (
    _delete, _poison, _poison, _poison, _double, _swap, _rename, _retype, _insert,
)  # fmt: skip


def as_bytes(root: Any) -> bytes:
    """The payload as JSON: in ASCII, so that half surrogate pairs can be written, with its literals in place."""
    text = json.dumps(root, separators=(",", ":")).encode()
    return _LITERAL.sub(lambda found: LITERALS[int(found[1])].encode(), text)


def damaged(chance: Random, body: bytes) -> bytes:
    """The bytes cut, flipped, or with others between them."""
    place = chance.randrange(len(body) + 1)
    return chance.choice(
        (
            body[:place],
            body[place:],
            body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :],
            body[:place] + chance.choice((b"\0", b"\xff", b"\xed\xa0\x80", b'"', b"]", b"\xef\xbb\xbf")) + body[place:],
            body.replace(b'"', b"'", 1),
            body.decode().encode("utf-16"),
        )
    )
