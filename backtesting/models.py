"""What was tried, on which data, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from odds.choices import Side

from .choices import BetState, RunKind, RunState
from .querysets import BacktestRunQuerySet


class BacktestRun(models.Model):
    """One configuration run on one range of data. The same fingerprint and configuration give the same bets."""

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=RunKind, default=RunKind.BACKTEST)
    state = models.CharField(max_length=9, choices=RunState, default=RunState.QUEUED)
    group = models.CharField(blank=True, default="", help_text="of one sweep or walk-forward: what its runs share")
    strategy = models.CharField(help_text="its registered name, or where its class is")
    parameters = models.JSONField(default=dict, help_text="every parameter of the strategy with its value")
    decides = models.CharField(help_text="when it decides: 60m, change, 17:00, open, close")
    staking = models.CharField(help_text="as flat:100 or kelly:0.25,cap=0.05")
    terms = models.JSONField(default=dict, help_text="all else that bets depend on: fills, rules, ages, books, markets")
    configuration = models.CharField(max_length=64, help_text="SHA-256 of the five above: equal for equal trials")
    sport_key = models.CharField()
    start = models.DateTimeField(help_text="events that begin at or after this")
    end = models.DateTimeField(help_text="and before this")
    initial_bankroll = models.FloatField()
    min_coverage = models.FloatField(default=0.5, help_text="below this share of events covered it is refused")
    seed = models.BigIntegerField(default=0)
    data_fingerprint = models.CharField(blank=True, default="", help_text="SHA-256 of all that the run read")
    code_version = models.CharField(blank=True, default="", help_text="digest of the code that made it")
    metrics = models.JSONField(default=dict, blank=True)
    coverage = models.JSONField(default=dict, blank=True)
    equity = models.JSONField(default=list, blank=True, help_text="[[time, cash, open stakes at cost], …]")
    progress = models.FloatField(default=0, help_text="0 to 1")
    error = models.TextField(blank=True, default="")
    asked_by = models.CharField(blank=True, default="", help_text="who asked for it on the pages; empty: a command")
    decided_until = models.DateTimeField(
        null=True, blank=True, help_text="paper trading: what was to be decided up to here has been"
    )
    settled_until = models.DateTimeField(
        null=True, blank=True, help_text="paper trading: what became known of games up to here has settled their bets"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BacktestRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="backtesting_run_kind_known"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="backtesting_run_state_known"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="backtesting_run_ends_after_start"),
            models.CheckConstraint(condition=Q(initial_bankroll__gt=0), name="backtesting_run_has_bankroll"),
        ]
        indexes = [
            models.Index(fields=["kind", "state"], name="backtesting_run_kind_state"),  # paper accounts that are open
            models.Index(fields=["sport_key", "start", "end"], name="backtesting_run_range"),  # trials on the same data
            models.Index(fields=["group"], name="backtesting_run_group", condition=~Q(group="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.strategy}, {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"


class BacktestBet(models.Model):
    """One leg of one position of a run: the decision, the price taken, the verdict, the close."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(BacktestRun, models.CASCADE, related_name="bets", db_index=False)
    number = models.IntegerField(help_text="from 1, in the order of decisions")
    position = models.IntegerField(help_text="bets that share it were placed as one")
    kind = models.CharField(help_text="of the opportunity: value, arbitrage, …")
    event_id = models.CharField(help_text="the provider's id")
    sport_key = models.CharField()
    home_team = models.CharField(blank=True)
    away_team = models.CharField(blank=True)
    commence_time = models.DateTimeField(help_text="the start as known at the decision")
    decided_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True, blank=True, help_text="empty where it was not filled")
    bookmaker = models.CharField()
    market = models.CharField()
    outcome = models.CharField()
    side = models.CharField(max_length=5, choices=Side)
    description = models.CharField(blank=True, default="")
    point = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    price = models.IntegerField(help_text="American")
    decimal_price = models.FloatField(help_text="as quoted, before commission")
    is_timed = models.BooleanField(help_text="false: of an archive that tells no time")
    age_seconds = models.FloatField(null=True, blank=True, help_text="of the price at the decision")
    probability = models.FloatField(null=True, blank=True, help_text="the strategy's own, given that it is no push")
    edge = models.FloatField(null=True, blank=True)
    stake = models.FloatField()
    commission = models.FloatField(default=0, help_text="fraction of net winnings")
    cost = models.FloatField(default=0)
    bankroll = models.FloatField(help_text="cash at hand when it was decided")
    state = models.CharField(max_length=10, choices=BetState)
    settled_at = models.DateTimeField(null=True, blank=True)
    returned = models.FloatField(default=0, help_text="stake included")
    profit = models.FloatField(default=0)
    settlements = models.JSONField(default=list, blank=True, help_text="every verdict there was; the last is in force")
    note = models.CharField(blank=True, default="")
    closing_decimal = models.FloatField(null=True, blank=True)
    closing_fair = models.FloatField(null=True, blank=True, help_text="probability at the close, margin removed")
    closing_point = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    closing_age_minutes = models.FloatField(null=True, blank=True)
    clv = models.FloatField(null=True, blank=True, help_text="price taken × closing probability - 1")
    clv_points = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="backtesting_bet_once"),
            models.CheckConstraint(condition=Q(state__in=BetState.values), name="backtesting_bet_state_known"),
            models.CheckConstraint(condition=Q(stake__gte=0), name="backtesting_bet_stake_positive"),
        ]
        indexes = [
            # What waits for a result, and what may have to be settled anew: looked up whenever odds or scores come.
            models.Index(fields=["event_id"], condition=Q(state="open"), name="backtesting_bet_open"),
            models.Index(fields=["event_id"], name="backtesting_bet_event"),
        ]

    def __str__(self) -> str:
        point = "" if self.point is None else f" {self.point.normalize():+f}"
        return f"{self.outcome}{point} at {self.price:+d}, {self.bookmaker}"
