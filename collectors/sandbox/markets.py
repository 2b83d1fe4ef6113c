"""The keys of markets: which the bulk endpoints take, and which the odds of one event take besides."""

from __future__ import annotations

FEATURED = ("h2h", "spreads", "totals")
BULK = frozenset({*FEATURED, "outrights"})
UNASKED = {"h2h_lay": "h2h"}  # what exchanges add, and to what

PERIODS = {"q1": 0.25, "q2": 0.25, "q3": 0.25, "q4": 0.25, "h1": 0.5, "h2": 0.5}  # parts of a game
_MAIN = ("h2h", "h2h_3_way", "spreads", "totals", "team_totals")
_ALTERNATE = ("alternate_spreads", "alternate_totals", "alternate_team_totals")
_PLAYER = (
    *("points", "rebounds", "assists", "points_q1", "rebounds_q1", "assists_q1"),
    *("threes", "blocks", "steals", "blocks_steals", "turnovers", "field_goals", "frees_made", "frees_attempts"),
    *("points_rebounds_assists", "points_rebounds", "points_assists", "rebounds_assists", "fantasy_points"),
    *("first_basket", "first_team_basket", "method_of_first_basket", "double_double", "triple_double"),
)
_PLAYER_ALTERNATE = (
    *("points", "rebounds", "assists", "blocks", "steals", "turnovers", "threes", "fantasy_points"),
    *("points_assists", "points_rebounds", "rebounds_assists", "points_rebounds_assists"),
)

KNOWN = frozenset(
    {
        *BULK,
        *_MAIN,
        *_ALTERNATE,
        *UNASKED,
        *(f"{market}_{period}" for market in (*_MAIN, *_ALTERNATE) for period in PERIODS),
        *(f"player_{what}" for what in _PLAYER),
        *(f"player_{what}_alternate" for what in _PLAYER_ALTERNATE),
    }
)


def split(key: str) -> tuple[str, str | None]:
    """A market and the part of the game it is about, None for the whole."""
    base, _, period = key.rpartition("_")
    return (base, period) if period in PERIODS else (key, None)
