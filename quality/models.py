"""What was found wrong, what a person made of it, and what has to be told."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from events.models import Event
from odds.fields import ExactJSONField

from .choices import AlertState, IssueType, ReviewState, Severity
from .querysets import AlertQuerySet, DataQualityLogQuerySet


class DataQualityLog(models.Model):
    """One fault, for as long as it stands: however often it is seen, it is one entry.

    It ends by itself when an answer that speaks for it no longer shows it, and goes on if it comes back.
    """

    id = models.BigAutoField(primary_key=True)
    fingerprint = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of what makes two sightings one fault"
    )
    severity = models.CharField(max_length=8, choices=Severity)
    issue_type = models.CharField(max_length=24, choices=IssueType)
    sport_key = models.CharField(blank=True)
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True, related_name="issues")
    bookmaker = models.CharField(blank=True, help_text="its key; empty where it is not about one")
    market = models.CharField(blank=True, help_text="its key; empty where it is not about one")
    outcome = models.CharField(blank=True, help_text="as quoted; empty where it is about the whole market")
    description = models.TextField(help_text="what, where, the value seen and the value expected")
    raw_data = ExactJSONField(null=True, blank=True, help_text="the offending part of the answer, as last seen")
    first_seen = models.DateTimeField(help_text="the first snapshot that showed it")
    last_seen = models.DateTimeField(help_text="the last snapshot that showed it")
    occurrences = models.IntegerField(default=1, help_text="how many snapshots showed it")
    ended_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="the first later snapshot that should have shown it and did not; empty while it stands",
    )
    is_derived = models.BooleanField(
        default=False, db_default=False, help_text="found again whenever the stored answers are judged anew"
    )
    review = models.CharField(max_length=12, choices=ReviewState, default=ReviewState.OPEN, db_default=ReviewState.OPEN)
    created_at = models.DateTimeField(db_default=Now())

    objects = DataQualityLogQuerySet.as_manager()

    class Meta:
        verbose_name = "quality entry"
        verbose_name_plural = "quality entries"
        ordering = ["-last_seen", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="quality_log_severity_known"),
            models.CheckConstraint(condition=Q(issue_type__in=IssueType.values), name="quality_log_type_known"),
            models.CheckConstraint(condition=Q(review__in=ReviewState.values), name="quality_log_review_known"),
            models.CheckConstraint(condition=Q(last_seen__gte=F("first_seen")), name="quality_log_times_in_order"),
            models.CheckConstraint(condition=Q(occurrences__gte=1), name="quality_log_seen_once"),
        ]
        indexes = [
            models.Index(fields=["event", "bookmaker", "market"], name="quality_log_event"),
            models.Index(fields=["last_seen"], name="quality_log_last_seen"),
            # What stands, for every answer that comes in and for the queue.
            models.Index(fields=["issue_type"], condition=Q(ended_at__isnull=True), name="quality_log_standing"),
        ]

    def __str__(self) -> str:
        where = " ".join(part for part in (self.bookmaker, self.market, self.outcome) if part)
        return f"{self.get_issue_type_display()}: {where or self.sport_key or 'an answer'}"

    @property
    def stands(self) -> bool:
        return self.ended_at is None


class Review(models.Model):
    """What a person decided about an entry, when and why. Every decision is kept."""

    entry = models.ForeignKey(DataQualityLog, models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=12, choices=ReviewState, help_text="what the entry was made")
    note = models.TextField(blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ["reviewed_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="quality_review_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} at {self.reviewed_at:%Y-%m-%d %H:%M} UTC"


class Alert(models.Model):
    """A message for people, kept until a channel has taken it."""

    key = models.CharField(help_text="what it is about: the same is told once in a while, however often it happens")
    severity = models.CharField(max_length=8, choices=Severity)
    title = models.CharField()
    text = models.TextField()
    state = models.CharField(max_length=9, choices=AlertState, default=AlertState.PENDING)
    repeats = models.IntegerField(default=0, help_text="how often it happened again and was not told again")
    attempts = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(help_text="not before this")
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(blank=True, help_text="why the last attempt failed")
    taken_by = ArrayField(
        models.CharField(), default=list, blank=True, help_text="fingerprints of the channels that have it"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="quality_alert_severity_known"),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="quality_alert_state_known"),
        ]
        indexes = [
            models.Index(fields=["key", "created_at"], name="quality_alert_key"),
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="quality_alert_pending"),
        ]

    def __str__(self) -> str:
        return self.title
