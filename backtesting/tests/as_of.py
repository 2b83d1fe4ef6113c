"""What a view must show, asked of odds.standing, one event and one instant at a time."""

from datetime import UTC, datetime
from decimal import Decimal

from backtesting.history import History, load_history
from events.models import Event
from odds.lines import StandingPrice, line_point, market_order, side_order
from odds.standing import standing_odds

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def whole_history(sport_key: str = "basketball_nba", **over) -> History:
    return load_history(sport_key, *ALWAYS, **over)


def on_offer(event: Event, moment: datetime) -> list[StandingPrice]:
    """The valid prices that stood, and were last seen before the start, itself before the start known then."""
    standing = standing_odds(event, moment)
    if standing.newest is None or moment >= standing.newest.commence_time:
        return []
    seen = [price for price in standing.prices() if price.is_valid and not price.is_live and price.snapshot_time]
    return sorted(seen, key=_place)


def _place(price: StandingPrice) -> tuple[object, ...]:
    point = line_point(price.side, price.point)
    return (
        market_order(price.market),
        price.description,
        point is not None,
        point or Decimal(),
        side_order(price.side),
        price.outcome,
        price.bookmaker,
    )
