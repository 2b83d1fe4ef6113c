"""A price by itself."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from odds.choices import OddsFormat
from odds.markets import is_lay
from odds.pricing import american_to_decimal

from ..choices import IssueType, Severity
from ..records import Issue, MarketQuotes, Thresholds
from .registry import offer_rule
from .wording import named


@offer_rule(IssueType.PRICE_OUT_OF_RANGE)
def price_within_range(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """No price is longer or shorter than believable. Only a hint: games that are decided have such prices in play.

    Offers to lay are not looked at: an exchange shows a price of 1,000 there where nobody offers anything.
    """
    limit = thresholds.largest_price
    for quote in offer.quotes if not is_lay(offer.market) else ():
        if abs(quote.price) > limit:
            text = f"{named(quote.outcome)} at {quote.price:+d}, expected {-limit:+d} to {limit:+d}"
            yield Issue(IssueType.PRICE_OUT_OF_RANGE, Severity.WARNING, text, (quote.outcome,))


@offer_rule(IssueType.FRACTIONAL_PRICE)
def american_price_is_whole(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """American prices are integers. A fraction is kept in the decimal price; the American one is rounded."""
    if offer.odds_format is not OddsFormat.AMERICAN:
        return
    for quote in offer.quotes:
        if not isclose(american_to_decimal(quote.price), quote.decimal_price, rel_tol=1e-12):
            seen = f"{named(quote.outcome)}: decimal {quote.decimal_price:.6g} is no whole American price"
            text = f"{seen}, expected {american_to_decimal(quote.price):.6g} for {quote.price:+d}"
            yield Issue(IssueType.FRACTIONAL_PRICE, Severity.INFO, text, (quote.outcome,))
