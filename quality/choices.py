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
    PRICE_OUT_OF_RANGE = "price_out_of_range", "Price out of range"
    IMPOSSIBLE_QUOTE = "impossible_quote", "Quote that cannot be read"  # there is no row, the raw answer has it
    FRACTIONAL_PRICE = "fractional_price", "Price with a fraction"
    # a line of one bookmaker
    UNUSUAL_OVERROUND = "unusual_overround", "Unusual overround"
    BOOKSUM_BELOW_ONE = "booksum_below_one", "Both sides together win"
    OVERROUND_SHIFT = "overround_shift", "Overround has shifted"
    INCOMPLETE_MARKET = "incomplete_market", "A side is missing"
    UNKNOWN_OUTCOME = "unknown_outcome", "Unknown outcome"
    INCONSISTENT_PAIR = "inconsistent_pair", "Points that do not fit"
    DUPLICATE_OUTCOME = "duplicate_outcome", "Outcome quoted twice"
    CONFLICTING_OUTCOME = "conflicting_outcome", "Outcome quoted twice, differently"
    DUPLICATE_EVENT = "duplicate_event", "Event twice in one answer"
    # its times
    MISSING_TIMESTAMP = "missing_timestamp", "Bookmaker's time is missing"
    BAD_TIMESTAMP = "bad_timestamp", "Bookmaker's time cannot be read"
    FUTURE_TIMESTAMP = "future_timestamp", "Bookmaker's time is ahead"
    OUT_OF_ORDER = "out_of_order", "Older than what it replaces"
    STALE = "stale", "Old prices"
    # against what stood before
    LINE_MOVEMENT = "line_movement", "Large move"
    # what should be there
    MISSING_BOOKMAKER = "missing_bookmaker", "Bookmaker is missing"
    MISSING_MARKET = "missing_market", "Market is missing"
    MISSING_FIELD = "missing_field", "Field is missing"
    # the shape of answers
    MALFORMED = "malformed"
    UNUSUAL_TEXT = "unusual_text", "Unusual text"
    UNREADABLE = "unreadable", "Cannot be read"
    REFUSED = "refused", "Answer refused"
    CONFLICTING_ANSWERS = "conflicting_answers", "Answers that contradict each other"
    SCHEMA_DRIFT = "schema_drift", "The provider's format changed"
    NEW_BOOKMAKER = "new_bookmaker", "New bookmaker"
    NEW_MARKET = "new_market", "New market"
    NEW_SPORT = "new_sport", "New sport"
    # the event
    START_MOVED = "start_moved", "Start was moved"
    TEAMS_SWAPPED = "teams_swapped", "Teams are swapped"
    OTHER_GAME = "other_game", "Another game under a known id"
    LIKELY_DUPLICATE = "likely_duplicate", "Likely the same game twice"
    EVENT_VANISHED = "event_vanished", "Event has vanished"
    NO_RESULT = "no_result", "No result"


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
