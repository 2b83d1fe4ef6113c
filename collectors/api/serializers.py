"""Collecting as the API describes it: calls, credits, state."""

from __future__ import annotations

from rest_framework import serializers

from ..choices import CallState, Endpoint, Purpose, SamplingMode
from ..verdict import Verdict


class CallRow(serializers.Serializer):
    """One attempt of one call to the provider."""

    request_id = serializers.UUIDField()
    purpose = serializers.ChoiceField(Purpose.choices)
    endpoint = serializers.ChoiceField(Endpoint.choices)
    sport_key = serializers.CharField()
    event_id = serializers.CharField(help_text="for odds of one event; else empty")
    parameters = serializers.JSONField(help_text="as sent, but for the key")
    tick = serializers.DateTimeField(allow_null=True, help_text="the planned instant that it serves")
    attempt = serializers.IntegerField()
    state = serializers.ChoiceField(CallState.choices)
    credits_reserved = serializers.IntegerField(help_text="the most it can cost")
    credits_charged = serializers.IntegerField(allow_null=True, help_text="null until known")
    credits_used = serializers.IntegerField(allow_null=True, help_text="x-requests-used of its answer")
    api_quota_remaining = serializers.IntegerField(allow_null=True, help_text="x-requests-remaining of its answer")
    fetch_time = serializers.DateTimeField(help_text="when the credits were reserved")
    sent_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    http_status = serializers.IntegerField(allow_null=True)
    response_time_ms = serializers.IntegerField(allow_null=True)
    events_count = serializers.IntegerField(allow_null=True)
    bookmakers_count = serializers.IntegerField(allow_null=True)
    success = serializers.BooleanField()
    error_code = serializers.CharField()
    error_message = serializers.CharField()


class AllowanceRow(serializers.Serializer):
    """What one purpose may spend."""

    purpose = serializers.ChoiceField(Purpose.choices)
    ceiling = serializers.IntegerField(help_text="it ends where so many credits are used, by whatever purpose")
    left = serializers.IntegerField()


class SpentRow(serializers.Serializer):
    """Calls for one purpose to one endpoint."""

    purpose = serializers.ChoiceField(Purpose.choices)
    endpoint = serializers.ChoiceField(Endpoint.choices)
    calls = serializers.IntegerField()
    credits = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="of these credits, those that are not known yet")


class DayRow(serializers.Serializer):
    """What one day (UTC) cost."""

    day = serializers.DateField()
    calls = serializers.IntegerField()
    credits = serializers.IntegerField()


class ForecastRow(serializers.Serializer):
    """What one way of sampling costs until the reset."""

    mode = serializers.ChoiceField(SamplingMode.choices)
    in_effect = serializers.BooleanField()
    live = serializers.IntegerField()
    scores = serializers.IntegerField()
    left = serializers.IntegerField()
    fits = serializers.BooleanField()
    exhausted_at = serializers.DateTimeField(allow_null=True)
    given_up = serializers.CharField(help_text="what has to be given up to fit")
    frugal_need = serializers.IntegerField()
    frugal_fits = serializers.BooleanField()
    need = serializers.IntegerField(help_text="live and scores together")


class CreditsDocument(serializers.Serializer):
    """The credits of the period under way. Without `since` no answer has told of any yet."""

    sandbox = serializers.BooleanField()
    account = serializers.CharField(help_text="a fingerprint of the key")
    since = serializers.DateTimeField(allow_null=True)
    quota = serializers.IntegerField()
    quota_used = serializers.IntegerField()
    credits_pending = serializers.IntegerField(help_text="the most that calls of unknown cost can have used")
    pending_calls = serializers.IntegerField()
    quota_remaining = serializers.IntegerField(allow_null=True, help_text="as the provider said")
    quota_seen_at = serializers.DateTimeField(allow_null=True)
    used_before = serializers.IntegerField()
    used_elsewhere = serializers.IntegerField()
    percent = serializers.FloatField()
    resets_at = serializers.DateTimeField()
    live_need = serializers.IntegerField()
    allowances = AllowanceRow(many=True)
    spent = SpentRow(many=True)
    days = DayRow(many=True)
    forecasts = ForecastRow(many=True, required=False, help_text="with `forecast=true`")


class StatusDocument(serializers.Serializer):
    """How collecting goes, what is stored, and what is left."""

    status = serializers.ChoiceField([str(verdict) for verdict in Verdict])
    warnings = serializers.ListField(child=serializers.CharField())
    last_fetch = serializers.DateTimeField(allow_null=True)
    last_backfill = serializers.DateTimeField(allow_null=True)
    events_scheduled = serializers.IntegerField()
    events_total = serializers.IntegerField()
    odds_records = serializers.IntegerField()
    price_points = serializers.IntegerField()
    estimated = serializers.ListField(child=serializers.CharField(), help_text="figures not counted one by one")
    quota = serializers.IntegerField()
    quota_used = serializers.IntegerField(allow_null=True)
    quota_remaining = serializers.IntegerField(allow_null=True)
    quota_percent = serializers.FloatField(allow_null=True)
    quota_seen_at = serializers.DateTimeField(allow_null=True)
    quota_resets_at = serializers.DateTimeField(allow_null=True)
    credits_pending = serializers.IntegerField(allow_null=True)
    forecast_need = serializers.IntegerField(allow_null=True)
    db_size_bytes = serializers.IntegerField()
    growth_bytes_24h_estimate = serializers.IntegerField(allow_null=True)
    growth_bytes_7d_estimate = serializers.IntegerField(allow_null=True)
    fetch_success_rate_24h = serializers.FloatField(allow_null=True)
    validation_warnings = serializers.IntegerField()
    validation_warning_rate = serializers.FloatField(allow_null=True)
    sandbox = serializers.BooleanField()
    scheduler = serializers.CharField(help_text="running, silent, died, stopped, never started")
    heartbeat_at = serializers.DateTimeField(allow_null=True)
    heartbeat_age_seconds = serializers.FloatField(allow_null=True)
    missing_jobs = serializers.ListField(child=serializers.CharField())
    sampling_mode = serializers.CharField()
    throttle_note = serializers.CharField()
    paused_at = serializers.DateTimeField(allow_null=True)
    pause_code = serializers.CharField()
    pause_reason = serializers.CharField()
    paid_calls_24h = serializers.IntegerField()
    ticks_missed_24h = serializers.IntegerField()
    ticks_failed_24h = serializers.IntegerField()
    ticks_interrupted_24h = serializers.IntegerField()
    spool_depth = serializers.IntegerField()
    spool_quarantined = serializers.IntegerField()
    disk_free_bytes = serializers.IntegerField(allow_null=True)
    unread_responses = serializers.IntegerField()
    parked_responses = serializers.IntegerField()
    vanished_events = serializers.IntegerField()
    unresolved_events = serializers.IntegerField()
    last_backup = serializers.DateTimeField(allow_null=True)
    last_drill = serializers.DateTimeField(allow_null=True)
    drill_problem = serializers.CharField()
