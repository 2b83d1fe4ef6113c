"""An event as a snapshot states it, against what was known of it."""

from __future__ import annotations

from collections.abc import Iterator

from events.times import duration, stamp

from ..choices import IssueType, Severity
from ..records import Issue, Sighting, Thresholds
from .registry import sighting_rule


@sighting_rule(IssueType.START_MOVED)
def start_stays(sighting: Sighting, thresholds: Thresholds) -> Iterator[Issue]:
    """A start moves by minutes, mostly when the game begins. Further, and it was put off or set anew."""
    before, now = sighting.start_before, sighting.stated.commence_time
    if before is None or abs(now - before) < thresholds.start_moved_by:
        return
    how = f"{duration(abs(now - before))} {'later' if now > before else 'earlier'}"
    most = duration(thresholds.start_moved_by)
    text = f"the start moved from {stamp(before)} to {stamp(now)} UTC, {how}; expected less than {most}"
    yield Issue(IssueType.START_MOVED, Severity.WARNING, text, (), f"{now:%Y-%m-%dT%H:%M:%S}")


@sighting_rule(IssueType.TEAMS_SWAPPED)
def teams_keep_their_sides(sighting: Sighting, thresholds: Thresholds) -> Iterator[Issue]:
    """Home stays home. Where the two are swapped, sides and spreads of the answer cannot be trusted."""
    if _is_same_game(sighting) and _names(sighting) != sighting.names:
        seen, known = (" @ ".join(reversed(names)) for names in (_names(sighting), sighting.names))
        text = f"home and away are swapped: seen {seen}, known as {known}; the known names stay"
        yield Issue(IssueType.TEAMS_SWAPPED, Severity.ERROR, text)


@sighting_rule(IssueType.OTHER_GAME)
def id_stays_with_its_game(sighting: Sighting, thresholds: Thresholds) -> Iterator[Issue]:
    """An id belongs to one game for ever."""
    if not _is_same_game(sighting):
        seen, known = (" @ ".join(reversed(names)) for names in (_names(sighting), sighting.names))
        where = f"seen {seen} ({sighting.stated.sport_key}), known as {known} ({sighting.sport_key})"
        text = f"the id came back as another game: {where}; the known names stay"
        yield Issue(IssueType.OTHER_GAME, Severity.ERROR, text)


def _names(sighting: Sighting) -> tuple[str, str]:
    """Home and away as stated; a name that is not stated is no contradiction."""
    home, away = sighting.names
    return sighting.stated.home_team or home, sighting.stated.away_team or away


def _is_same_game(sighting: Sighting) -> bool:
    return sighting.stated.sport_key == sighting.sport_key and set(_names(sighting)) == set(sighting.names)
