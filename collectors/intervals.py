"""How often to fetch, by how far off the next start is."""

import math
from itertools import pairwise

# From the farthest to the nearest; what each begins with is told in .env.example.
TIERS = ("far", "medium", "near", "imminent")


def parse_intervals(text: str) -> dict[str, float]:
    """The minutes between fetches of each tier, of a text such as "far=30,medium=15,near=5,imminent=1".

    Raises ValueError, with one line, unless every tier is there once, above 0, and none above that of a farther tier.
    """
    intervals: dict[str, float] = {}
    for part in text.split(","):
        tier, equals, minutes = (piece.strip() for piece in part.partition("="))
        if not equals or tier not in TIERS:
            raise ValueError(f"{part.strip()!r} is not tier=minutes with a tier of {', '.join(TIERS)}")
        if tier in intervals:
            raise ValueError(f"{tier} is there twice")
        intervals[tier] = _minutes(tier, minutes)
    return ordered_intervals(intervals)


def ordered_intervals(intervals: dict[str, float]) -> dict[str, float]:
    """The same, from far to imminent. Raises ValueError, with one line, where a tier is missing or out of order."""
    if missing := [tier for tier in TIERS if tier not in intervals]:
        raise ValueError(f"{', '.join(missing)} missing; all of {', '.join(TIERS)} must be given")
    if unknown := sorted(intervals.keys() - set(TIERS)):
        raise ValueError(f"{', '.join(unknown)}: not among {', '.join(TIERS)}")
    for tier in TIERS:
        if not 0 < intervals[tier] < math.inf:
            raise ValueError(f"{tier}={intervals[tier]:g} is not above 0 minutes")
    for farther, nearer in pairwise(TIERS):
        if intervals[nearer] > intervals[farther]:
            raise ValueError(
                f"{nearer}={intervals[nearer]:g} is longer than {farther}={intervals[farther]:g}; "
                "nearer to the start it may only get shorter"
            )
    return {tier: intervals[tier] for tier in TIERS}


def _minutes(tier: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{tier}={text!r} is no number of minutes") from None
