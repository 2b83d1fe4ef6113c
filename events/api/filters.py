"""How events are chosen."""

from __future__ import annotations

from rest_framework import serializers

from ..choices import EventStatus
from ..queries import find_sport, find_team
from .fields import DayField, NameField
from .query import RangeQuery


class EventQuery(RangeQuery):
    """By start, day, team, state and sport; all that are given must hold."""

    day = DayField(required=False, help_text="one game day, as counted in US/Eastern")
    team = NameField(find_team, help_text="Lakers, LA Lakers, Los Angeles Lakers")
    status = serializers.ChoiceField(
        EventStatus.choices,
        required=False,
        help_text="a game that began more than a day ago is neither scheduled nor live",
    )
    sport = NameField(find_sport, help_text="nba, basketball_nba")
