"""What the keys of markets mean. Only the few that the code treats specially are named; every other key is welcome."""

import re

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


def carries_line(market_key: str) -> bool:
    """Whether several points stand beside each other, so that the point tells outcomes apart.

    True for alternates and props, and for markets not known here; false where one main line moves. Markets of a period
    (spreads_q1) are as their whole game.
    """
    return _PERIOD.sub("", market_key) not in _ONE_LINE


def base_of(market_key: str) -> str:
    """The market of the whole game that it is a part or an alternate of: spreads for alternate_spreads_q1."""
    return _ALTERNATE.sub("", _PERIOD.sub("", market_key))


def is_about_teams(market_key: str) -> bool:
    """Whether its outcomes are the two teams, and a draw in some sports."""
    return base_of(market_key) in (H2H, "h2h_lay", "h2h_3_way", SPREADS)


def is_over_under(market_key: str) -> bool:
    """Whether its outcomes are Over and Under. Props are not counted among these: many have a Yes alone."""
    return base_of(market_key) in (TOTALS, "team_totals")


def may_be_drawn(sport_key: str) -> bool:
    """Whether h2h of this sport may have a draw. Not of those that are played on until somebody wins, or nearly so."""
    return not sport_key.startswith(("basketball_", "baseball_", "americanfootball_", "tennis_"))


def needs_point(market_key: str) -> bool:
    """Whether a quote without a point means nothing."""
    return base_of(market_key) in (SPREADS, TOTALS, "team_totals")


def with_lay(market_keys: set[str]) -> set[str]:
    """The markets an answer can hold when these were asked: exchanges add lay prices of h2h and outrights unasked."""
    return market_keys | {f"{key}_lay" for key in market_keys & {H2H, OUTRIGHTS}}


# What the endpoints for a whole sport can return.
FEATURED = with_lay({H2H, SPREADS, TOTALS, OUTRIGHTS})
