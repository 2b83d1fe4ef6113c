"""Models of moved lines as what judges other numbers than those that the sharp book has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from ..choices import Side
from ..lines import StandingPrice
from .terms import NumberModel

if TYPE_CHECKING:
    from ..pricing.moved_lines import LineModel  # which needs numpy, and whoever has one has that


def by_line_models(models: Mapping[str, LineModel]) -> NumberModel:
    """A model of numbers from those of markets, by market key: one of margins for spreads, one of totals for totals."""

    def judge(price: StandingPrice, chance: float, at: Decimal) -> tuple[float, float] | None:
        model = models.get(price.market)
        if model is None or price.point is None or not 0 < chance < 1:
            return None
        moved = model.moved(chance, at, price.point, Side(price.side))
        return None if moved is None else (moved.probability, moved.standard_error)

    return judge
