"""Runs and bets as the API describes them."""

from __future__ import annotations

from rest_framework import serializers

from odds.choices import Side

from ..choices import BetState, RunKind, RunState


class RunRow(serializers.Serializer):
    """One configuration run on one range of data. docs/metrics.md defines the metrics."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(RunKind.choices)
    state = serializers.ChoiceField(RunState.choices)
    group = serializers.CharField(help_text="of one sweep: what its runs share")
    strategy = serializers.CharField()
    parameters = serializers.JSONField()
    decides = serializers.CharField(help_text="60m, change, 17:00, open, close")
    staking = serializers.CharField()
    terms = serializers.JSONField()
    configuration = serializers.CharField(help_text="a digest: equal for equal trials")
    sport_key = serializers.CharField()
    start = serializers.DateTimeField(help_text="events that begin at or after this")
    end = serializers.DateTimeField(help_text="and before this")
    initial_bankroll = serializers.FloatField()
    seed = serializers.IntegerField()
    data_fingerprint = serializers.CharField()
    code_version = serializers.CharField()
    metrics = serializers.JSONField(help_text="empty until it is done")
    coverage = serializers.JSONField()
    error = serializers.CharField()


class BetRow(serializers.Serializer):
    """One leg of one position. Money is in units of the bankroll."""

    number = serializers.IntegerField(help_text="from 1, in the order of decisions")
    position = serializers.IntegerField(help_text="bets that share it were placed as one")
    kind = serializers.CharField()
    event_id = serializers.CharField()
    sport_key = serializers.CharField()
    home_team = serializers.CharField()
    away_team = serializers.CharField()
    commence_time = serializers.DateTimeField(help_text="as known at the decision")
    decided_at = serializers.DateTimeField()
    placed_at = serializers.DateTimeField(allow_null=True, help_text="null where it was not filled")
    bookmaker = serializers.CharField()
    market = serializers.CharField()
    outcome = serializers.CharField()
    side = serializers.ChoiceField(Side.choices)
    description = serializers.CharField()
    point = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)
    price = serializers.IntegerField(help_text="American")
    decimal_price = serializers.FloatField()
    is_timed = serializers.BooleanField()
    age_seconds = serializers.FloatField(allow_null=True)
    probability = serializers.FloatField(allow_null=True)
    edge = serializers.FloatField(allow_null=True)
    stake = serializers.FloatField()
    commission = serializers.FloatField()
    cost = serializers.FloatField()
    bankroll = serializers.FloatField(help_text="cash at hand when it was decided")
    state = serializers.ChoiceField(BetState.choices)
    settled_at = serializers.DateTimeField(allow_null=True)
    returned = serializers.FloatField(help_text="stake included")
    profit = serializers.FloatField()
    settlements = serializers.JSONField(help_text="[[time, state, returned], …]: the last is in force")
    note = serializers.CharField()
    closing_decimal = serializers.FloatField(allow_null=True)
    closing_fair = serializers.FloatField(allow_null=True)
    closing_point = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)
    closing_age_minutes = serializers.FloatField(allow_null=True)
    clv = serializers.FloatField(allow_null=True)
    clv_points = serializers.FloatField(allow_null=True)


class EquityRow(serializers.Serializer):
    """The money after everything that happened at an instant."""

    moment = serializers.DateTimeField()
    cash = serializers.FloatField()
    open_stakes = serializers.FloatField(help_text="at cost")
    equity = serializers.FloatField(help_text="both together")
