"""The closed vocabularies of backtests. Strategies are open: they are classes, found by name."""

from django.db.models import TextChoices


class BetState(TextChoices):
    """What has become of a bet."""

    OPEN = "open"  # placed, and no result is known yet
    WON = "won"
    HALF_WON = "half_won", "half won"
    PUSH = "push"  # stake back
    HALF_LOST = "half_lost", "half lost"
    LOST = "lost"
    VOID = "void"  # not played in time, or not by the rules: stake back
    UNRESOLVED = "unresolved"  # long over, and nobody knows the result: stake still out, neither won nor lost
    UNFILLED = "unfilled"  # wanted, but the price was gone or there was no money; nothing was staked


class RunState(TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"  # by a person, before it was done


class RunKind(TextChoices):
    """What a run was made for. Every one counts as a configuration tried on its data, but for paper."""

    BACKTEST = "backtest"
    SWEEP = "sweep"
    WALK_FORWARD = "walk_forward", "walk forward"
    PAPER = "paper", "paper trading"
