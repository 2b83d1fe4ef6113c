"""Results are known when they were told, and never before a game can be over."""

from datetime import UTC, datetime, timedelta

import pytest

from backtesting.records import ResultVersion
from events.models import Event
from events.services import Result, record_results
from events.tests.factories import TIP, make_event, make_score

from .as_of import whole_history

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def results(event):
    [found] = [each for each in whole_history().events if each.event_id == event.api_id]
    return found.results


def import_result(event, home, away, **over):
    given = Result(event=event, home_score=home, away_score=away)
    record_results([given], origin="season.csv", trust=1, observed_at=TIP + 1000 * HOUR, **over)


def test_a_final_score_is_known_when_the_provider_told_it():
    event = make_event()
    make_score(event, observed_at=TIP + HOUR, completed=False, home_score=50, away_score=48)
    make_score(event, observed_at=TIP + 3 * HOUR)
    assert results(event) == (ResultVersion(TIP + 3 * HOUR, 110, 105, True),)


def test_the_time_of_a_score_goes_before_the_time_at_which_it_was_fetched():
    event = make_event()
    make_score(event, observed_at=TIP + 9 * HOUR, last_update=TIP + 2.5 * HOUR)
    assert [version.known_at for version in results(event)] == [TIP + 2.5 * HOUR]


def test_no_result_is_known_within_an_hour_of_the_start_as_last_stated():
    event = make_event()
    make_score(event, observed_at=TIP - HOUR)
    assert [version.known_at for version in results(event)] == [TIP + HOUR]


def test_a_corrected_score_is_a_further_version_and_a_repeated_one_is_not():
    event = make_event()
    for hours, home in ((3, 110), (4, 110), (5, 111), (6, 111), (7, 110)):
        make_score(event, observed_at=TIP + hours * HOUR, home_score=home)
    assert [(version.known_at, version.home_score) for version in results(event)] == [
        (TIP + 3 * HOUR, 110),
        (TIP + 5 * HOUR, 111),
        (TIP + 7 * HOUR, 110),
    ]


def test_a_correction_is_not_known_before_what_it_corrects():
    event = make_event()
    make_score(event, observed_at=TIP + 3 * HOUR, last_update=TIP + 3 * HOUR)
    make_score(event, observed_at=TIP + 5 * HOUR, last_update=TIP + 2 * HOUR, home_score=111)
    assert [(version.known_at, version.home_score) for version in results(event)] == [
        (TIP + 3 * HOUR, 110),
        (TIP + 3 * HOUR, 111),
    ]


def test_an_imported_result_counts_from_when_every_game_is_over():
    event = make_event()
    import_result(event, 99, 98)
    assert results(event) == (ResultVersion(TIP + 4 * HOUR, 99, 98, True),)


def test_an_imported_result_of_a_day_counts_from_after_that_day():
    noon = datetime(2026, 1, 14, 17, tzinfo=UTC)
    event = make_event(commence_time=noon, start_is_day=True)
    import_result(event, 99, 98)
    assert [version.known_at for version in results(event)] == [datetime(2026, 1, 15, 9, tzinfo=UTC)]


def test_an_imported_result_that_is_shown_stands_alone():
    event = make_event()
    make_score(event)
    import_result(event, 99, 98)
    assert Event.objects.get().home_score == 99
    assert [version.home_score for version in results(event)] == [99]


def test_what_the_provider_told_stands_where_the_import_is_trusted_less():
    event = make_event()
    make_score(event, origin="guess.csv", trust=-1, observed_at=TIP + 9 * HOUR, home_score=1, away_score=2)
    make_score(event)
    assert [version.home_score for version in results(event)] == [110]


def test_without_a_final_score_there_is_no_result():
    event = make_event(status="postponed")
    make_score(event, completed=False)
    assert results(event) == ()
    assert whole_history().events[0].status == "postponed"
