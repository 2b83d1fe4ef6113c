"""How calls are chosen."""

from __future__ import annotations

from rest_framework import serializers

from events.api.fields import NameField
from events.api.query import Query, RangeQuery
from events.queries import find_sport

from ..choices import CallState, Endpoint, Purpose


class CallQuery(RangeQuery):
    """By when the credits were reserved, and by kind."""

    purpose = serializers.ChoiceField(Purpose.choices, required=False)
    endpoint = serializers.ChoiceField(Endpoint.choices, required=False)
    state = serializers.ChoiceField(CallState.choices, required=False)
    sport = NameField(find_sport, help_text="nba, basketball_nba")
    success = serializers.BooleanField(required=False)


class CreditsQuery(Query):
    forecast = serializers.BooleanField(default=False, help_text="also what both ways of sampling cost until the reset")
