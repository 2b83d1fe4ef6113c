"""What a file calls a team, as the provider's name of it.

Archives have names of their own ('L.A. Lakers', 'LALakers', 'lal') and those of their day ('New Jersey'). What is known
ships in team_aliases.csv; what a person adds in the admin goes before it. Nothing is guessed.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db.models import Value

from .models import Event, TeamAlias
from .names import nearest

Alias = tuple[str, str]
"""(as it is written somewhere, as the provider writes it)"""

SHIPPED = Path(__file__).with_name("team_aliases.csv")


class TeamNames:
    """The teams of one sport by any name that is known of them."""

    def __init__(
        self, *, own: Collection[Alias] = (), stored: Collection[str] = (), shipped: Collection[Alias] = ()
    ) -> None:
        """From a person's aliases, the names of stored events, and what ships; each goes before those after it."""
        self.teams = frozenset([*stored, *(team for _, team in shipped)])
        self._spellings = dict([*((team, team) for team in self.teams), *shipped, *own])
        self._own = _by_letters(own)
        self._written = {name: name for name in stored}
        self._stored = _by_letters([(name, name) for name in stored])
        self._shipped = _by_letters([*shipped, *((team, team) for _, team in shipped)])

    @classmethod
    def of(cls, sport_key: str) -> TeamNames:
        """All that is known of a sport's teams now. One query."""
        events = Event.objects.for_sport(sport_key).filter(is_sandbox=False).order_by()
        own = TeamAlias.objects.filter(sport_key=sport_key).order_by().values_list("alias", "team")
        sides = (events.exclude(**{side: ""}).values_list(side, Value("")) for side in ("home_team", "away_team"))
        rows = list(own.union(*sides))
        return cls(
            own=[(name, team) for name, team in rows if team],
            stored=[name for name, team in rows if not team],
            shipped=shipped_aliases().get(sport_key, ()),
        )

    def team(self, name: str) -> str | None:
        """The provider's name of the team called so; None if nobody or several are. Case, points and blanks are one."""
        letters = letters_of(name)
        return self._own[letters] or None if letters in self._own else self.team_without_own(name)

    def team_without_own(self, name: str) -> str | None:
        """As `team`, where no person has added a name."""
        letters = letters_of(name)
        levels = ((self._written, name), (self._stored, letters), (self._shipped, letters))
        return next((teams[key] or None for teams, key in levels if key in teams), None)

    def suggestions(self, name: str) -> tuple[str, ...]:
        """Up to three teams with a name most like this one, best first; empty if none is much like it."""
        return tuple(nearest(name, self._spellings))


def known_teams() -> dict[str, set[str]]:
    """The teams of every sport of which there are stored events or shipped names, or that is collected. One query.

    A sport that is collected and of which nothing is stored yet has none.
    """
    teams: dict[str, set[str]] = {sport_key: set() for sport_key in settings.SPORTS}
    events = Event.objects.filter(is_sandbox=False).order_by()
    homes, aways = (events.exclude(**{side: ""}).values_list("sport_key", side) for side in ("home_team", "away_team"))
    shipped = ((sport_key, team) for sport_key, aliases in shipped_aliases().items() for _, team in aliases)
    for sport_key, team in chain(homes.union(aways), shipped):
        teams.setdefault(sport_key, set()).add(team)
    return teams


@lru_cache(maxsize=4096)
def letters_of(name: str) -> str:
    """The letters and digits of a name in one case, as NFKC has them: equal for 'L.A. Lakers' and 'LALakers'."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


@cache
def shipped_aliases() -> dict[str, tuple[Alias, ...]]:
    """What ships with the project, by sport."""
    aliases: dict[str, tuple[Alias, ...]] = {}
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            aliases[row["sport_key"]] = (*aliases.get(row["sport_key"], ()), (row["alias"], row["team"]))
    return aliases


def _by_letters(aliases: Iterable[Alias]) -> dict[str, str]:
    """Teams by the letters of their names; "" where two teams are called so."""
    teams: dict[str, str] = {}
    for alias, team in aliases:
        letters = letters_of(alias)
        if letters:
            teams[letters] = team if teams.get(letters, team) == team else ""
    return teams
