"""The closed vocabularies of collecting."""

from django.db.models import TextChoices


class Endpoint(TextChoices):
    """What The Odds API v4 offers, by the last part of its documentation's headings."""

    SPORTS = "sports"
    EVENTS = "events"
    ODDS = "odds"
    SCORES = "scores"
    EVENT_ODDS = "event_odds"
    EVENT_MARKETS = "event_markets"
    PARTICIPANTS = "participants"
    HISTORICAL_ODDS = "historical_odds"
    HISTORICAL_EVENTS = "historical_events"
    HISTORICAL_EVENT_ODDS = "historical_event_odds"


class Purpose(TextChoices):
    """What a call is for; each may spend up to a ceiling of its own."""

    LIVE = "live"
    SCORES = "scores"
    MANUAL = "manual"
    BACKFILL = "backfill"


class CallState(TextChoices):
    """How far a call has come. The first four follow each other; the others are ends."""

    RESERVED = "reserved"  # its credits are set aside; nothing was sent
    SENT = "sent"  # the request is on its way, or was when we last heard of it
    RECEIVED = "received"  # the answer is stored as bytes
    STORED = "stored"  # and read
    RELEASED = "released"  # never sent: costs nothing
    REFUSED = "refused"  # the provider said no, and would again
    FAILED = "failed"  # no usable answer, and its cost is known
    UNKNOWN = "unknown"  # sent, and nobody knows what became of it


class Job(TextChoices):
    """What the scheduler does by itself."""

    FETCH_ODDS = "fetch_odds"
    FETCH_SCORES = "fetch_scores"
    UPDATE_EVENT_STATUS = "update_event_status"
    TIDY = "tidy"
    BACKUP = "backup"


class TickState(TextChoices):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # by decision: nothing to fetch, no credits
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process died


class SamplingMode(TextChoices):
    FIXED = "fixed"
    ADAPTIVE = "adaptive"


class RunState(TextChoices):
    """How far a backfill has come."""

    PLANNED = "planned"
    RUNNING = "running"
    STOPPED = "stopped"  # with items left: by a person, for want of credits, or by a crash
    DONE = "done"


class ItemState(TextChoices):
    """How far one purchase of a backfill has come: the first five follow each other, the others are ends.

    Between reserved and received its call goes through the states of the ledger.
    """

    PLANNED = "planned"
    RESERVED = "reserved"  # taken to be bought; its credits are set aside
    RECEIVED = "received"  # the answer is stored as bytes
    NORMALISED = "normalised"  # and read into events and odds
    VERIFIED = "verified"  # and compared with what was read from it
    SKIPPED_EXISTING = "skipped_existing"  # what it would bring was there already
    UNAVAILABLE = "unavailable"  # the provider has nothing there, and is not asked again
    FAILED = "failed"  # no usable answer; tried again by the next run
    PARKED = "parked"  # failed too often, or its answer cannot be read
    UNKNOWN = "unknown"  # sent, and nobody knows what became of it


class ArchiveFormat(TextChoices):
    """The archives that can be imported."""

    SBR_SHEET = "sbr-sheet", "SBR sheet"
    SBR_MULTIBOOK = "sbr-multibook", "SBR multibook"
    LINE_HISTORY = "line-history", "Line history"
    GENERIC = "generic"
    PARQUET = "parquet"
