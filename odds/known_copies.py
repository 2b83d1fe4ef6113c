"""Bookmakers that show another one's prices under a name of their own: together they are one opinion, and one desk.

By key: the copy, then whom it copies. In recorded seasons and answers these agree nearly always, so that two of them
confirm nothing that one alone does not, and a difference between them is a delay in the data. `sportsbet_ag` is the
name that imports of archives give to `sportsbet.ag`; the Australian `sportsbet` is somebody else.
"""

ORIGINALS = {
    "lowvig": "betonlineag",
    "sportsbet_ag": "betonlineag",
    "justbet": "bookmaker_eu",
    "bookmaker": "bookmaker_eu",  # the same under both keys
}


def original_of(bookmaker: str) -> str:
    """The bookmaker whose prices this one shows: itself unless it is a known copy."""
    return ORIGINALS.get(bookmaker, bookmaker)
