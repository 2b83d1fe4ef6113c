"""What the keys of markets mean. Only the few that the code treats specially are named; every other key is welcome."""

import re
from enum import Enum
from functools import lru_cache

H2H = "h2h"
SPREADS = "spreads"
TOTALS = "totals"
OUTRIGHTS = "outrights"

_PERIOD = re.compile(r"_(?:q[1-4]|h[12]|p[1-3]|1st_\w+)$")
_ALTERNATE = re.compile(r"^alternate_")
_ONE_LINE = {H2H, "h2h_lay", "h2h_3_way", SPREADS, TOTALS, "team_totals", OUTRIGHTS, "outrights_lay"}


def is_lay(market_key: str) -> bool:
    """Whether its prices are offers to lay, against the outcome: never in a best price or an overround."""
    return market_key.endswith("_lay")


@lru_cache(maxsize=1024)  # asked for every quote
def carries_line(market_key: str) -> bool:
    """Whether several points stand beside each other, so that the point tells outcomes apart.

    True for alternates and props, and for markets not known here; false where one main line moves. Markets of a period
    (spreads_q1) are as their whole game.
    """
    return _PERIOD.sub("", market_key) not in _ONE_LINE


@lru_cache(maxsize=1024)
def base_of(market_key: str) -> str:
    """The market of the whole game that it is a part or an alternate of: spreads for alternate_spreads_q1."""
    return _ALTERNATE.sub("", _PERIOD.sub("", market_key))


def is_about_teams(market_key: str) -> bool:
    """Whether its outcomes are the two teams, and a draw in some sports."""
    return base_of(market_key) in (H2H, "h2h_lay", "h2h_3_way", SPREADS)


def is_over_under(market_key: str) -> bool:
    """Whether its outcomes are Over and Under. Props are not counted among these: many have a Yes alone."""
    return base_of(market_key) in (TOTALS, "team_totals")


class Draw(Enum):
    """Whether head to head has a draw in a sport."""

    NEVER = "never"
    MAYBE = "maybe"  # not known, or some bookmakers refund it
    ALWAYS = "always"


def draw_in(sport_key: str) -> Draw:
    """None where they play until somebody wins, or nearly so; one in every quote of soccer."""
    if sport_key.startswith(("basketball_", "baseball_", "americanfootball_", "tennis_")):
        return Draw.NEVER
    return Draw.ALWAYS if sport_key.startswith("soccer_") else Draw.MAYBE


def has_draw(market_key: str, draw: Draw) -> bool:
    """Whether a market without a draw lacks one."""
    base = base_of(market_key)
    return base == "h2h_3_way" or (base == H2H and draw is Draw.ALWAYS)


def needs_point(market_key: str) -> bool:
    """Whether a quote without a point means nothing."""
    return base_of(market_key) in (SPREADS, TOTALS, "team_totals")


def with_lay(market_keys: set[str]) -> set[str]:
    """The markets an answer can hold when these were asked: exchanges add lay prices of h2h and outrights unasked."""
    return market_keys | {f"{key}_lay" for key in market_keys & {H2H, OUTRIGHTS}}


# What the endpoints for a whole sport can return.
FEATURED = with_lay({H2H, SPREADS, TOTALS, OUTRIGHTS})
