"""The rules that bookmakers settle by, pure: how long bets wait for their game, and all verdicts on one, by time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from events.choices import EventStatus
from events.game_days import bounds, day_of
from odds.markets import Draw, draw_in

from .choices import BetState
from .records import Bet, ResultVersion, Settlement
from .settlement import grade, returned, why_not_graded


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProfile:
    """How one bookmaker settles. Scores are always those of the whole game, overtime included."""

    name: str  # as `parse_rules` reads it
    void_after: timedelta = timedelta(hours=48)  # from the start known at the bet; the trade waits 24 to 72 hours
    same_day_only: bool = False  # has to begin on the league's day it was announced for
    unresolved_after: timedelta = timedelta(hours=72)  # from the start: the provider tells scores for three days

    def limit(self, announced: datetime) -> datetime:
        """By when a game announced for this start has to have begun."""
        latest = announced + self.void_after
        return min(latest, bounds(day_of(announced))[1]) if self.same_day_only else latest

    def is_in_time(self, announced: datetime, began: datetime) -> bool:
        """Whether bets on a game announced for the one start stand if it begins at the other, sooner or later."""
        if self.same_day_only and day_of(began) != day_of(announced):
            return False
        return began < self.limit(announced)


DEFAULT = RuleProfile(name="default")
SAME_DAY = RuleProfile(name="same_day", same_day_only=True)

# What bookmakers have published. All others have to be named by the user.
PUBLISHED = {"sbk": RuleProfile(name="72h", void_after=timedelta(hours=72))}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """The profile of each bookmaker."""

    default: RuleProfile = DEFAULT
    per_book: Mapping[str, RuleProfile] = field(default_factory=lambda: dict(PUBLISHED))

    def of(self, bookmaker: str) -> RuleProfile:
        return self.per_book.get(bookmaker, self.default)

    def __str__(self) -> str:
        """As `parse_rules` reads it."""
        return ",".join([self.default.name, *(f"{book}={rules.name}" for book, rules in sorted(self.per_book.items()))])


def parse_rules(text: str) -> RuleBook:
    """The rules of 'default', '72h', 'same_day' or 'default,fanduel=same_day,bovada=24h'.

    A part without a bookmaker is for all that are not named. Raises ValueError for what cannot be read.
    """
    default, per_book = DEFAULT, dict(PUBLISHED)
    for part in filter(None, (part.strip() for part in text.split(","))):
        book, equals, name = part.rpartition("=")
        if book:
            per_book[book.strip()] = _profile(name.strip())
        elif equals:
            raise ValueError(f"settlement rule {part!r} names no bookmaker, expected one before the =")
        else:
            default = _profile(name)
    return RuleBook(default=default, per_book=per_book)


def _profile(name: str) -> RuleProfile:
    known = {profile.name: profile for profile in (DEFAULT, SAME_DAY)}
    if name in known:
        return known[name]
    hours = name.removesuffix("h")
    if not (name.endswith("h") and hours.isdecimal() and 0 < int(hours) <= 24 * 365):
        raise ValueError(f"settlement rules {name!r} are not known, expected default, same_day or hours such as 72h")
    return RuleProfile(name=name, void_after=timedelta(hours=int(hours)))


class Verdicts(NamedTuple):
    """All that was said of a bet, in time order; the last is in force. Never empty."""

    settlements: tuple[Settlement, ...]
    note: str  # why it is void or unresolved; empty where a result decided


_Said = tuple[datetime, BetState]
"""When a verdict was known, and what it was."""


def settle(
    bet: Bet,
    results: Sequence[ResultVersion],
    *,
    final_start: datetime,
    status: str,
    rules: RuleProfile,
    stated: Sequence[tuple[datetime, datetime]] = (),
    draw_offered: bool = False,
) -> Verdicts:
    """Every verdict on a bet that was filled, from all that ever became known of its event.

    `final_start` and `status` (`EventStatus`) are the event's as last known. `results`, and its starts as (stated at,
    start) as far as they are known, are in the order in which they became known. `draw_offered`: the book had a draw
    in this market.

    Void is what was called off, has not begun within the rule's limit, or was placed after the real start. Otherwise
    each result that changes the verdict settles the bet anew. It is unresolved where no result came in time, or the
    result does not tell. A verdict can lie in the future of whoever asks: it is not reached before its instant.
    """
    if bet.placed_at is None:
        raise ValueError(f"bet {bet.number} was never placed, so there is nothing to settle")
    if note := _why_void(bet, results, final_start, status, rules):
        said = [(_void_known_at(bet, results, rules, stated), BetState.VOID)]
    else:
        said, note = _decided(bet, results, final_start + rules.unresolved_after, draw_offered)
    return Verdicts(tuple(_settlements(bet, said, bet.placed_at)), note)


def _why_void(
    bet: Bet, results: Sequence[ResultVersion], final_start: datetime, status: str, rules: RuleProfile
) -> str:
    """Empty where the game was played in time, as far as is known. A postponed one that has a result was played."""
    if status == EventStatus.CANCELLED or (status == EventStatus.POSTPONED and not any(r.is_final for r in results)):
        return f"the game is {status}"
    if not rules.is_in_time(bet.commence_time, final_start):
        return f"moved to {final_start:%Y-%m-%d %H:%M} UTC, not in time by the rules {rules.name}"
    if bet.placed_at is not None and bet.placed_at > final_start:
        return f"placed after the real start, {final_start:%Y-%m-%d %H:%M} UTC"
    return ""


def _void_known_at(
    bet: Bet, results: Sequence[ResultVersion], rules: RuleProfile, stated: Sequence[tuple[datetime, datetime]]
) -> datetime:
    """When the limit had passed, or sooner: when a start out of time was stated, or it was said how the game ended."""
    placed_at = bet.placed_at or bet.decided_at
    moved = [at for at, start in stated if at > placed_at and not rules.is_in_time(bet.commence_time, start)]
    return min([rules.limit(bet.commence_time), *moved, *(version.known_at for version in results)])


def _decided(
    bet: Bet, results: Sequence[ResultVersion], deadline: datetime, draw_offered: bool
) -> tuple[list[_Said], str]:
    """The verdicts on a bet whose game was played in time, and the note on the last."""
    why_not = why_not_graded((bet.market, bet.side, bet.point), bet.sport_key, draw_offered=draw_offered)
    said = list(_told(bet, results, draw_offered, is_gradable=not why_not))
    if not said or said[0][0] > deadline:
        said.insert(0, (deadline, BetState.UNRESOLVED))
    notes = {
        BetState.UNRESOLVED: why_not or f"no result by {deadline:%Y-%m-%d %H:%M} UTC",
        BetState.VOID: "the game was called off",
    }
    return said, notes.get(said[-1][1], "")


def _told(bet: Bet, results: Sequence[ResultVersion], draw_offered: bool, *, is_gradable: bool) -> Iterator[_Said]:
    """What each version of the result says of a bet. Final ones without a score say nothing."""
    refunds = not draw_offered and draw_in(bet.sport_key) is not Draw.ALWAYS
    selection = bet.market, bet.side, bet.point
    for known_at, home, away, is_final in results:
        if not is_final:
            yield known_at, BetState.VOID
        elif home is not None and away is not None:
            graded = grade(selection, home, away, draw_refunds=refunds)
            yield known_at, graded if is_gradable else BetState.UNRESOLVED


def _settlements(bet: Bet, said: Sequence[_Said], placed_at: datetime) -> Iterator[Settlement]:
    """One for each verdict that differs from the one before; none earlier than the bet."""
    for state, same in groupby(said, key=itemgetter(1)):
        known_at = max(next(same)[0], placed_at)
        yield Settlement(known_at, state, returned(state, bet.stake, bet.decimal_price, bet.commission))
