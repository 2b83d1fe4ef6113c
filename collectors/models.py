"""The ledger of every call, the answers as received, and what the scheduler has done."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .choices import ArchiveFormat, CallState, Endpoint, ItemState, Job, Purpose, RunState, SamplingMode, TickState
from .querysets import FetchLogQuerySet


class CreditPeriod(models.Model):
    """The credits of one key from one reset to the next, as the provider's headers told of them.

    `used` = `used_before` + `used_elsewhere` + `charged`, once the cost of every call is known.
    """

    account = models.CharField(help_text="a fingerprint of key and host; the key itself is stored nowhere")
    started_at = models.DateTimeField(help_text="the first answer of the period")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="the first answer of the next one")
    used = models.IntegerField(default=0, help_text="the most that was seen in x-requests-used")
    remaining = models.IntegerField(null=True, blank=True, help_text="the newest x-requests-remaining")
    seen_at = models.DateTimeField(null=True, blank=True, help_text="when `used` was seen")
    plan = models.IntegerField(null=True, blank=True, help_text="used and remaining together: what the plan holds")
    doubted_used = models.IntegerField(
        null=True, blank=True, help_text="a count that contradicts; believed if repeated"
    )
    doubted_plan = models.IntegerField(null=True, blank=True, help_text="used and remaining together in that count")
    charged = models.IntegerField(default=0, help_text="what our own calls were charged, as far as it is known")
    used_before = models.IntegerField(default=0, help_text="used when our first call of the period was made")
    used_elsewhere = models.IntegerField(default=0, help_text="used since, and by none of our calls")
    warned_percent = models.SmallIntegerField(default=0, help_text="the highest threshold that was warned of")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True), name="collectors_creditperiod_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} since {self.started_at:%Y-%m-%d}"


class FetchLog(models.Model):
    """One attempt of one call to the provider: what it was for, what it cost and how it ended."""

    request_id = models.UUIDField(unique=True)
    period = models.ForeignKey(CreditPeriod, models.PROTECT, related_name="calls", null=True, blank=True)
    account = models.CharField(help_text="as in the period")
    purpose = models.CharField(max_length=8, choices=Purpose)
    endpoint = models.CharField(max_length=21, choices=Endpoint)
    sport_key = models.CharField(blank=True, default="")
    event_id = models.CharField(
        "event id", blank=True, default="", help_text="the provider's id, for odds of one event"
    )
    parameters = models.JSONField(default=dict, help_text="as sent, but for the key")
    digest = models.CharField(max_length=32, help_text="of endpoint, sport, event and parameters: calls alike share it")
    tick = models.DateTimeField(null=True, blank=True, help_text="the planned instant that this call serves")
    attempt = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=CallState, default=CallState.RESERVED)
    holder = models.BigIntegerField(help_text="the advisory lock that its process holds while it lives")
    credits_reserved = models.IntegerField(help_text="the most it can cost")
    credits_charged = models.IntegerField(null=True, blank=True, help_text="empty until known: counts as reserved")
    credits_used = models.IntegerField(null=True, blank=True, help_text="x-requests-used of its answer")
    api_quota_remaining = models.IntegerField(null=True, blank=True, help_text="x-requests-remaining of its answer")
    fetch_time = models.DateTimeField(help_text="when the credits were reserved")
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True, help_text="the snapshot time of what it brought")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when it was answered or given up")
    http_status = models.SmallIntegerField(null=True, blank=True)
    response_time_ms = models.IntegerField(null=True, blank=True)
    events_count = models.IntegerField(null=True, blank=True)
    bookmakers_count = models.IntegerField(null=True, blank=True)
    success = models.BooleanField(default=False)
    error_code = models.CharField(blank=True, default="")
    error_message = models.CharField(blank=True, default="")

    objects = FetchLogQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "call"
        verbose_name_plural = "calls"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "endpoint", "digest", "tick", "attempt"],
                condition=Q(tick__isnull=False, credits_reserved__gt=0),
                name="collectors_fetchlog_once_per_tick",
            ),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="collectors_fetchlog_state_known"),
            models.CheckConstraint(condition=Q(credits_reserved__gte=0), name="collectors_fetchlog_reserved_positive"),
            models.CheckConstraint(
                condition=~Q(state=CallState.RELEASED) | Q(credits_charged=0, sent_at__isnull=True),
                name="collectors_fetchlog_released_is_free",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=Q(credits_charged__isnull=True),
                name="collectors_fetchlog_unsettled",
            ),
            models.Index(fields=["fetch_time"], name="collectors_fetchlog_time"),
            models.Index(fields=["digest", "fetch_time"], name="collectors_fetchlog_alike"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.sport_key} at {self.fetch_time:%Y-%m-%d %H:%M:%S} UTC"


class RawResponse(models.Model):
    """The body of one answer, byte for byte. Kept RAW_RESPONSE_DAYS once it was read, for ever if it cannot be."""

    call = models.OneToOneField(FetchLog, models.PROTECT, related_name="response")
    received_at = models.DateTimeField()
    body = models.BinaryField(help_text="compressed with zlib")
    sha256 = models.CharField(max_length=64, help_text="of the body as received")
    size = models.IntegerField(help_text="bytes of the body as received")
    damage = models.CharField(
        blank=True, default="", help_text="truncated, oversize or encoding; empty for a whole one"
    )
    normalised_at = models.DateTimeField(null=True, blank=True, help_text="when it was read into events and odds")
    attempts = models.SmallIntegerField(default=0, help_text="how often reading it was begun")
    problem = models.CharField(blank=True, default="", help_text="why it cannot be read; it is left alone then")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(normalised_at__isnull=True, problem=""),
                name="collectors_rawresponse_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"answer to {self.call}"


class JobTick(models.Model):
    """One planned instant of one job: the row that lets it happen once, and says what came of it."""

    job = models.CharField(max_length=19, choices=Job)
    sport_key = models.CharField(blank=True, default="")
    tick = models.DateTimeField(help_text="the planned instant")
    state = models.CharField(max_length=11, choices=TickState, default=TickState.RUNNING)
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.LIVE)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    missed = models.IntegerField(default=0, help_text="planned instants before this one at which nobody ran")
    outcome = models.CharField(blank=True, default="", help_text="what came of it, in one line")

    class Meta:
        ordering = ["-tick", "job", "sport_key"]
        verbose_name = "tick"
        verbose_name_plural = "ticks"
        constraints = [
            models.UniqueConstraint(fields=["job", "sport_key", "tick"], name="collectors_jobtick_once"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="collectors_jobtick_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.sport_key} {self.tick:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def lock_name(self) -> str:
        """The advisory lock that is held while it runs: no two ticks of one job and sport at once."""
        return f"{self.job} {self.sport_key}"


class CollectorState(models.Model):
    """The one row that scheduler, commands and pages share."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sampling_mode = models.CharField(
        max_length=8, choices=SamplingMode, blank=True, default="", help_text="empty: SAMPLING_MODE of the settings"
    )
    planned_at = models.DateTimeField(null=True, blank=True, help_text="when the next three were worked out")
    live_need = models.IntegerField(default=0, help_text="credits that live collection needs until the reset")
    throttle_level = models.SmallIntegerField(default=0, help_text="how many steps sampling was made more frugal")
    throttle_note = models.CharField(blank=True, default="", help_text="what was given up; empty if nothing")
    paused_at = models.DateTimeField(null=True, blank=True, help_text="since when nothing is bought")
    pause_code = models.CharField(blank=True, default="", help_text="the provider's error code")
    pause_reason = models.CharField(blank=True, default="")
    heartbeat_at = models.DateTimeField(null=True, blank=True, help_text="the scheduler's last sign of life")
    scheduler_started_at = models.DateTimeField(null=True, blank=True)
    scheduler_pid = models.IntegerField(null=True, blank=True)
    scheduler_host = models.CharField(blank=True, default="")
    stop_requested_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        verbose_name_plural = "collector state"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="collectors_collectorstate_one_row")]

    def __str__(self) -> str:
        return "paused: " + self.pause_reason if self.paused_at else "collecting"


