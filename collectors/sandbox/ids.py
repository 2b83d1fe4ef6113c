"""Event ids: 32 hexadecimal digits that look drawn, and in which the league finds an event's place in the schedule."""

from __future__ import annotations

from typing import NamedTuple

from .draws import digest

TURNS = 4
ROUND_OFFSET = 1 << 31  # rounds before 1970 have numbers too


class Place(NamedTuple):
    """The game of a round of a sport; the variant counts the events of one game."""

    sport: int
    round: int
    game: int
    variant: int


def write(seed: int, place: Place) -> str:
    left = (place.round + ROUND_OFFSET).to_bytes(8, "big")
    right = bytes((place.sport, place.game, place.variant, 0, 0, 0, 0, 0))
    for turn in range(TURNS):
        left, right = right, _mixed(left, digest(seed, turn, right.hex()))
    return (left + right).hex()


def read(seed: int, event_id: str) -> Place | None:
    """The place written in an id, or None where `write` cannot have made it for this seed."""
    try:
        raw = bytes.fromhex(event_id)
    except ValueError:
        return None
    if len(raw) != 16:
        return None
    left, right = raw[:8], raw[8:]
    for turn in reversed(range(TURNS)):
        left, right = _mixed(right, digest(seed, turn, left.hex())), left
    if any(right[3:]) or any(left[:3]):
        return None
    return Place(right[0], int.from_bytes(left, "big") - ROUND_OFFSET, right[1], right[2])


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
