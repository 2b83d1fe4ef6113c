"""The sides of a market: all there, known, and at the same number.

Only of markets whose sides are known: head to head, spreads and totals with their periods, and team totals. Of
alternates and props a bookmaker often offers one side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from odds.choices import Side
from odds.markets import Draw, carries_line, has_draw, is_about_teams, is_lay, is_over_under, needs_point
from odds.records import Quote

from ..choices import IssueType, Severity
from ..records import Issue, MarketQuotes, Thresholds
from .registry import offer_rule
from .wording import named, quoted

# The market that always has a draw; in h2h only some sports have one.

_TEAMS = {Side.HOME, Side.AWAY}
_OVER_UNDER = {Side.OVER, Side.UNDER}


@offer_rule(IssueType.INCOMPLETE_MARKET)
def both_sides_present(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """Each side of a main line is quoted."""
    expected = _sides(offer)
    if not expected or carries_line(offer.market) or is_lay(offer.market):
        return
    for description, quotes in _by_description(offer).items():
        missing = expected - {quote.outcome.side for quote in quotes}
        if missing:
            seen = quoted(quotes) or "no outcome"
            text = f"nothing for {_listed(missing)}, expected {_listed(expected)}; seen: {seen}"
            yield Issue(IssueType.INCOMPLETE_MARKET, Severity.WARNING, text, None, description)


@offer_rule(IssueType.UNKNOWN_OUTCOME)
def names_match(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """Outcomes are named for the event's teams, for a draw where the sport has one, or Over and Under."""
    expected = _sides(offer)
    if not expected:
        return
    if Side.HOME in expected and offer.draw is not Draw.NEVER:
        expected = {*expected, Side.DRAW}
    for quote in offer.quotes:
        if quote.outcome.side not in expected:
            told = "one of the teams" if Side.HOME in expected else "Over or Under"
            text = f"outcome '{named(quote.outcome)}', expected {told}"
            yield Issue(IssueType.UNKNOWN_OUTCOME, Severity.ERROR, text, (quote.outcome,), quote.outcome.name)


@offer_rule(IssueType.MISSING_FIELD)
def points_present(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """A spread or a total says its number."""
    if not needs_point(offer.market):
        return
    for quote in offer.quotes:
        if quote.point is None:
            text = f"{named(quote.outcome)} at {quote.price:+d} has no 'point', expected a number"
            yield Issue(IssueType.MISSING_FIELD, Severity.ERROR, text, (quote.outcome,), "point")


@offer_rule(IssueType.INCONSISTENT_PAIR)
def points_agree(offer: MarketQuotes, thresholds: Thresholds) -> Iterator[Issue]:
    """The points of a main line are opposite in a spread and equal in a total."""
    if carries_line(offer.market) or not needs_point(offer.market):
        return
    for description, quotes in _by_description(offer).items():
        pair = [quote for quote in quotes if quote.outcome.side in (_sides(offer) or ()) and quote.point is not None]
        if len(pair) != 2:
            continue
        one, other = (quote.point or 0 for quote in pair)
        if one != (-other if is_about_teams(offer.market) else other):
            how = "opposite" if is_about_teams(offer.market) else "equal"
            outcomes = tuple(quote.outcome for quote in pair)
            text = f"{quoted(pair)}: expected {how} points"
            yield Issue(IssueType.INCONSISTENT_PAIR, Severity.ERROR, text, outcomes, description)


def _sides(offer: MarketQuotes) -> set[Side]:
    """The sides that a market should have; empty where they are not known."""
    if is_about_teams(offer.market):
        draw = {Side.DRAW} if has_draw(offer.market, offer.draw) else set()
        return _TEAMS | draw if offer.has_teams else set()
    return _OVER_UNDER if is_over_under(offer.market) else set()


def _listed(sides: set[Side]) -> str:
    return " and ".join(sorted(sides))


def _by_description(offer: MarketQuotes) -> dict[str, list[Quote]]:
    """The quotes of each line: of team totals there is one a team. One group at least, be it empty."""
    groups: dict[str, list[Quote]] = defaultdict(list)
    for quote in offer.quotes:
        groups[quote.outcome.description].append(quote)
    return groups or {"": []}
