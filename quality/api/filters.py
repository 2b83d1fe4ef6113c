"""How entries and figures are chosen."""

from __future__ import annotations

from datetime import timedelta

from rest_framework import serializers

from events.api.fields import NameField, TextField
from events.api.query import RangeQuery
from events.queries import find_sport
from odds.lookups import find_bookmaker, find_market

from ..choices import IssueType, ReviewState, Severity


class EntryQuery(RangeQuery):
    """By when it was last seen, and by what it is about."""

    severity = serializers.ChoiceField(Severity.choices, required=False)
    issue_type = serializers.ChoiceField(IssueType.choices, required=False)
    review = serializers.ChoiceField(ReviewState.choices, required=False)
    standing = serializers.BooleanField(required=False, help_text="true: those that stand; false: those that ended")
    event_id = TextField(help_text="the provider's id")
    bookmaker = NameField(find_bookmaker, help_text="fanduel, Caesars")
    market = NameField(find_market, help_text="h2h, moneyline, spreads")
    sport = NameField(find_sport, help_text="nba, basketball_nba")


class FigureQuery(RangeQuery):
    """Of the snapshots taken in a range: the last seven days unless given."""

    longest = timedelta(days=92)
    bookmaker = NameField(find_bookmaker, help_text="fanduel, Caesars")
    market = NameField(find_market, help_text="h2h, moneyline, spreads")
    sport = NameField(find_sport, help_text="nba, basketball_nba")
    live = serializers.BooleanField(default=False, help_text="also snapshots taken after the start of their game")
