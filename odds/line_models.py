"""Models of moved lines (`pricing.moved_lines`) from the games that are stored, of what was known at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from statistics import median

from events.game_days import bounds, day_of
from events.models import Event, EventScore
from events.querysets import EventQuerySet
from events.results import shown

from .choices import Side
from .event_lines import closing_prices
from .markets import SPREADS, TOTALS
from .pricing.moved_lines import FEWEST_GAMES, LineModel, fit_margins, fit_totals

# When an imported score was known is not written: so long after the start, or after the day where that is all there is.
_LONGEST_GAME = timedelta(hours=4)


class NotEnoughGames(ValueError):
    """Too few games with a result and a closing line are stored to fit a model."""


def spread_model(sport_key: str, *, before: datetime, is_sandbox: bool = False) -> LineModel:
    """How spreads move, from the games of a sport whose final score was known before an instant (aware).

    A game's line is the median of the closing points of its books, archives included, and its score the one known then:
    a correction that came later is not in it. The sandbox's games are a world apart, left out unless asked for, and
    then alone. Raises NotEnoughGames below `FEWEST_GAMES`.
    """
    games = _games(sport_key, before, SPREADS, Side.HOME, is_sandbox=is_sandbox)
    return fit_margins([line for line, _, _ in games], [home - away for _, home, away in games])


def total_model(sport_key: str, *, before: datetime, is_sandbox: bool = False) -> LineModel:
    """How totals move; else as `spread_model`."""
    games = _games(sport_key, before, TOTALS, Side.OVER, is_sandbox=is_sandbox)
    return fit_totals([line for line, _, _ in games], [home + away for _, home, away in games])


def _games(
    sport_key: str, before: datetime, market: str, side: Side, *, is_sandbox: bool
) -> list[tuple[float, int, int]]:
    """(closing line, home score, away score) of each game that has them."""
    events = Event.objects.for_sport(sport_key).filter(is_sandbox=is_sandbox, commence_time__lt=before)
    lines = _closing_points(events, market, side)
    games = [
        (lines[score.event.api_id], score.home_score, score.away_score)
        for score in _results(events, before)
        if score.event.api_id in lines and score.home_score is not None and score.away_score is not None
    ]
    if len(games) < FEWEST_GAMES:
        raise NotEnoughGames(
            f"{sport_key}: {len(games)} games before {before:%Y-%m-%d %H:%M} have a result and closing {market}; "
            f"{FEWEST_GAMES} are needed to say what another number is worth"
        )
    return games


def _closing_points(events: EventQuerySet, market: str, side: Side) -> dict[str, float]:
    """The median of the books' closing points of a side, by the provider's id of the event."""
    points: dict[str, list[float]] = defaultdict(list)
    for price in closing_prices(events, market=market):
        if price.side == side and price.point is not None:
            points[price.event_id].append(float(price.point))
    return {event_id: median(each) for event_id, each in points.items()}


def _results(events: EventQuerySet, before: datetime) -> Iterator[EventScore]:
    """The final score of each event as it was known before an instant; none for one that had none yet."""
    scores = EventScore.objects.filter(event__in=events, completed=True).select_related("event").order_by("event")
    for _, given in groupby(scores, key=attrgetter("event_id")):
        known = [score for score in given if _known_at(score) < before]
        if known:
            yield shown(known)


def _known_at(score: EventScore) -> datetime:
    if not score.origin:
        return score.last_update or score.observed_at
    event = score.event
    return (bounds(day_of(event.commence_time))[1] if event.start_is_day else event.commence_time) + _LONGEST_GAME
