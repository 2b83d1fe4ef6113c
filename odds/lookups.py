"""Bookmakers and markets found by what people type."""

import re
from typing import TypedDict

from django.conf import settings

from events.names import UnresolvedName, listed, resolve, spellings, unknown

from .known_bookmakers import KINDS
from .markets import H2H, SPREADS, TOTALS
from .models import Bookmaker, Market

# How the provider writes most markets: player_points, alternate_spreads.
_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_SPOKEN = {
    "moneyline": H2H,
    "money line": H2H,
    "ml": H2H,
    "head to head": H2H,
    "spread": SPREADS,
    "handicap": SPREADS,
    "point spread": SPREADS,
    "total": TOTALS,
    "over/under": TOTALS,
    "ou": TOTALS,
}


def find_bookmaker(typed: str) -> str:
    """The key of the bookmaker meant by its key, its title or a part: 'Caesars' is williamhill_us.

    Raises UnresolvedName, with the keys that fit or the nearest ones.
    """
    return resolve("bookmaker", typed, spellings(Bookmaker.objects.values_list("key", "title")))


def known_bookmaker(key: str) -> str:
    """The same key, if it is of a bookmaker that is stored, collected or known by name.

    Raises UnresolvedName otherwise, with the nearest keys.
    """
    known = spellings(Bookmaker.objects.values_list("key", "title"))
    known |= {each: each for each in (*KINDS, *settings.BOOKMAKERS)}
    if key not in known.values():
        raise UnresolvedName(unknown("bookmaker", key, known))
    return key


class Keys(TypedDict):
    bookmaker: str | None
    market: str | None


def keys(bookmaker: str | None, market: str | None) -> Keys:
    """What was typed as keys, under the same two names; what was not given stays None."""
    return {
        "bookmaker": None if bookmaker is None else find_bookmaker(bookmaker),
        "market": None if market is None else find_market(market),
    }


def find_market(typed: str) -> str:
    """The key of the market meant by its key, a part of it, or as people say: 'moneyline' is h2h.

    Raises UnresolvedName, with the keys that fit or the nearest ones.
    """
    keys = set(Market.objects.values_list("key", flat=True))
    if _KEY.fullmatch(typed) and not any(all(word in key for word in typed.split("_")) for key in keys):
        raise UnresolvedName(f"nothing of the market {typed} is stored yet; stored: {listed(sorted(keys)) or 'none'}")
    spoken = {words: key for words, key in _SPOKEN.items() if key in keys}
    return resolve("market", typed, spoken | {key: key for key in keys})
