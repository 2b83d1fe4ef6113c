"""Events as the API describes them."""

from __future__ import annotations

from rest_framework import serializers

from ..choices import EventStatus


class EventRow(serializers.Serializer):
    """One event. An event without a known hour has `start_is_day`; scores are null before there are any."""

    event_id = serializers.CharField(help_text="the provider's id")
    sport_key = serializers.CharField()
    sport_title = serializers.CharField()
    commence_time = serializers.DateTimeField(help_text="the start as last stated")
    start_is_day = serializers.BooleanField(help_text="only the day of the start is known")
    home_team = serializers.CharField(help_text="empty for outrights")
    away_team = serializers.CharField()
    status = serializers.ChoiceField(EventStatus.choices)
    home_score = serializers.IntegerField(allow_null=True)
    away_score = serializers.IntegerField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True, help_text="when the provider first called it completed")
    closing_at = serializers.DateTimeField(allow_null=True, help_text="the last pre-match snapshot")
