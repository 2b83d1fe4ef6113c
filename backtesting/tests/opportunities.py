"""Opportunities as plain records for tests. Every default is valid, so a test states only what matters to it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from backtesting.records import Proposal
from odds.lines import StandingPrice
from odds.opportunities import Leg, Opportunity, OpportunityKind
from odds.pricing import decimal_to_american

TIP = datetime(2018, 10, 17, 0, 30, tzinfo=UTC)
DECIDED = TIP - timedelta(hours=1)

_NAMES = {"home": "Boston Celtics", "away": "Philadelphia 76ers"}


def make_price(decimal_price: float = 2.0, **over: Any) -> StandingPrice:
    """A price of fanduel for the home side, seen ten minutes before DECIDED."""
    side = over.get("side", "home")
    fields: dict[str, Any] = {
        "event_id": "e1",
        "bookmaker": "fanduel",
        "market": "h2h",
        "outcome": _NAMES.get(side, side.title()),
        "side": side,
        "description": "",
        "point": None,
        "price": decimal_to_american(decimal_price),
        "decimal_price": decimal_price,
        "odds_timestamp": DECIDED - timedelta(minutes=10),
        "last_update": None,
        "snapshot_time": DECIDED - timedelta(minutes=10),
        "age_seconds": 600.0,
        "is_live": False,
        "is_valid": True,
        "validation_notes": "",
    }
    return StandingPrice(**{**fields, **over})


def make_value(probability: float | None, decimal_price: float = 2.0, **over: Any) -> Opportunity:
    """A single bet at a price above its fair one, with further fields of its price."""
    price = make_price(decimal_price, **over)
    return Opportunity(
        kind=OpportunityKind.PICK if probability is None else OpportunityKind.VALUE,
        event_id=price.event_id,
        market=price.market,
        description=price.description,
        legs=(Leg(price=price, share=1.0, net_price=decimal_price),),
        edge=None if probability is None else probability * decimal_price - 1,
        probability=probability,
    )


def make_arbitrage(home_price: float = 2.10, away_price: float = 2.05, **over: Any) -> Opportunity:
    """Both teams at two books, with stakes that pay the same: 2.10 and 2.05 return 3.73 %."""
    implied = 1 / home_price + 1 / away_price
    home = make_price(home_price, **over)
    away = make_price(away_price, **{**over, "side": "away", "bookmaker": "draftkings"})
    return Opportunity(
        kind=OpportunityKind.ARBITRAGE,
        event_id=home.event_id,
        market=home.market,
        description="",
        legs=tuple(
            Leg(price=price, share=1 / price.decimal_price / implied, net_price=price.decimal_price)
            for price in (home, away)
        ),
        edge=1 / implied - 1,
    )


def make_proposal(opportunity: Opportunity | None = None, **over: Any) -> Proposal:
    """Decided an hour before TIP."""
    fields: dict[str, Any] = {
        "event": 0,
        "moment": DECIDED,
        "commence_time": TIP,
        "opportunity": opportunity or make_value(0.55),
    }
    return Proposal(**{**fields, **over})


def point(number: float | str | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))
