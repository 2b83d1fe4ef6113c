"""The closed vocabularies of quality."""

from __future__ import annotations

from django.db.models import TextChoices


class Severity(TextChoices):
    """How much it matters, least first. A quote with an ERROR or worse is not valid unless a person says otherwise."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for INFO up to 3 for CRITICAL."""
        return list(Severity).index(self)

    @property
    def invalidates(self) -> bool:
        """Whether a quote with such a fault is left out of best odds, closing lines and backtests."""
        return self in (Severity.ERROR, Severity.CRITICAL)


class IssueType(TextChoices):
    """What can be wrong, and which rule says so."""

    # a price by itself
    PRICE_OUT_OF_RANGE = "price_out_of_range"
    IMPOSSIBLE_QUOTE = "impossible_quote"  # no price or no point can be read: there is no row, the raw answer has it
    FRACTIONAL_PRICE = "fractional_price"
    # a line of one bookmaker
    UNUSUAL_OVERROUND = "unusual_overround"
    BOOKSUM_BELOW_ONE = "booksum_below_one"
    OVERROUND_SHIFT = "overround_shift"
    INCOMPLETE_MARKET = "incomplete_market"
    UNKNOWN_OUTCOME = "unknown_outcome"
    INCONSISTENT_PAIR = "inconsistent_pair"
    DUPLICATE_OUTCOME = "duplicate_outcome"
    CONFLICTING_OUTCOME = "conflicting_outcome"
    DUPLICATE_EVENT = "duplicate_event"  # twice in one answer
    # its times
    MISSING_TIMESTAMP = "missing_timestamp"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    OUT_OF_ORDER = "out_of_order"
    STALE = "stale"
    # against what stood before
    LINE_MOVEMENT = "line_movement"
    # what should be there
    MISSING_BOOKMAKER = "missing_bookmaker"
    MISSING_MARKET = "missing_market"
    MISSING_FIELD = "missing_field"
    # the shape of answers
    MALFORMED = "malformed"
    UNUSUAL_TEXT = "unusual_text"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    CONFLICTING_ANSWERS = "conflicting_answers"
    SCHEMA_DRIFT = "schema_drift"
    NEW_BOOKMAKER = "new_bookmaker"
    NEW_MARKET = "new_market"
    NEW_SPORT = "new_sport"
    # the event
    START_MOVED = "start_moved"
    TEAMS_SWAPPED = "teams_swapped"
    OTHER_GAME = "other_game"  # a known id with other teams or another sport
    LIKELY_DUPLICATE = "likely_duplicate"
    EVENT_VANISHED = "event_vanished"
    NO_RESULT = "no_result"


class ReviewState(TextChoices):
    """What a person made of an entry."""

    OPEN = "open", "not reviewed"
    ACKNOWLEDGED = "acknowledged"  # seen; the verdict stays
    DISMISSED = "dismissed"  # a false alarm: its quotes are valid
    CONFIRMED = "confirmed"  # bad data: its quotes are not valid


class AlertState(TextChoices):
    """How far an alert has come."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # tried as often as is sensible
