"""On real answers, recorded every quarter of an hour for four days: views are what the database says of the instant."""

from random import Random

import pytest
from django.conf import settings

from backtesting.decision_times import MinutesBefore
from backtesting.history.records import instant
from collectors.recorded import RecordingOptions, import_responses
from events.models import Event
from odds.event_lines import closing_prices

from .as_of import on_offer, whole_history

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SPORT = "basketball_wnba"
RECORDING = (
    settings.BASE_DIR.parent / "shared" / "data" / "sequences" / "wnba_odds_us_american_2026-07-27_to_31.jsonl.gz"
)


@pytest.fixture
def events():
    """The events of the recording, in the order of a history."""
    if not RECORDING.exists():
        pytest.skip(f"{RECORDING} is not here")
    import_responses([RECORDING], RecordingOptions())
    return list(Event.objects.for_sport(SPORT).order_by("commence_time", "api_id"))


def test_views_of_two_hundred_instants_are_what_stood_then(events):
    history, random, shown = whole_history(SPORT), Random(7), 0
    assert [event.event_id for event in history.events] == [event.api_id for event in events]
    for number in random.choices(range(len(events)), k=200):
        times = history.tables.snapshots.of_events(number, number + 1).time
        moment = instant(random.randint(int(times[0]), int(times[-1])))
        prices = history.view(history.decision_at(number, moment)).prices
        assert list(prices) == on_offer(events[number], moment)
        shown += len(prices)
    assert shown > 5_000


def test_closing_lines_and_decisions_are_those_of_the_database(events):
    history = whole_history(SPORT, decides=MinutesBefore(60))
    decisions = history.decisions(MinutesBefore(60))
    assert len(decisions) > len(events) / 2
    board = history.board(decisions)
    by_decision = [[] for _ in decisions]
    for number, price in zip(board.decision, board.prices(), strict=True):
        by_decision[number].append(price)
    for decision, prices in zip(decisions, by_decision, strict=True):
        assert prices == on_offer(events[decision.event], instant(decision.moment))
    for number, event in enumerate(events):
        expected = [
            (line.bookmaker, line.market, line.side, line.point, line.price)
            for line in closing_prices(Event.objects.filter(pk=event.pk))
        ]
        assert [(c.bookmaker, c.market, c.side, c.point, c.price) for c in history.closing(number)] == expected
