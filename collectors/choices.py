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


class TickState(TextChoices):
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # by decision: nothing to fetch, no credits
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process died


class SamplingMode(TextChoices):
    FIXED = "fixed"
    ADAPTIVE = "adaptive"
