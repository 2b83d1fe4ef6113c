"""Which games there were: what the lists bought of past events tell, and which lists are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet

from events.game_days import EASTERN, bounds
from events.models import Event

from ..choices import Endpoint, ItemState
from ..models import BackfillItem
from .game_sample import Candidate
from .windows import Game
from .wish import Wish

# A list is bought twice a day: in the morning of the league's day and before its evening. A credit each.
LISTED_AT = (time(11), time(23))
# So many days before the first game day the lists begin where openings are wanted: games are listed days ahead.
OPENING_LEAD_DAYS = 4

READ = (ItemState.NORMALISED, ItemState.VERIFIED)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The games of a wish's days as far as they are known."""

    candidates: list[Candidate]  # those that can be drawn
    games: Mapping[str, Game]
    left_out: int  # games gone from the lists before their start, and those without teams


@dataclass(slots=True)
class _Seen:
    """What the lists tell of one event."""

    listed: datetime | None
    last: int  # the number of the last list that has it


def lists_of(wish: Wish, now: datetime) -> list[datetime]:
    """The instants whose lists tell of the games of a wish."""
    if wish.stored_events:
        return []
    first = wish.start - timedelta(days=OPENING_LEAD_DAYS if wish.wants_opening else 0)
    # From the evening before: somewhere on earth a game of the first day begins before noon.
    evening = datetime.combine(first - timedelta(days=1), LISTED_AT[-1], UTC)
    instants = (datetime.combine(day, each, UTC) for day in _days(first, wish.end) for each in LISTED_AT)
    return [instant for instant in (evening, *instants) if instant < now]


def bought_lists(wish: Wish, instants: Sequence[datetime], *, is_sandbox: bool) -> QuerySet[BackfillItem]:
    """The lists among these that are there."""
    return _lists(wish, instants, is_sandbox=is_sandbox).filter(state__in=READ).order_by("requested_at")


def refused_lists(wish: Wish, instants: Sequence[datetime], *, is_sandbox: bool) -> QuerySet[BackfillItem]:
    """Those among these that are not to be had: games may be missing because of them."""
    return _lists(wish, instants, is_sandbox=is_sandbox).filter(state__in=[ItemState.UNAVAILABLE, ItemState.PARKED])


def _lists(wish: Wish, instants: Sequence[datetime], *, is_sandbox: bool) -> QuerySet[BackfillItem]:
    items = BackfillItem.objects.filter(endpoint=Endpoint.HISTORICAL_EVENTS, sport_key=wish.sport_key)
    return items.filter(is_sandbox=is_sandbox, requested_at__in=instants)


def schedule(wish: Wish, now: datetime, *, is_sandbox: bool) -> Schedule:
    """The games that began on the wish's days, by the start last stated, with when they came onto the lists."""
    start, end = bounds(wish.start)[0], min(bounds(wish.end)[1], now)
    events = Event.objects.for_sport(wish.sport_key).filter(is_sandbox=is_sandbox, start_is_day=False)
    events = events.filter(commence_time__gte=start, commence_time__lt=end).order_by("commence_time", "api_id")
    lists = list(bought_lists(wish, lists_of(wish, now), is_sandbox=is_sandbox))
    seen = _seen_in(lists)
    candidates, games, left_out = [], {}, 0
    for event in events:
        if not wish.stored_events and event.api_id not in seen:
            continue
        game = _game(event, seen.get(event.api_id), lists)
        if game.gone is not None or not event.home_team:
            left_out += 1
            continue
        day = event.commence_time.astimezone(EASTERN).date()
        candidates.append(Candidate(event.api_id, day, (event.away_team, event.home_team)))
        games[event.api_id] = game
    return Schedule(candidates, games, left_out)


def _seen_in(lists: Sequence[BackfillItem]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for number, listing in enumerate(lists):
        for event_id in listing.listed or {}:
            if event_id not in seen:
                seen[event_id] = _Seen(listing.answered_at if number else None, number)
            seen[event_id].last = number
    return seen


def _game(event: Event, seen: _Seen | None, lists: Sequence[BackfillItem]) -> Game:
    if seen is None:
        return Game(event.api_id, event.commence_time, None)
    following = lists[seen.last + 1].answered_at if seen.last + 1 < len(lists) else None
    gone = following if following is not None and following < event.commence_time else None
    return Game(event.api_id, event.commence_time, seen.listed, gone)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