class BackfillRun(models.Model):
    """One backfill: what was wanted, which games were drawn, what it was to cost, and how it ended."""

    digest = models.CharField(max_length=32, unique=True, help_text="of the parameters: the same wish is the same run")
    sport_key = models.CharField()
    start = models.DateField(help_text="first game day, league time")
    end = models.DateField(help_text="last game day")
    parameters = models.JSONField(help_text="what was wanted, in full")
    games = models.JSONField(default=list, help_text="event ids of the sample")
    wanted = models.IntegerField(default=0, help_text="instants of games that were wanted")
    state = models.CharField(max_length=7, choices=RunState, default=RunState.PLANNED)
    credits_planned = models.IntegerField(default=0, help_text="what the items cost that were bought for this run")
    is_sandbox = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(blank=True, default="", help_text="in one line")
    report = models.JSONField(null=True, blank=True, help_text="the verification at its end")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="collectors_backfillrun_state_known"),
            models.CheckConstraint(
                condition=Q(end__gte=F("start")), name="collectors_backfillrun_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.sport_key} {self.start} to {self.end}"


class BackfillItem(models.Model):
    """One distinct purchase, bought once for all runs that want it."""

    runs = models.ManyToManyField(BackfillRun, related_name="items")
    endpoint = models.CharField(max_length=21, choices=Endpoint)
    sport_key = models.CharField()
    requested_at = models.DateTimeField(help_text="the instant asked for")
    parameters = models.JSONField(help_text="of the call")
    digest = models.CharField(max_length=32, help_text="of the call, as in the ledger")
    is_sandbox = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=ItemState, default=ItemState.PLANNED)
    cost = models.IntegerField(help_text="credits, at most")
    charged = models.IntegerField(null=True, blank=True, help_text="credits; empty while not known")
    attempts = models.SmallIntegerField(default=0, help_text="calls made for it")
    call = models.ForeignKey(FetchLog, models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="the answer's own timestamp")
    previous_at = models.DateTimeField(null=True, blank=True, help_text="of the snapshot before it")
    next_at = models.DateTimeField(null=True, blank=True, help_text="of the snapshot after it")
    listed = models.JSONField(null=True, blank=True, help_text="of a list: {event id: its start as stated then}")
    note = models.CharField(blank=True, default="", help_text="why it is not bought, or was bought again")
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        ordering = ["sport_key", "requested_at", "endpoint"]
        verbose_name = "purchase"
        constraints = [
            models.UniqueConstraint(fields=["digest", "is_sandbox"], name="collectors_backfillitem_once"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="collectors_backfillitem_state_known"),
        ]
        indexes = [
            models.Index(fields=["sport_key", "endpoint", "answered_at"], name="collectors_backfillitem_grid"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.sport_key} at {self.requested_at:%Y-%m-%d %H:%M:%S} UTC"


class ArchiveFile(models.Model):
    """A file of results or prices as it was imported, byte for byte: what came of it can be read again."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField(help_text="of the file, without its folder")
    format = models.CharField(max_length=13, choices=ArchiveFormat)
    size = models.BigIntegerField(help_text="bytes")
    body = models.BinaryField(help_text="compressed with zlib")
    imported_at = models.DateTimeField()
    report = models.JSONField(default=dict, help_text="counts of what came of it")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
