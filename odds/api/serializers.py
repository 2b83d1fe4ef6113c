"""Prices as the API describes them. Points are in score units, prices American."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ..choices import BookmakerKind, Side, Source
from ..opportunities import FINDABLE


def _point() -> Any:
    return serializers.DecimalField(
        max_digits=None, decimal_places=None, allow_null=True, help_text="the line, as this outcome has it"
    )


class Series(serializers.Serializer):
    """What a price is for."""

    event_id = serializers.CharField(help_text="the provider's id")
    bookmaker = serializers.CharField(help_text="its key")
    market = serializers.CharField(help_text="its key")
    outcome = serializers.CharField(help_text="the name as quoted")
    side = serializers.ChoiceField(Side.choices)
    description = serializers.CharField(help_text="the player, in props; else empty")
    point = _point()
    price = serializers.IntegerField(help_text="American")
    decimal_price = serializers.FloatField()


class StandingRow(Series):
    """A price that stood at an instant, and how old the knowledge of it was."""

    odds_timestamp = serializers.DateTimeField(allow_null=True, help_text="the first snapshot that had it")
    valid_until = serializers.DateTimeField(allow_null=True, help_text="null: what came later was not known then")
    last_update = serializers.DateTimeField(allow_null=True, help_text="the bookmaker's own time")
    snapshot_time = serializers.DateTimeField(allow_null=True, help_text="the newest snapshot that speaks for it")
    age_seconds = serializers.FloatField(allow_null=True, help_text="from that snapshot to the instant")
    is_live = serializers.BooleanField(help_text="that snapshot was taken after the start")
    is_valid = serializers.BooleanField(help_text="false: flagged by the checks")
    validation_notes = serializers.CharField()


class ComparedRow(StandingRow):
    """A price beside those of other bookmakers."""

    implied_probability = serializers.FloatField(help_text="1 / decimal price, margin included")
    overround = serializers.FloatField(allow_null=True, help_text="of its line; null where outcomes are missing")
    hold = serializers.FloatField(allow_null=True, help_text="1 - 1 / sum of implied probabilities")


class ChangeRow(Series):
    """A price from the first snapshot that had it to the first that had not."""

    odds_timestamp = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="null while it stands")
    last_update = serializers.DateTimeField(allow_null=True)
    is_live = serializers.BooleanField(help_text="its first snapshot was taken after the start")
    is_valid = serializers.BooleanField()


class BestRow(serializers.Serializer):
    """The best price of an outcome at a point, with all bookmakers that tie."""

    event_id = serializers.CharField()
    market = serializers.CharField()
    outcome = serializers.CharField()
    side = serializers.ChoiceField(Side.choices)
    description = serializers.CharField()
    point = _point()
    price = serializers.IntegerField()
    decimal_price = serializers.FloatField()
    implied_probability = serializers.FloatField()
    bookmakers = serializers.ListField(child=serializers.CharField())
    offers = serializers.IntegerField(help_text="how many bookmakers quote it")
    snapshot_time = serializers.DateTimeField(allow_null=True, help_text="the oldest that speaks for those named")
    age_seconds = serializers.FloatField(allow_null=True)
    is_live = serializers.BooleanField()


class LineRow(serializers.Serializer):
    """A price of an opening or closing line."""

    event_id = serializers.CharField()
    commence_time = serializers.DateTimeField(help_text="as last stated")
    bookmaker = serializers.CharField()
    market = serializers.CharField()
    outcome = serializers.CharField()
    side = serializers.ChoiceField(Side.choices)
    description = serializers.CharField()
    point = _point()
    price = serializers.IntegerField(allow_null=True, help_text="null in an archive that has a line alone")
    decimal_price = serializers.FloatField(allow_null=True)
    odds_timestamp = serializers.DateTimeField(allow_null=True)
    is_valid = serializers.BooleanField()
    snapshot_time = serializers.DateTimeField(allow_null=True)
    minutes_before_start = serializers.FloatField(allow_null=True)
    is_timed = serializers.BooleanField(help_text="false: of an archive that tells no time")


class LegRow(StandingRow):
    """One price to bet on."""

    share = serializers.FloatField(help_text="of the stake; those of all legs sum to 1")
    net_price = serializers.FloatField(help_text="decimal, after commission")


class OpportunityRow(serializers.Serializer):
    """Arbitrage, a middle, low hold or value."""

    event_id = serializers.CharField()
    sport_key = serializers.CharField()
    commence_time = serializers.DateTimeField(help_text="as known at the instant")
    home_team = serializers.CharField()
    away_team = serializers.CharField()
    kind = serializers.ChoiceField([str(kind) for kind in FINDABLE])
    market = serializers.CharField()
    description = serializers.CharField()
    edge = serializers.FloatField(allow_null=True, help_text="profit for each unit staked")
    probability = serializers.FloatField(allow_null=True, help_text="value: the fair chance")
    best_case = serializers.FloatField(allow_null=True, help_text="middle: profit where both legs win")
    width = _point()
    can_push = serializers.BooleanField()
    is_suspect = serializers.BooleanField(help_text="too good to be true")
    is_same_snapshot = serializers.BooleanField()
    note = serializers.CharField()
    legs = LegRow(many=True)


class SnapshotRow(serializers.Serializer):
    """One event as one answer of the provider had it."""

    event_id = serializers.CharField()
    snapshot_time = serializers.DateTimeField(help_text="when the provider said so")
    commence_time = serializers.DateTimeField(help_text="the start as stated in it")
    is_live = serializers.BooleanField(help_text="taken at or after that start")
    source = serializers.ChoiceField(Source.choices)
    asked = serializers.JSONField(help_text="{market: null for every bookmaker, or a list of them}")
    bookmaker_count = serializers.IntegerField()
    raw_data = serializers.JSONField(allow_null=True, help_text="as received; null where it lies in an archive on disk")


class BookmakerRow(serializers.Serializer):
    """A bookmaker that was seen in an answer."""

    bookmaker = serializers.CharField(help_text="its key")
    title = serializers.CharField()
    kind = serializers.ChoiceField(BookmakerKind.choices)
    commission = serializers.FloatField(help_text="fraction of net winnings")
    overround_min = serializers.FloatField(allow_null=True, help_text="null: as for its kind")
    overround_max = serializers.FloatField(allow_null=True)
