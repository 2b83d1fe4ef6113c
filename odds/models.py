"""What was offered, by whom, at which instant.

Text lives in small tables (Bookmaker, Market, Outcome, Scope) and in the raw answers; Odds holds keys and numbers only,
its columns ordered so that PostgreSQL pads none of them.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from events.models import Event

from .choices import BookmakerKind, LineMoment, OddsFormat, Side, Source
from .fields import ExactJSONField
from .querysets import OddsQuerySet, OddsSnapshotQuerySet


class Bookmaker(models.Model):
    """A bookmaker, created when first seen in an answer."""

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(unique=True)
    title = models.CharField(blank=True)
    kind = models.CharField(max_length=8, choices=BookmakerKind, default=BookmakerKind.RETAIL)
    commission = models.DecimalField(
        max_digits=5, decimal_places=4, default=0, help_text="fraction of net winnings, 0.02 for 2 %"
    )
    overround_min = models.FloatField(
        null=True, blank=True, help_text="lowest believable overround, 0.02 for 2 %; empty: that of its kind"
    )
    overround_max = models.FloatField(
        null=True, blank=True, help_text="highest believable overround, 0.15 for 15 %; empty: that of its kind"
    )

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BookmakerKind.values), name="odds_bookmaker_kind_known"),
            models.CheckConstraint(
                condition=Q(commission__gte=0, commission__lt=1), name="odds_bookmaker_commission_fraction"
            ),
            models.CheckConstraint(
                condition=Q(overround_max__gte=F("overround_min")), name="odds_bookmaker_overround_range"
            ),
        ]

    def __str__(self) -> str:
        """'FanDuel', 'Caesars (williamhill_us)': the key as well where the title, which is not unique, hides it."""
        if not self.title:
            return self.key
        return self.title if self.title.casefold() == self.key else f"{self.title} ({self.key})"


class Market(models.Model):
    """A market key of the provider, such as h2h; any new one becomes a row."""

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(unique=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Outcome(models.Model):
    """What is bet on, as quoted: a side and a name, with a description (the player) in props.

    `line` is the point where several stand beside each other and so tell outcomes apart, as in alternate markets;
    where a market has one main line that moves it is null, and the line is `Odds.point`.
    """

    id = models.AutoField(primary_key=True)
    side = models.CharField(max_length=5, choices=Side)
    name = models.CharField()
    description = models.CharField(blank=True, default="")
    line = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["name", "description", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "description", "line", "side"], nulls_distinct=False, name="odds_outcome_once"
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="odds_outcome_side_known"),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.description, self.name, self.line and f"{self.line:+}") if part)


class Scope(models.Model):
    """What a request asked for, and so what its answer can speak of."""

    id = models.AutoField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the two below")
    asked = models.JSONField(help_text="{market: null for every book, or a list of books}")
    odds_format = models.CharField(max_length=8, choices=OddsFormat)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(odds_format__in=OddsFormat.values), name="odds_scope_format_known"),
        ]

    def __str__(self) -> str:
        return ", ".join(sorted(self.asked))


class OddsSnapshot(models.Model):
    """One event as one answer had it. Kept for ever; everything in Odds can be rebuilt from these."""

    id = models.BigAutoField(primary_key=True)
    snapshot_time = models.DateTimeField(
        help_text="when the provider said so: fetch time, or the timestamp of a historical answer"
    )
    commence_time = models.DateTimeField(help_text="the start as stated in this answer")
    created_at = models.DateTimeField(db_default=Now(), help_text="when this row was written")
    event = models.ForeignKey(Event, models.PROTECT, related_name="snapshots", db_index=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    bookmaker_count = models.SmallIntegerField()
    is_live = models.BooleanField(help_text="taken at or after its own stated start")
    source = models.CharField(max_length=10, choices=Source)
    api_request_id = models.CharField(blank=True, default="", db_default="")
    raw_data = ExactJSONField(
        null=True, blank=True, help_text="the event object as received; empty where it lies in an archive on disk"
    )

    objects = OddsSnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            # When an event was looked at, at what and with which start is asked without the raw answers beside it.
            models.UniqueConstraint(
                fields=["event", "snapshot_time"],
                include=["commence_time", "scope", "is_live"],
                name="odds_oddssnapshot_once_per_instant",
            ),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="odds_oddssnapshot_source_known"),
            models.CheckConstraint(
                condition=Q(is_live=Q(snapshot_time__gte=F("commence_time"))), name="odds_oddssnapshot_live_is_derived"
            ),
        ]
        indexes = [BrinIndex(fields=["snapshot_time"], name="odds_oddssnapshot_time", pages_per_range=16)]

    def __str__(self) -> str:
        return f"{self.event.title} at {self.snapshot_time:%Y-%m-%d %H:%M:%S} UTC"


class Odds(models.Model):
    """A price for as long as it stood: one row per unbroken run of snapshots with the same price and point.

    Dates read [odds_timestamp, valid_until): first snapshot that had it, first later snapshot that had not.
    The foreign keys are not constraints: four look-ups a row would cost more than the rest of a bulk load, only
    `store` writes here, with keys it has just read, and `verify_odds` would name a row without its names.
    """

    id = models.BigAutoField(primary_key=True)
    odds_timestamp = models.DateTimeField(help_text="first snapshot that had this price")
    valid_until = models.DateTimeField(
        null=True, blank=True, help_text="first later snapshot in which it had changed or gone; empty while it stands"
    )
    last_update = models.DateTimeField(
        null=True, blank=True, help_text="the book's own time, as stated in the first snapshot of the run"
    )
    decimal_price = models.FloatField(help_text="as received in a decimal answer, else from the American price")
    event = models.ForeignKey(Event, models.PROTECT, related_name="odds", db_index=False, db_constraint=False)
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    price = models.IntegerField(help_text="American; rounded if the answer was in decimal")
    bookmaker = models.ForeignKey(Bookmaker, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    market = models.ForeignKey(Market, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    is_live = models.BooleanField(help_text="the first snapshot of the run was live")
    is_valid = models.BooleanField(default=True, db_default=True)
    point = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    validation_notes = models.CharField(blank=True, default="", db_default="")

    objects = OddsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "odds"
        constraints = [
            # What was appended once cannot be appended again.
            models.UniqueConstraint(
                fields=["event", "outcome", "bookmaker", "market"],
                condition=Q(valid_until__isnull=True),
                name="odds_odds_one_standing_run",
            ),
            models.CheckConstraint(condition=Q(price__gte=100) | Q(price__lte=-100), name="odds_odds_price_american"),
            models.CheckConstraint(condition=Q(decimal_price__gt=1), name="odds_odds_decimal_price_above_one"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("odds_timestamp")),
                name="odds_odds_ends_after_it_begins",
            ),
        ]
        indexes = [
            # What stood at an instant, what stands and what closed. Runs that ended together share one entry, which
            # makes it a quarter as large as an index that holds the whole series.
            # None on time alone: a block range index would be read from end to end for the prices of one event.
            models.Index(fields=["event", "valid_until"], name="odds_odds_event_end"),
        ]

    def __str__(self) -> str:
        point = "" if self.point is None else f" {self.point.normalize():+f}"
        return f"{self.bookmaker}: {self.outcome.name}{point} at {self.price:+d}"


class ArchivePrice(models.Model):
    """An opening or closing price of an archive that tells no time. No answer for an instant ever comes from here."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, models.CASCADE, related_name="archive_prices")
    bookmaker = models.ForeignKey(Bookmaker, models.PROTECT, related_name="+", db_index=False)
    market = models.ForeignKey(Market, models.PROTECT, related_name="+", db_index=False)
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="+", db_index=False)
    moment = models.CharField(max_length=7, choices=LineMoment)
    price = models.IntegerField(null=True, blank=True, help_text="American; empty where the archive has a line alone")
    decimal_price = models.FloatField(null=True, blank=True)
    point = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    origin = models.CharField(help_text="the archive format that it was read from")
    is_valid = models.BooleanField(default=True, db_default=True)
    validation_notes = models.CharField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "bookmaker", "market", "outcome", "moment", "origin"], name="odds_archiveprice_once"
            ),
            models.CheckConstraint(condition=Q(moment__in=LineMoment.values), name="odds_archiveprice_moment_known"),
            models.CheckConstraint(
                condition=Q(price__isnull=True, decimal_price__isnull=True)
                | ((Q(price__gte=100) | Q(price__lte=-100)) & Q(decimal_price__gt=1)),
                name="odds_archiveprice_price_american",
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=False) | Q(point__isnull=False), name="odds_archiveprice_says_something"
            ),
        ]

    def __str__(self) -> str:
        point = "" if self.point is None else f" {self.point.normalize():+f}"
        price = "" if self.price is None else f" at {self.price:+d}"
        return f"{self.bookmaker}: {self.outcome.name}{point}{price}, {self.moment}"
