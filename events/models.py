"""What is played, when, and how it ended."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from .choices import EventStatus
from .querysets import EventQuerySet


class Event(models.Model):
    """One game, identified by the provider's id and by nothing else.

    Teams and day do not identify a game: two games of the same teams on one UTC day happen, and the start moves.
    """

    id = models.AutoField(primary_key=True)
    api_id = models.CharField("event id", unique=True, help_text="the provider's id, the same in every endpoint")
    sport_key = models.CharField(db_index=True)
    sport_title = models.CharField(blank=True)
    commence_time = models.DateTimeField(db_index=True, help_text="start as last stated; each snapshot keeps its own")
    home_team = models.CharField(blank=True, help_text="empty for outrights")
    away_team = models.CharField(blank=True)
    status = models.CharField(max_length=9, choices=EventStatus, default=EventStatus.SCHEDULED)
    status_is_manual = models.BooleanField(default=False, help_text="set by a person; no job changes it")
    home_score = models.IntegerField(null=True, blank=True)
    away_score = models.IntegerField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True, help_text="when the provider first called it completed")
    closing_at = models.DateTimeField(null=True, blank=True, help_text="last pre-match snapshot, if any")
    observed_at = models.DateTimeField(help_text="time of the newest answer that these facts come from")
    start_is_day = models.BooleanField(
        default=False,
        db_default=False,
        help_text="only the day of the start is known: it is given as noon of that day, league time",
    )
    is_sandbox = models.BooleanField(default=False, db_default=False, help_text="made up by the sandbox")
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text="when it was first gone from the list of events to come; empty while listed"
    )
    missed_listings = models.SmallIntegerField(default=0, db_default=0, help_text="how many lists in a row lack it")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-commence_time", "api_id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=EventStatus.values), name="events_event_status_known"),
            models.CheckConstraint(condition=~models.Q(api_id=""), name="events_event_api_id_given"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.start_shown}"

    @property
    def start_shown(self) -> str:
        """'2026-01-15 00:30 UTC', or the league's day alone where no more is known."""
        if self.start_is_day:
            return f"{self.commence_time:%Y-%m-%d}"
        return f"{self.commence_time:%Y-%m-%d %H:%M} UTC"

    @property
    def title(self) -> str:
        """'Away @ Home', or the sport's title for an event without teams."""
        return f"{self.away_team} @ {self.home_team}" if self.home_team else self.sport_title or self.sport_key


class EventScore(models.Model):
    """A score as it was given at one time. All are kept: results are corrected after the final whistle."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="scores")
    observed_at = models.DateTimeField()
    completed = models.BooleanField()
    home_score = models.IntegerField(null=True, blank=True)
    away_score = models.IntegerField(null=True, blank=True)
    last_update = models.DateTimeField(null=True, blank=True, help_text="the provider's own time of this score")
    origin = models.CharField(
        blank=True, default="", db_default="", help_text="what it was imported from; empty: the provider"
    )
    trust = models.SmallIntegerField(
        default=0, db_default=0, help_text="the score of most trust is shown, of equals the newest; 0 as the provider's"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["event", "observed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "observed_at", "origin"], name="events_eventscore_once_per_instant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.away_score}–{self.home_score} at {self.observed_at:%Y-%m-%d %H:%M} UTC"


class TeamAlias(models.Model):
    """Another name of a team, as some archive or file has it. These go before the names that ship with the project."""

    sport_key = models.CharField()
    alias = models.CharField(help_text="as it is written there; case, points and blanks do not matter")
    team = models.CharField(help_text="as the provider writes it")

    class Meta:
        ordering = ["sport_key", "alias"]
        verbose_name_plural = "team aliases"
        constraints = [models.UniqueConstraint(fields=["sport_key", "alias"], name="events_teamalias_once")]

    def __str__(self) -> str:
        return f"{self.alias} is {self.team}"
