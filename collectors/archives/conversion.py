"""Games of an archive as this project stores them, pure: offers without a time, and snapshots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec

from odds.choices import OddsFormat, Side, Source
from odds.lines import side_order
from odds.pricing import american_to_decimal, decimal_to_american
from odds.records import ArchiveLine, ArchiveOffer, Asked, EventSnapshot, OutcomeKey

from ..the_odds_api.normaliser import read_event
from .records import ArchiveGame, ArchiveQuote

_encoder = msgspec.json.Encoder(decimal_format="number")


class Teams(msgspec.Struct, frozen=True):
    """An event as it is stored, or will be: the provider's id and names."""

    api_id: str
    home: str
    away: str

    def name_of(self, side: Side) -> str:
        """The name under which an outcome of this side is quoted."""
        return {Side.HOME: self.home, Side.AWAY: self.away}.get(side, side.value.title())


def untimed_offers(
    event_id: int, teams: Teams, quotes: Iterable[ArchiveQuote]
) -> dict[ArchiveOffer, list[ArchiveLine]]:
    """The opening and closing prices of a game, by bookmaker and market, not judged yet. `event_id` is the row's."""
    offers: dict[ArchiveOffer, dict[OutcomeKey, ArchiveLine]] = defaultdict(dict)
    for quote in quotes:
        if quote.moment is not None:
            offer = ArchiveOffer(event_id, quote.bookmaker, quote.market, quote.moment)
            outcome = OutcomeKey(quote.side, teams.name_of(quote.side), "", None)
            offers[offer].setdefault(outcome, ArchiveLine(outcome, *_prices(quote), quote.point))
    return {offer: list(lines.values()) for offer, lines in offers.items()}


def _prices(quote: ArchiveQuote) -> tuple[int | None, float | None]:
    if quote.decimal_price is not None:
        return decimal_to_american(quote.decimal_price), quote.decimal_price
    return quote.price, None if quote.price is None else american_to_decimal(quote.price)


def snapshot(game: ArchiveGame, teams: Teams) -> EventSnapshot:
    """A game at the instant of its quotes, as the answer of the provider that would have said so.

    It speaks for the offers that it holds, and for no others. The game has a start, and quotes with one instant.
    """
    quotes = [quote for quote in game.quotes if quote.observed_at is not None]
    moment, start = quotes[0].observed_at, game.start
    if moment is None or start is None:
        raise ValueError(f"{game.where}: a snapshot needs an instant and a start")
    odds_format = OddsFormat.AMERICAN if quotes[0].decimal_price is None else OddsFormat.DECIMAL
    raw = _encoder.encode(
        {
            "id": teams.api_id,
            "sport_key": game.sport_key,
            "commence_time": _written(start),
            "home_team": teams.home,
            "away_team": teams.away,
            "bookmakers": _bookmakers(quotes, teams),
        }
    )
    return read_event(raw, snapshot_time=moment, asked=Asked({}, odds_format), source=Source.IMPORT)


def _bookmakers(quotes: list[ArchiveQuote], teams: Teams) -> list[dict[str, Any]]:
    """In one order, whatever that of the file: the same prices are the same answer."""
    quotes = sorted(quotes, key=lambda quote: (quote.bookmaker, quote.market, side_order(quote.side)))
    return [
        {
            "key": bookmaker,
            "markets": [
                _market(market, list(of_market), teams)
                for market, of_market in groupby(of_book, key=lambda quote: quote.market)
            ],
        }
        for bookmaker, of_book in groupby(quotes, key=lambda quote: quote.bookmaker)
    ]


def _market(key: str, quotes: list[ArchiveQuote], teams: Teams) -> dict[str, Any]:
    updates = [quote.last_update for quote in quotes if quote.last_update is not None]
    market: dict[str, Any] = {"key": key, "outcomes": [_outcome(quote, teams) for quote in quotes]}
    return market | ({"last_update": _written(max(updates))} if updates else {})


def _outcome(quote: ArchiveQuote, teams: Teams) -> dict[str, Any]:
    price = quote.price if quote.decimal_price is None else quote.decimal_price
    point = {} if quote.point is None else {"point": quote.point}
    return {"name": teams.name_of(quote.side), "price": price, **point}


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
