"""What a bookmaker keeps of its own lines. Lines of several bookmakers are never added up here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from odds.choices import BookmakerKind, Side
from odds.lines import is_complete, line_point
from odds.markets import Draw, has_draw
from odds.pricing import overround
from odds.records import Quote

from ..choices import IssueType, Severity
from ..records import Issue, MarketQuotes, Thresholds
from .registry import offer_rule
from .wording import quoted

# What sums of floats may differ by.
_ROUNDING = 1e-9


@offer_rule(IssueType.UNUSUAL_OVERROUND)
def overround_within_range(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """The overround of each complete line is believable of this bookmaker (2 to 15 % of an ordinary one)."""
    low, high = offer.overround
    for line in complete_lines(offer):
        margin = overround([quote.decimal_price for quote in line])
        if not low - _ROUNDING <= margin <= high + _ROUNDING and not _is_below_one(margin, low):
            text = f"overround {margin:.2%}, expected {low:.1%} to {high:.1%}: {quoted(line)}"
            outcomes = tuple(quote.outcome for quote in line)
            yield Issue(IssueType.UNUSUAL_OVERROUND, Severity.WARNING, text, outcomes, _which(line))


@offer_rule(IssueType.BOOKSUM_BELOW_ONE)
def booksum_not_below_one(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """No bookmaker lets both sides of its own line be bet without risk: such a feed is wrong.

    At an exchange two offers may cross for a moment, before commission; there it is only a hint.
    """
    low, _ = offer.overround
    severity = Severity.WARNING if offer.kind == BookmakerKind.EXCHANGE else Severity.ERROR
    for line in complete_lines(offer):
        margin = overround([quote.decimal_price for quote in line])
        if _is_below_one(margin, low):
            text = f"the implied probabilities add up to {1 + margin:.4f}, expected at least 1: {quoted(line)}"
            outcomes = tuple(quote.outcome for quote in line)
            yield Issue(IssueType.BOOKSUM_BELOW_ONE, severity, text, outcomes, _which(line))


def _is_below_one(margin: float, low: float) -> bool:
    """Below nothing, and below what is believable of the bookmaker; the rounding of a fair pair is neither."""
    return margin < min(0.0, low) - _ROUNDING


def complete_lines(offer: MarketQuotes) -> Iterator[list[Quote]]:
    """The sets of quotes of which exactly one wins or all are refunded."""
    is_drawn = offer.draw is not Draw.NEVER and any(quote.outcome.side is Side.DRAW for quote in offer.quotes)
    draws = is_drawn or has_draw(offer.market, offer.draw)
    lines: dict[tuple[str, Decimal | None], list[Quote]] = defaultdict(list)
    for quote in offer.quotes:
        lines[quote.outcome.description, line_point(quote.outcome.side, quote.point)].append(quote)
    for line in lines.values():
        if is_complete(offer.market, [(quote.outcome.side, quote.point) for quote in line], draws=draws):
            yield line


def _which(line: list[Quote]) -> str:
    """What tells a line apart where a market has several; a main line is one, wherever it moves."""
    outcome = line[0].outcome
    number = "" if outcome.line is None else f"{line_point(outcome.side, outcome.line)}"
    return f"{outcome.description} {number}".strip()
