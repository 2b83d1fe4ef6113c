"""A strategy and its terms from what somebody asks for, typed in a terminal or on a page: one reading for both.

The names are those of the command's options. All raise ValueError, StrategyError or UnresolvedName with one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings

from events.game_days import bounds
from events.queries import find_sport
from odds.lookups import find_bookmaker, known_bookmaker
from odds.pricing import DevigMethod

from .clv import ClosingTerms
from .decision_times import parse_decision_time
from .fills import parse_fills
from .rules import parse_rules
from .staking import parse_staking
from .strategies import BettingStrategy, strategy_class
from .terms import RunTerms

# What is taken where nothing is told; `stake` and `decide` are the strategy's own, `max_age` is a setting.
DEFAULTS: dict[str, Any] = {
    "bankroll": 10_000.0,
    "fill": "",
    "rules": "default",
    "clv_book": "pinnacle",
    "devig": DevigMethod.MULTIPLICATIVE.value,
    "max_close_age": 10.0,
    "min_coverage": 0.5,
    "seed": 0,
}


def strategy_of(options: Mapping[str, Any]) -> BettingStrategy:
    """The strategy that is meant: `strategy`, `stake`, `decide`, and `param`, pairs of name and value.

    One that needs a bookmaker nobody knows is refused: it could decide on nothing.
    """
    strategy = strategy_class(options["strategy"])(
        staking=parse_staking(options["stake"]) if options["stake"] else None,
        decides=parse_decision_time(options["decide"]) if options["decide"] else None,
        **dict(options["param"]),
    )
    for book in strategy.books_needed:
        known_bookmaker(book)
    return strategy


def terms_of(options: Mapping[str, Any], start: datetime, end: datetime) -> RunTerms:
    """How it is run, on events that begin in [start, end)."""
    book = options["clv_book"]
    return RunTerms(
        sport_key=find_sport(options["sport"]) if options["sport"] else settings.SPORTS[0],
        start=start,
        end=end,
        initial_bankroll=options["bankroll"],
        bookmakers=tuple(find_bookmaker(each) for each in options["bookmaker"]),
        fills=parse_fills(options["fill"]),
        rules=parse_rules(options["rules"]),
        closing=ClosingTerms(
            bookmaker=None if book == "own" else known_bookmaker(book),
            method=DevigMethod(options["devig"]),
            max_close_age_minutes=options["max_close_age"],
        ),
        max_age_minutes=options["max_age"],
        min_coverage=options["min_coverage"],
        bet_again=options["bet_again"],
        seed=options["seed"],
    )


def range_of(first: date, last: date) -> tuple[datetime, datetime]:
    """[start, end) of the game days from the first to the last."""
    if last < first:
        raise ValueError(f"--end: {last} is before --start {first}")
    return bounds(first)[0], bounds(last)[1]
