"""Events that are not the ones they were, and results that are none."""

from __future__ import annotations

from typing import Any

from .data_faults_places import Change, Place, literal

OTHER_ID = "0123456789abcdef" * 2


def _swap_teams(place: Place) -> None:
    event = place.event
    event["home_team"], event["away_team"] = event["away_team"], event["home_team"]


def _other_teams(place: Place) -> None:
    """The same id, with a game between two others."""
    place.event.update(home_team="Springfield Atoms", away_team="Shelbyville Sharks")


def _vanish(place: Place) -> None:
    place.events.remove(place.event)


def _sport(key: str, title: str) -> Change:
    return lambda place: place.event.update(sport_key=key, sport_title=title)


def _new_event_in_new_sport(place: Place) -> None:
    """One event more, of a sport nobody has heard of."""
    place.events.append({**place.event, "id": OTHER_ID, "sport_key": "quidditch_league", "sport_title": "Quidditch"})


def _score(value: Any) -> Change:
    return lambda place: place.scores[0].update(score=value)


def _corrected(place: Place) -> None:
    """One point more for the one listed first."""
    side = place.scores[0]
    side["score"] = str(int(side["score"]) + 1)


def _one_side(place: Place) -> None:
    del place.scores[1:]


def _both_alike(place: Place) -> None:
    place.scores[1]["name"] = place.scores[0]["name"]


CASES: dict[str, Change] = {
    "teams_swapped": _swap_teams,
    "other_teams": _other_teams,
    "other_sport": _sport("americanfootball_nfl", "NFL"),
    "new_sport": _new_event_in_new_sport,
    "new_id": lambda place: place.event.update(id=OTHER_ID),
    "id_number": lambda place: place.event.update(id=17),
    "id_empty": lambda place: place.event.update(id=""),
    "event_vanishes": _vanish,
    "scores_null": lambda place: place.event.update(scores=None),
    "scores_empty": lambda place: place.event.update(scores=[]),
    "score_null": _score(None),
    "score_text": _score("one hundred"),
    "score_number": _score(102),
    "score_fraction": _score(literal("101.5")),
    "score_negative": _score("-5"),
    "score_huge": _score("9" * 5_000),
    "score_nan": _score(literal("NaN")),
    "score_other_team": lambda place: place.scores[0].update(name="Nobody's Team"),
    "score_one_side": _one_side,
    "score_twice": _both_alike,
    "score_corrected": _corrected,
    "completed_text": lambda place: place.event.update(completed="true"),
    "uncompleted": lambda place: place.event.update(completed=False),
}
