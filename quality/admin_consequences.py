"""What would follow from a decision about entries, in words."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from .choices import IssueType, ReviewState
from .comparison import prices_in_question
from .models import DataQualityLog


class Concerned(NamedTuple):
    """How many stored prices depend on what is made of some entries."""

    prices: int
    flagged: int  # those of them that do not count
    events: int
    returning: bool  # whether prices that were left out for a fault could come in


def concerned(entries: QuerySet[DataQualityLog]) -> Concerned:
    found = prices_in_question(entries).aggregate(
        prices=Count("pk"), flagged=Count("pk", filter=Q(is_valid=False)), events=Count("event", distinct=True)
    )
    unread = entries.order_by().filter(Q(is_derived=False) | Q(issue_type=IssueType.IMPOSSIBLE_QUOTE))
    returning = settings.REJECT_INVALID_ODDS and unread.count() < entries.count()
    return Concerned(**found, returning=returning)


def about(entries: QuerySet[DataQualityLog], found: Concerned) -> str:
    """'4 prices of 2 events depend on it, 3 of them flagged', or that there is none, and why."""
    count = entries.count()
    if found.prices:
        depend = "depends" if found.prices == 1 else "depend"
        text = f"{_counted(found.prices, 'stored price')} of {_counted(found.events, 'event')} {depend} on "
        return text + f"{_it(count)}, {found.flagged:,} of them flagged."
    if found.returning:
        return f"No stored price depends on {_it(count)}: what is flagged is left out, and comes in if dismissed."
    if count == 1 and entries.filter(issue_type=IssueType.IMPOSSIBLE_QUOTE).exists():
        return "The quote could not be read, so no price of it is stored: a decision only files the entry."
    return f"No stored price depends on {_it(count)}: a decision only files {'the entry' if count == 1 else 'them'}."


def consequence(state: ReviewState, found: Concerned) -> str:
    """What the decision for `state` does to the prices and the entries."""
    return _CONSEQUENCES[state](found)


def _of_acknowledging(found: Concerned) -> str:
    return "Seen. The verdict on the prices stays as it is." if found.prices else "Seen."


def _of_dismissing(found: Concerned) -> str:
    if found.flagged or found.returning:
        return (
            "A false alarm. Unless something else is wrong with them, the flagged prices count again: as best odds, as "
            "closing lines, in backtests."
        )
    return "A false alarm. The prices count already, and go on to." if found.prices else "A false alarm."


def _of_confirming(found: Concerned) -> str:
    if found.prices > found.flagged:
        return "Bad data. The prices do not count: they are left out of best odds, closing lines and backtests."
    return "Bad data. The prices do not count already, and it stays so." if found.prices else "Bad data."


def _of_restoring(found: Concerned) -> str:
    prices = " What the checks say of the prices holds again." if found.prices else ""
    return f"Takes the decision back.{prices} What still stands, or is an error, waits for review again."


_CONSEQUENCES = {
    ReviewState.ACKNOWLEDGED: _of_acknowledging,
    ReviewState.DISMISSED: _of_dismissing,
    ReviewState.CONFIRMED: _of_confirming,
    ReviewState.OPEN: _of_restoring,
}


def _it(count: int) -> str:
    return "it" if count == 1 else "them"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
