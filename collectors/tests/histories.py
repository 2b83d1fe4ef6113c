"""Random histories of one event: what books offered over time, and the truth about it, told twice independently."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from odds.choices import OddsFormat
from odds.records import Asked, EventSnapshot

from .factories import NOON, book, event, h2h, snapshot, spreads, totals

BOOKS = ("pinnacle", "fanduel", "bovada")
MARKETS = ("h2h", "spreads", "totals")
PRICES = (-120, -110, 105)
Offers = dict[tuple[str, str], tuple[int, float]]  # price of both sides and point, by book and market


@dataclass(frozen=True)
class Step:
    """One answer: what was asked, what was offered of it, and the start it stated."""

    at: datetime
    start: datetime
    markets: tuple[str, ...]
    books: tuple[str, ...] | None
    offers: Offers

    def as_snapshot(self) -> EventSnapshot:
        books = [
            book(
                key, *(_market(market, *self.offers[key, market]) for market in MARKETS if (key, market) in self.offers)
            )
            for key in BOOKS
            if any(key == offering for offering, _ in self.offers)
        ]
        payload = event(*books, commence_time=f"{self.start:%Y-%m-%dT%H:%M:%SZ}")
        return snapshot(payload, self.at, Asked.of(OddsFormat.AMERICAN, self.markets, self.books))

    def speaks_of(self, offering: str, market: str) -> bool:
        return market in self.markets and (self.books is None or offering in self.books)


def _market(key: str, price: int, point: float) -> dict[str, Any]:
    if key == "h2h":
        return h2h(price, price)
    return spreads(point, price, price) if key == "spreads" else totals(point, price, price)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Steps in time order, around a start that moves."""
    count = draw(st.integers(1, 8))
    gaps = draw(st.lists(st.integers(1, 90), min_size=count, max_size=count))
    steps, now = [], NOON
    for gap in gaps:
        now += timedelta(minutes=gap)
        markets = tuple(sorted(draw(st.sets(st.sampled_from(MARKETS), min_size=1))))
        books = draw(st.none() | st.sets(st.sampled_from(BOOKS), min_size=1).map(lambda some: tuple(sorted(some))))
        asked = [(b, m) for b in (BOOKS if books is None else books) for m in markets]
        offered = draw(st.sets(st.sampled_from(asked)))
        offers = {
            key: (draw(st.sampled_from(PRICES)), draw(st.sampled_from([-3.5, -4.0, 220.5]))) for key in sorted(offered)
        }
        start = NOON + timedelta(minutes=draw(st.sampled_from([120, 125, 240])))
        steps.append(Step(now, start, markets, books, offers))
    return steps


def standing(steps: list[Step], moment: datetime) -> Offers:
    """What a person with all answers up to `moment` on the table would say is on offer."""
    known: Offers = {}
    for step in steps:
        if step.at > moment:
            break
        known = {key: offer for key, offer in known.items() if not step.speaks_of(*key)} | step.offers
    return known
