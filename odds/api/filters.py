"""How prices are chosen."""

from __future__ import annotations

from datetime import timedelta

from rest_framework import serializers

from events.api.fields import InstantField, NameField, TextField
from events.api.query import Query, RangeQuery
from events.queries import find_sport

from ..lookups import find_bookmaker, find_market
from ..opportunities import FINDABLE
from ..opportunity_choice import CONSENSUS, METHODS, MIN_EDGE, SHARP


class MarketQuery(Query):
    as_of = InstantField(required=False, help_text="what stood at this instant, with its offset; now unless given")
    market = NameField(find_market, help_text="h2h, moneyline, spreads")


class PriceQuery(MarketQuery):
    bookmaker = NameField(find_bookmaker, help_text="fanduel, Caesars")
    live = serializers.BooleanField(required=False, help_text="only prices in play (true) or before the start (false)")


class SeriesQuery(Query):
    bookmaker = NameField(find_bookmaker, help_text="fanduel, Caesars")
    market = NameField(find_market, help_text="h2h, moneyline, spreads")


class MovementQuery(SeriesQuery):
    live = serializers.BooleanField(required=False, help_text="only prices that began in play, or before the start")


class SnapshotQuery(RangeQuery):
    longest = timedelta(days=366)
    live = serializers.BooleanField(required=False, help_text="only those taken in play, or before the start")


class OpportunityQuery(Query):
    as_of = InstantField(required=False, help_text="what stood at this instant; now unless given")
    kind = serializers.ListField(
        child=serializers.ChoiceField([str(kind) for kind in FINDABLE]),
        required=False,
        max_length=len(FINDABLE),
        help_text="repeatable; all unless given",
    )
    event_id = TextField(help_text="only this event; `sport` and `days` do not count then")
    sport = NameField(find_sport, help_text="nba, basketball_nba")
    days = serializers.IntegerField(
        min_value=1, max_value=31, default=7, help_text="events that start within so many days"
    )
    min_edge = serializers.FloatField(
        min_value=-0.99, max_value=0.99, default=MIN_EDGE, help_text="what arbitrage and value win: 0.01 for 1 %"
    )
    max_age = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="minutes; MAX_QUOTE_AGE_MINUTES unless given"
    )
    sharp = TextField(default=SHARP, help_text=f"whose prices are fair: a bookmaker, or {CONSENSUS}")
    devig = serializers.ChoiceField(METHODS, default=METHODS[0], help_text="how the margin is removed")
