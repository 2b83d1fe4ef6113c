"""The quality log and its figures as the API describes them."""

from __future__ import annotations

from rest_framework import serializers

from ..choices import IssueType, ReviewState, Severity


class EntryRow(serializers.Serializer):
    """One fault, for as long as it stands."""

    id = serializers.IntegerField()
    severity = serializers.ChoiceField(Severity.choices)
    issue_type = serializers.ChoiceField(IssueType.choices)
    sport_key = serializers.CharField()
    event_id = serializers.CharField(allow_null=True, help_text="the provider's id; null where it is about no event")
    bookmaker = serializers.CharField()
    market = serializers.CharField()
    outcome = serializers.CharField()
    description = serializers.CharField(help_text="what, where, the value seen and the value expected")
    first_seen = serializers.DateTimeField(help_text="the first snapshot that showed it")
    last_seen = serializers.DateTimeField(help_text="the last one")
    occurrences = serializers.IntegerField(help_text="how many snapshots showed it")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="null while it stands")
    review = serializers.ChoiceField(ReviewState.choices, help_text="what a person made of it")


class FigureRow(serializers.Serializer):
    """One bookmaker in one market over a period; docs/quality-figures.md defines every figure."""

    bookmaker = serializers.CharField()
    market = serializers.CharField()
    asked = serializers.IntegerField(help_text="snapshots of single events that asked for it")
    quoted = serializers.IntegerField(help_text="those of them that had a price of it")
    coverage = serializers.FloatField(allow_null=True, help_text="quoted / asked")
    last_quoted = serializers.DateTimeField(allow_null=True)
    changes = serializers.IntegerField()
    age_median_seconds = serializers.FloatField(allow_null=True)
    age_p95_seconds = serializers.FloatField(allow_null=True)
    flags = serializers.IntegerField()
    flags_per_thousand = serializers.FloatField(allow_null=True)
    lines = serializers.IntegerField()
    overround_median = serializers.FloatField(allow_null=True)
    overround_mad = serializers.FloatField(allow_null=True)
    moves = serializers.IntegerField()
    first = serializers.FloatField()
    first_share = serializers.FloatField(allow_null=True)
    resolution_seconds = serializers.FloatField(allow_null=True)
