"""Single values as the provider writes them: prices, points, times and names, pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isfinite

from odds.choices import OddsFormat, Side
from odds.pricing import american_to_decimal, decimal_to_american

# PostgreSQL's integer, the column of prices and scores. Real prices stay below 200,000.
LARGEST_NUMBER = 2**31 - 1
LARGEST_POINT = 10**6
LONGEST_NAME = 200

_SIDES_BY_NAME = {"over": Side.OVER, "under": Side.UNDER, "draw": Side.DRAW}


def side_of(name: str, home_team: str, away_team: str) -> Side:
    """Whom an outcome is for, by its name alone: providers list home and away in any order."""
    key = match_key(name)
    if home_team and key == match_key(home_team):
        return Side.HOME
    if away_team and key == match_key(away_team):
        return Side.AWAY
    return _SIDES_BY_NAME.get(key, Side.OTHER)


def match_key(name: str) -> str:
    """What two spellings of one name have in common, whatever their Unicode form, case and outer spaces."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


@lru_cache(maxsize=65536, typed=True)  # typed, since 100 and 100.0 are one key to a plain cache
def read_price(price: float, odds_format: OddsFormat) -> tuple[int, float]:
    """The American and the decimal price. Raises ValueError for what cannot be a price."""
    if not abs(price) <= LARGEST_NUMBER:
        raise ValueError(f"{price!r:.30} is beyond any price")
    if odds_format is OddsFormat.AMERICAN:
        decimal_price = american_to_decimal(price)
        american = int(Decimal(str(price)).to_integral_value(ROUND_HALF_UP))
    else:
        decimal_price = float(price)
        american = decimal_to_american(decimal_price)
    if abs(american) > LARGEST_NUMBER:
        raise ValueError(f"{price!r} is beyond any price")
    return american, decimal_price


@lru_cache(maxsize=4096, typed=True)
def read_point(point: float) -> Decimal:
    """The point as an exact number. Raises ValueError for what no scoreboard could show."""
    exact = Decimal(str(point))
    if abs(exact) >= LARGEST_POINT or exact != round(exact, 3):
        raise ValueError(f"point {point!r} is out of range or has more than three decimals")
    return exact + 0  # -0.0 and 0 are one line


@lru_cache(maxsize=65536)
def clean(text: str) -> str:
    """`text` as PostgreSQL can hold and index it: no NUL, no half surrogate pairs, not endless.

    A longer text is cut and ends in its hash, so that two that begin alike stay two. The raw answer keeps it whole.
    """
    text = "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[: LONGEST_NAME - 13]}…{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def tell_odds_format(prices: Iterable[float]) -> OddsFormat:
    """The format most of these prices can only be in; American where nothing speaks for decimal.

    An answer does not say in which format it is. Below -1 only American is possible; between 1 and 100, or with
    decimals, only decimal.
    """
    balance = 0
    for price in prices:
        if price <= -100:
            balance += 1
        elif isfinite(price) and (1 < price < 100 or price % 1):
            balance -= 1
    return OddsFormat.DECIMAL if balance < 0 else OddsFormat.AMERICAN
