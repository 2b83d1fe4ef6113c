"""What outcomes are worth: by a sharp bookmaker, or by many together.

Fair chances come from complete lines only, with the margin removed, at the number that is judged; from another number
only through a model. Nobody is judged by a price of his own or a copy of it.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from ..known_copies import original_of
from ..lines import StandingPrice
from ..pricing import consensus, fair_probabilities
from ..wording import percent, pointed
from .offers import MarketOffers, Offer, Sides, turned
from .terms import Consensus, Terms


class Fair(NamedTuple):
    """What one outcome is worth."""

    chance: float  # given that it does not push
    judges: tuple[StandingPrice, ...]  # the prices that it comes from
    origin: str  # 'by pinnacle'


class _Line(NamedTuple):
    """The complete line of one book at one number."""

    prices: tuple[StandingPrice, ...]  # by side in alphabetical order
    chances: tuple[tuple[float, ...], ...]  # of these, by each way to remove the margin


_Opinion = dict[str, Fair]
"""By side of one number; empty where nobody can tell."""


class Judges:
    """Who says what is fair in one market."""

    def __init__(self, market: MarketOffers, terms: Terms) -> None:
        self._market = market
        self._terms = terms
        self._lines = {number: self._judging(sides) for number, sides in market.numbers.items()}
        self._opinions: dict[tuple[Decimal | None, str], _Opinion] = {}

    def fair(self, number: Decimal | None, offer: Offer) -> Fair | None:
        """What the outcome of an offer at this number is worth; None if nobody can tell."""
        opinion = self._opinion(number, offer.book)
        return opinion.get(offer.price.side) if opinion else self._moved(number, offer)

    def _moved(self, number: Decimal | None, offer: Offer) -> Fair | None:
        """By the nearest number that has judges, through the model."""
        model, price = self._terms.model, offer.price
        if model is None or number is None:
            return None
        numbers = [other for other in self._lines if other is not None and self._opinion(other, offer.book)]
        if not numbers:
            return None
        nearest = min(numbers, key=lambda other: (abs(other - number), other))
        at, fair = turned(price.side, nearest), self._opinion(nearest, offer.book).get(price.side)
        moved = model(price, fair.chance, at) if fair else None
        if fair is None or moved is None:
            return None
        chance, error = moved
        return Fair(chance, fair.judges, f"± {percent(error)}, modelled from {pointed(price.side, at)}, {fair.origin}")

    def _opinion(self, number: Decimal | None, book: str) -> _Opinion:
        """What others than this book think; worked out once for all books that have no say in it anyway."""
        key = number, book if book in self._lines[number] else ""
        if key not in self._opinions:
            self._opinions[key] = self._think([line for name, line in self._lines[number].items() if name != book])
        return self._opinions[key]

    def _think(self, lines: list[_Line]) -> _Opinion:
        reference = self._terms.reference
        if len(lines) < (reference.min_books if isinstance(reference, Consensus) else 1):
            return {}
        if isinstance(reference, Consensus):
            rows_by_method = zip(*(line.chances for line in lines), strict=True)
            by_method = [consensus(rows, how=reference.how) for rows in rows_by_method]
            judge = f"the {reference.how} of {len(lines)} books"
        else:
            by_method, judge = list(lines[0].chances), reference
        lowest = map(min, zip(*by_method, strict=True))
        prices = tuple(price for line in lines for price in line.prices)
        origin = f"by {judge}"
        sides = [price.side for price in lines[0].prices]
        return {side: Fair(chance, prices, origin) for side, chance in zip(sides, lowest, strict=True)}

    def _judging(self, sides: Sides) -> dict[str, _Line]:
        """The complete lines of those who judge, by book; of a book and its copies the book's own if there is one."""
        reference = self._terms.reference
        quotes: dict[str, dict[str, StandingPrice]] = defaultdict(dict)
        for side in sorted(sides):
            for offer in sides[side]:
                if isinstance(reference, Consensus) or offer.price.bookmaker == reference:
                    quotes[offer.price.bookmaker][side] = offer.price
        lines: dict[str, _Line] = {}
        for bookmaker in sorted(quotes, key=lambda key: (key != original_of(key), key)):
            prices = tuple(quotes[bookmaker].values())
            if original_of(bookmaker) not in lines and self._market.is_complete(prices):
                decimals = [price.decimal_price for price in prices]
                chances = tuple(fair_probabilities(decimals, method) for method in self._terms.methods)
                lines[original_of(bookmaker)] = _Line(prices, chances)
        return lines
