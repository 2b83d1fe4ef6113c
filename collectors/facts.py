"""What is known of how collecting goes, in plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# A scheduler signs every few seconds; before its first round it may wait for a provider that does not answer.
SILENT_AFTER = timedelta(seconds=30)
STARTING = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sport:
    """What is collected of one sport."""

    sport_key: str
    events_to_come: int = 0
    next_start: datetime | None = None
    last_fetch: datetime | None = None
    found_none_at: datetime | None = None  # when a fetch last found that no game was to come
    next_planned: datetime | None = None
    interval: timedelta = timedelta(0)  # between two fetches, now or at the last one, whichever is longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Credits of the period as known now."""

    quota: int
    used: int
    pending: int
    remaining: int | None
    percent: float
    left_for_live: int
    seen_at: datetime | None
    resets_at: datetime
    forecast_need: int  # of live collection until the reset, as last worked out


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """How many events are in one kind of doubt, and the first few of them."""

    count: int = 0
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """How the last backups went. A drill restores one beside the database and compares the two."""

    is_daily: bool = False  # whether one is to be made every day
    last_good: datetime | None = None
    last_good_drill: datetime | None = None
    drill_problem: str = ""  # of the newest drill; "" where it went well or there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known. Whatever is not given is as it should be."""

    now: datetime
    sandbox: bool = False
    unapplied_migrations: int = 0
    calls_made: bool = False  # any, ever, of the provider or of the sandbox, whichever is in use
    first_call_at: datetime | None = None
    last_fetch: datetime | None = None
    paid_calls_24h: int = 0
    succeeded_24h: int = 0
    sports: tuple[Sport, ...] = ()
    scheduler_leads: bool = False
    scheduler_pid: int | None = None  # empty once it stopped in good order
    scheduler_host: str = ""
    scheduler_started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    missing_jobs: tuple[str, ...] = ()
    sampling_mode: str = ""
    throttle_note: str = ""
    spool_depth: int = 0
    spool_oldest: timedelta = timedelta(0)
    spool_quarantined: int = 0
    disk_free_bytes: int | None = None
    disk_needed_bytes: int = 0
    credits: Credits | None = None
    paused_at: datetime | None = None
    pause_code: str = ""
    pause_reason: str = ""
    ticks_missed_24h: int = 0
    ticks_failed_24h: int = 0
    ticks_interrupted_24h: int = 0
    vanished: Doubtful = field(default_factory=Doubtful)
    unresolved: Doubtful = field(default_factory=Doubtful)
    unread_responses: int = 0
    parked_responses: int = 0
    backups: Backups = field(default_factory=Backups)

    @property
    def has_run(self) -> bool:
        return self.calls_made or self.scheduler_started_at is not None

    @property
    def success_rate_24h(self) -> float | None:
        """The share of paid calls that brought something of use; None where there was none."""
        return self.succeeded_24h / self.paid_calls_24h if self.paid_calls_24h else None

    @property
    def heartbeat_age(self) -> timedelta | None:
        return None if self.heartbeat_at is None else max(timedelta(0), self.now - self.heartbeat_at)

    @property
    def scheduler(self) -> str:
        """never started, stopped, died, silent or running."""
        if self.scheduler_leads:
            return "silent" if self.is_silent else "running"
        if self.scheduler_started_at is None:
            return "never started"
        return "stopped" if self.scheduler_pid is None else "died"

    @property
    def is_silent(self) -> bool:
        """Whether the scheduler that leads has not signed for too long."""
        if not self.scheduler_leads:
            return False
        if self.heartbeat_age is None:
            return True
        begun = self.scheduler_started_at is None or self.heartbeat_at != self.scheduler_started_at
        return self.heartbeat_age > (SILENT_AFTER if begun else STARTING)
