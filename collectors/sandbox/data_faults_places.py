"""Where in an answer a data fault falls, and what it can put there that JSON has no word for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Raw

Part = dict[str, Any]


class Place:
    """An event of a decoded answer; within it a bookmaker, its market, and an outcome of that.

    Each is given by its position or its key (an event by its id). Whatever is asked for and is not in the answer raises
    LookupError.
    """

    def __init__(
        self, answer: Any, event: int | str = 0, bookmaker: int | str = 0, market: int | str = 0, outcome: int = 0
    ) -> None:
        self.events = _events(answer)
        self._event, self._bookmaker, self._market, self._outcome = event, bookmaker, market, outcome

    @property
    def event(self) -> Part:
        return _find(self.events, self._event, "id")

    @property
    def bookmakers(self) -> list[Part]:
        return list_of(self.event, "bookmakers")

    @property
    def bookmaker(self) -> Part:
        return _find(self.bookmakers, self._bookmaker, "key")

    @property
    def markets(self) -> list[Part]:
        return list_of(self.bookmaker, "markets")

    @property
    def market(self) -> Part:
        return _find(self.markets, self._market, "key")

    @property
    def outcomes(self) -> list[Part]:
        return list_of(self.market, "outcomes")

    @property
    def outcome(self) -> Part:
        return self.outcomes[self._outcome]

    @property
    def scores(self) -> list[Part]:
        return list_of(self.event, "scores")


Change = Callable[[Place], None]


def literal(text: str) -> Raw:
    """These characters as they stand, also where they are no JSON."""
    return Raw(text.encode())


def list_of(part: Part, name: str) -> list[Part]:
    found = part[name]
    if not isinstance(found, list):
        raise LookupError(name)
    return found


def _events(answer: Any) -> list[Part]:
    """The events of a list, of one event, or of either in the wrapper of history."""
    if isinstance(answer, dict) and "data" in answer:
        answer = answer["data"]
    return answer if isinstance(answer, list) else [answer]


def _find(parts: list[Part], wanted: int | str, name: str) -> Part:
    if isinstance(wanted, int):
        return parts[wanted]
    for part in parts:
        if part.get(name) == wanted:
            return part
    raise LookupError(wanted)
