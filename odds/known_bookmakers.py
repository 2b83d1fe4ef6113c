"""What is known of bookmakers that no answer tells: their kind, by key. All others are taken for retail at first.

A starting point for rows that are made when a bookmaker is first seen; the admin has the last word.
"""

from .choices import BookmakerKind

_KEYS = {
    # They take large bets, move first, and keep little.
    BookmakerKind.SHARP: "pinnacle circasports bookmaker bookmaker_eu lowvig betanysports",
    # Customers bet against each other; the exchange takes a share of what is won.
    BookmakerKind.EXCHANGE: (
        "betfair betfair_ex_au betfair_ex_eu betfair_ex_uk betopenly kalshi matchbook novig polymarket prophetx "
        "smarkets"
    ),
    # Fixed payouts for picks.
    BookmakerKind.DFS: "betr_us_dfs pick6 prizepicks underdog",
}

KINDS = {key: kind for kind, keys in _KEYS.items() for key in keys.split()}


def kind_of(key: str) -> BookmakerKind:
    return KINDS.get(key, BookmakerKind.RETAIL)
