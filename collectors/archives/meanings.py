"""What the texts of a generic file or of its map may mean, pure: sports, markets, sides and moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from events.names import SPORT_KEY
from odds.choices import LineMoment, Side
from odds.markets import H2H, SPREADS, TOTALS, is_about_teams, is_over_under

SIDES = tuple(side.value for side in Side if side is not Side.OTHER)


def wrong_sport(text: str) -> str:
    """What is wrong with the key of a sport; "" if nothing."""
    return "" if SPORT_KEY.fullmatch(text) else f"{text!r} is no key of a sport; write it as basketball_nba"


def wrong_market(text: str) -> str:
    """What is wrong with a market; "" for one of teams or of Over and Under, the only ones that a map has sides for."""
    if is_about_teams(text) or is_over_under(text):
        return ""
    known = (H2H, SPREADS, TOTALS)
    near = get_close_matches(text.casefold(), known, n=1)
    told = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"{text!r} is not known; {told}"


def wrong_moment(text: str) -> str:
    return "" if text in LineMoment.values else f"{text!r} is neither {' nor '.join(LineMoment.values)}"


def wrong_side(text: str) -> str:
    """What is wrong with a side that is the same in all rows, and so no team's name."""
    return "" if text.casefold() in SIDES else f"{text!r} is none of {', '.join(SIDES)}"


def _wrong_number(text: str) -> str:
    try:
        float(text)
    except ValueError:
        return f"{text!r} is no number"
    return ""


def _missing(text: str) -> str:
    return "" if text else "it is empty"


# By the fields of a map: what is wrong with a constant.
OF_CONSTANTS: Mapping[str, Callable[[str], str]] = {
    "sport_key": wrong_sport,
    "bookmaker": _missing,
    "market": wrong_market,
    "side": wrong_side,
    "moment": wrong_moment,
    "price": _wrong_number,
    "point": _wrong_number,
}
# And with what a text of a column stands for: a side may be a team there, and an empty price is none.
OF_VALUES = {name: OF_CONSTANTS[name] for name in ("sport_key", "bookmaker", "market", "moment")}
