"""What to think of prices without a time, pure: the rules of quality that need no clock and no snapshot before.

Nobody reviews what an archive says, so that a line which keeps more than is believable of its bookmaker is no valid one
either: two favourites at -525 are a slip of somebody's pen.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from odds.choices import OddsFormat
from odds.lines import line_point
from odds.markets import SPREADS, TOTALS, draw_in
from odds.pricing import overround
from odds.records import ArchiveLine, Quote, Verdict
from quality.choices import IssueType
from quality.records import Issue, MarketQuotes, Standards
from quality.rules.overround import complete_lines
from quality.rules.registry import rules_about


def judged(
    lines: Sequence[ArchiveLine], *, bookmaker: str, market: str, sport_key: str, standards: Standards
) -> list[ArchiveLine]:
    """One bookmaker's market of one game, each of its lines with a verdict."""
    kind, believable = standards.of_bookmaker(bookmaker)
    quotes = tuple(
        Quote(line.outcome, line.price, line.decimal_price, line.point)
        for line in lines
        if line.price is not None and line.decimal_price is not None
    )
    # As decimal, since the fractions that American prices of such an archive have are no fault of theirs.
    offer = MarketQuotes(market, quotes, True, OddsFormat.DECIMAL, kind, believable, draw_in(sport_key))
    issues = _issues(offer, standards) if quotes else []
    is_contrary = len(quotes) < len(lines) and not _points_agree(market, lines)
    keeps_too_much = any(overround([q.decimal_price for q in line]) > believable[1] for line in complete_lines(offer))
    return [line._replace(verdict=_verdict(line, issues, is_contrary, keeps_too_much)) for line in lines]


def _issues(offer: MarketQuotes, standards: Standards) -> list[Issue]:
    thresholds = standards.thresholds
    return [issue for rule in rules_about(MarketQuotes, thresholds.disabled) for issue in rule(offer, thresholds)]


def _verdict(line: ArchiveLine, issues: Sequence[Issue], is_contrary: bool, keeps_too_much: bool) -> Verdict:
    mine = [issue for issue in issues if issue.outcomes is None or line.outcome in issue.outcomes]
    notes = {issue.type.value for issue in mine}
    if is_contrary:
        notes.add(IssueType.INCONSISTENT_PAIR.value)
    is_bad = is_contrary or keeps_too_much or any(issue.severity.invalidates for issue in mine)
    return Verdict(not is_bad, ", ".join(sorted(notes)))


def _points_agree(market: str, lines: Sequence[ArchiveLine]) -> bool:
    """Whether lines without prices are at one number, which the rules can only say of quotes."""
    points: set[Decimal | None] = {line_point(line.outcome.side, line.point) for line in lines}
    return market not in (SPREADS, TOTALS) or len(points) == 1
