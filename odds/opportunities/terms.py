"""What is asked of an opportunity before it counts as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, Protocol, Self

from ..choices import BookmakerKind
from ..known_bookmakers import KINDS
from ..lines import StandingPrice
from ..markets import Draw, draw_in
from ..pricing import DevigMethod

# Picks at fixed payouts are no single bets at a price.
NO_SINGLE_BETS = frozenset(key for key, kind in KINDS.items() if kind is BookmakerKind.DFS)


class BadTerms(ValueError):
    """Terms that cannot be meant; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """Fair chances from many books at once. The book that is judged has no say, and copies count once."""

    how: Literal["mean", "median"] = "median"
    min_books: int = 3  # that quote the complete line, beside the one judged

    def __post_init__(self) -> None:
        if self.min_books < 1:
            raise BadTerms(f"min_books is {self.min_books}, expected at least 1")

    def __str__(self) -> str:
        return f"the {self.how} of books"


Reference = str | Consensus
"""By what value is measured: the key of a sharp bookmaker, or a consensus."""


class NumberModel(Protocol):
    """A model of how chances change from one number to another."""

    def __call__(self, price: StandingPrice, chance: float, at: Decimal) -> tuple[float, float] | None:
        """The fair chance that `price` wins if it does not push, and the standard error of that.

        `chance` is the fair one of the same outcome at the number `at`, as that outcome has it. None: it cannot tell.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The limits an opportunity has to keep, and how fair chances are found. All fractions are of the stake."""

    min_return: float = 0.01  # arbitrage: what it wins at least
    min_edge: float = 0.01  # value: expected at least
    max_hold: float = 0.01  # low hold: what the set costs at most
    max_middle_loss: float = 0.05  # middle: what it costs at most when it is missed
    suspect_above: float = 0.08  # from here on it is too good to be true
    max_age_seconds: float | None = 3600  # of every price used; those of an archive without times have no age
    same_snapshot_only: bool = False
    commissions: Mapping[str, float] = field(default_factory=dict, hash=False)  # of net winnings, by bookmaker key
    without: frozenset[str] = NO_SINGLE_BETS  # bookmakers left out altogether
    draw: Draw = (
        Draw.MAYBE
    )  # whether head to head has a draw in the sport; it has, in any case, where a price is for one
    reference: Reference = "pinnacle"
    devig: DevigMethod | None = DevigMethod.MULTIPLICATIVE  # None: the lowest chance that any of the methods gives
    model: NumberModel | None = None  # without one, prices are judged at the same number only

    def __post_init__(self) -> None:
        for name in ("min_return", "min_edge", "max_hold", "max_middle_loss", "suspect_above"):
            if not -1 < getattr(self, name) < 1:
                raise BadTerms(f"{name} is {getattr(self, name)!r}, expected a fraction between -1 and 1: 0.01 for 1 %")
        if self.max_age_seconds is not None and not self.max_age_seconds >= 0:
            raise BadTerms(f"max_age_seconds is {self.max_age_seconds!r}, expected at least 0, or None for any age")
        for book, commission in self.commissions.items():
            if not 0 <= commission < 1:
                raise BadTerms(f"commission of {book} is {commission!r}, expected a fraction from 0 to below 1")

    @property
    def methods(self) -> tuple[DevigMethod, ...]:
        """The ways to remove the margin of which the lowest chance counts."""
        return tuple(DevigMethod) if self.devig is None else (self.devig,)

    def in_sport(self, sport_key: str) -> Self:
        """These terms with what the sport says of draws."""
        return replace(self, draw=draw_in(sport_key))
