"""Two answers to the same question side by side, pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from math import isclose
from operator import attrgetter

from odds.opportunities import Leg, Opportunity

from .records import Answer, Change, Check, Difference, Run, Want

# Arrays of other lengths may be summed in another order; what is less than this is no difference.
_TOLERANCE = 1e-9


def want(opportunity: Opportunity, stake: float) -> Want:
    """An opportunity with the stake for all its legs, as it is compared."""
    return Want(
        market=" ".join(filter(None, (opportunity.market, opportunity.description))),
        bet=" and ".join(map(_bet, opportunity.legs)),
        stakes=tuple(stake * leg.share for leg in opportunity.legs),
        probability=opportunity.probability,
        edge=opportunity.edge,
    )


def _bet(leg: Leg) -> str:
    return bet_text(leg.price.outcome, leg.price.point, leg.price.price, leg.price.bookmaker)


def bet_text(outcome: str, point: object, price: int, bookmaker: str) -> str:
    """'Boston Celtics +3.5 at -110, fanduel'."""
    number = "" if point is None else f" {float(str(point)):+g}"
    return f"{outcome}{number} at {price:+d}, {bookmaker}"


def differences(before: Answer, after: Answer) -> Iterator[Difference]:
    """What differs between two answers to one decision. A text stands for the error that was raised."""
    if isinstance(before, str) or isinstance(after, str):
        if before != after:
            yield Difference(Change.FAILED, _told(before), _told(after))
        return
    in_market = attrgetter("market")
    markets = sorted({each.market for each in (*before, *after)})
    was, seems = (
        {market: list(group) for market, group in groupby(sorted(each, key=in_market), key=in_market)}
        for each in (before, after)
    )
    for market in markets:
        yield from _of_market(was.get(market, []), seems.get(market, []))


def _of_market(before: Sequence[Want], after: Sequence[Want]) -> Iterator[Difference]:
    gone = [each for each in before if each.bet not in {other.bet for other in after}]
    new = [each for each in after if each.bet not in {other.bet for other in before}]
    if len(gone) == len(new) == 1:
        yield Difference(Change.CHANGED, _text(gone[0]), _text(new[0]))
    else:
        yield from (Difference(Change.VANISHED, _text(each), "no bet") for each in gone)
        yield from (Difference(Change.APPEARED, "no bet", _text(each)) for each in new)
    left = {each.bet: each for each in after}
    for each in before:
        if each.bet in left:
            yield from _of_bet(each, left[each.bet])


def _of_bet(before: Want, after: Want) -> Iterator[Difference]:
    if not all(map(same, before.stakes, after.stakes)):
        yield Difference(Change.STAKE, f"{_text(before)}: {_money(before)}", _money(after))
    for what in ("probability", "edge"):
        was, seems = getattr(before, what), getattr(after, what)
        if not same(was, seems):
            yield Difference(Change.ESTIMATE, f"{_text(before)}: {what} {_number(was)}", _number(seems))


def first_differences(base: Run, other: Run, until: datetime) -> list[tuple[Check, Difference]]:
    """What differs between two runs at the first instant, up to one, at which anything does.

    All that comes after may follow from it. Cash belongs to no event.
    """
    decisions = {check for check in (*base.bets, *other.bets) if check.moment <= until}
    for moment, checks in groupby(sorted(decisions), key=attrgetter("moment")):
        found = [
            (each, difference)
            for each in checks
            for difference in differences(base.bets.get(each, []), other.bets.get(each, []))
        ]
        was, seems = base.cash.get(moment), other.cash.get(moment)
        if was is not None and seems is not None and not same(was, seems):
            return [(Check(moment, ""), Difference(Change.CASH, f"{was:,.2f}", f"{seems:,.2f}"))]
        if found:
            return found
    return []


def same(one: float | None, other: float | None) -> bool:
    """Whether two numbers are equal but for the last digits of a float."""
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def _text(each: Want) -> str:
    return f"{each.market}: {each.bet}"


def _money(each: Want) -> str:
    return " and ".join(f"{stake:,.2f}" for stake in each.stakes)


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _told(answer: Answer) -> str:
    if isinstance(answer, str):
        return answer
    return "; ".join(map(_text, answer)) or "no bet"
