"""How a reader wants prices written: American, decimal, or as the probability they imply. Pure."""

from __future__ import annotations

from enum import StrEnum

from .pricing import implied_probability
from .wording import decimal, percent, signed

COOKIE = "prices"


class PriceStyle(StrEnum):
    AMERICAN = "american"
    DECIMAL = "decimal"
    PROBABILITY = "probability"


def style_named(value: str | None) -> PriceStyle:
    """The style of this name; American for any other."""
    return PriceStyle(value) if value in set(PriceStyle) else PriceStyle.AMERICAN


def written(style: PriceStyle, price: int | None, decimal_price: float | None) -> str:
    """'-110', '1.909' or '52.4 %', the margin included; a dash where there is no price."""
    if price is None or decimal_price is None:
        return "–"
    if style is PriceStyle.AMERICAN:
        return signed(price)
    return decimal(decimal_price) if style is PriceStyle.DECIMAL else percent(implied_probability(decimal_price))
