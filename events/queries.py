"""Events found by what people type."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from .models import Event
from .names import SPORT_KEY, UnresolvedName, listed, nearest, resolve, spellings

_CANDIDATES = 2_000


def find_event(typed: str) -> Event:
    """The event of this id of the provider's, or the only one whose id begins so.

    Raises UnresolvedName, with the ids that fit or the nearest ones.
    """
    event = Event.objects.with_api_id(typed).first()
    if event is not None:
        return event
    is_prefix = typed != "" and "\0" not in typed
    starting = list(Event.objects.filter(api_id__startswith=typed).order_by("api_id")[:20]) if is_prefix else []
    if len(starting) == 1:
        return starting[0]
    if starting:
        raise UnresolvedName(f"event {typed!r} fits several: {listed(event.api_id for event in starting)}")
    raise UnresolvedName(_unknown_event(typed))


def find_team(typed: str) -> str:
    """The stored name of the team that is meant. Raises UnresolvedName, with the names that fit or the nearest ones."""
    return resolve("team", typed, {name: name for name in Event.objects.team_names()})


def find_sport(typed: str) -> str:
    """The key of the sport that is meant by its key, its title or a part: 'nba' is basketball_nba."""
    return resolve("sport", typed, spellings(_sports()))


def new_sport(typed: str) -> str:
    """The key of a sport of which nothing need be stored yet: any key, or what one of SPORTS is called."""
    if SPORT_KEY.fullmatch(typed):
        return typed
    return resolve("sport", typed, spellings([*_sports(), *((key, key) for key in settings.SPORTS)]))


def _sports() -> Iterable[tuple[str, str]]:
    """The keys and titles of the sports of which something is stored."""
    return Event.objects.order_by().values_list("sport_key", "sport_title").distinct()


def _unknown_event(typed: str) -> str:
    ids = set(Event.objects.values_list("api_id", flat=True)[:_CANDIDATES])
    ids |= set(Event.objects.filter(api_id__startswith=typed[:4]).values_list("api_id", flat=True)[:_CANDIDATES])
    near = nearest(typed, {api_id: api_id for api_id in ids})
    if near:
        return f"no event {typed!r}; did you mean {' or '.join(near)}?"
    try:
        team = find_team(typed)
    except UnresolvedName:
        return f"no event {typed!r}; list_events shows the ids"
    return f"no event {typed!r}; list_events --team {typed!r} shows the ids of the events of the {team}"
