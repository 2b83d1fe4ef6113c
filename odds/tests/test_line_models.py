"""Which games a model of moved lines rests on: those whose result was known, with the line they closed at."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.db import transaction

from events.models import Event, EventScore
from events.tests.factories import make_event, make_score
from odds.choices import LineMoment
from odds.line_models import NotEnoughGames, spread_model, total_model
from odds.models import ArchivePrice
from odds.pricing.moved_lines import FEWEST_GAMES, fit_margins, fit_totals

from .factories import make_bookmaker, make_market, make_odds, make_outcome, make_snapshot

pytestmark = pytest.mark.django_db

SEASON = datetime(2025, 10, 21, 23, 30, tzinfo=UTC)
NOW = datetime(2026, 6, 30, tzinfo=UTC)
SPORT = "basketball_nba"
ODD_SCORE = {"home_score": 141, "away_score": 100}  # a margin that no game of the season has


def close_at(events, spreads, totals, book="pinnacle"):
    """Closing lines of an archive, without prices."""
    keep = {"bookmaker": make_bookmaker(book), "moment": LineMoment.CLOSING, "origin": "sbr-multibook"}
    home, away = ({"market": make_market("spreads"), "outcome": make_outcome(side, side)} for side in ("home", "away"))
    over = {"market": make_market("totals"), "outcome": make_outcome("Over", "over")}
    ArchivePrice.objects.bulk_create(
        ArchivePrice(event=event, point=point, **outcome, **keep)
        for event, spread, total in zip(events, map(Decimal, spreads), map(Decimal, totals), strict=True)
        for outcome, point in ((home, spread), (away, -spread), (over, total))
    )


@pytest.fixture(scope="module")
def season(django_db_setup, django_db_blocker):
    """The games of `play_season`, stored once; each test works inside their transaction, which ends without a trace."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield play_season()
        transaction.set_rollback(True)


def play_season():
    """As many games as a model needs, one a minute, with results by the provider: (spreads, totals, home, away)."""
    random = np.random.default_rng(7)
    events = Event.objects.bulk_create(
        Event(api_id=f"season{number:026x}", sport_key=SPORT, commence_time=start, observed_at=start)
        for number, start in ((number, SEASON + timedelta(minutes=number)) for number in range(FEWEST_GAMES))
    )
    spreads = np.round(random.normal(-3, 5, FEWEST_GAMES) * 2) / 2
    totals = np.round(random.normal(225, 8, FEWEST_GAMES) * 2) / 2
    margins = np.clip(np.round(-spreads + random.normal(0, 12, FEWEST_GAMES)), -39, 39).astype(int)
    home = (112 + margins // 2).astype(int)
    EventScore.objects.bulk_create(
        EventScore(
            event=event,
            completed=True,
            home_score=int(points),
            away_score=int(points - margin),
            observed_at=event.commence_time + timedelta(hours=3),
        )
        for event, points, margin in zip(events, home, margins, strict=True)
    )
    close_at(events, spreads, totals)
    return spreads, totals, home, home - margins


def game(**over):
    """One more game, with a closing line and no result."""
    event = make_event(commence_time=SEASON + timedelta(days=30), **over)
    close_at([event], ["-3.5"], ["220.5"])
    return event


def games_that_ended_by(model, margin):
    return model.seen[model.keys[model.numbers == margin][0]]


def odd_game_counts(before=NOW):
    return games_that_ended_by(spread_model(SPORT, before=before), 41) == 1


def test_models_are_fitted_on_closing_lines_and_final_scores(season):
    spreads, totals, home, away = season
    spread, total = spread_model(SPORT, before=NOW), total_model(SPORT, before=NOW)
    assert spread.moved(0.5, -3.5, -4.5) == fit_margins(spreads, home - away).moved(0.5, -3.5, -4.5)
    assert total.moved(0.5, 225, 223.5) == fit_totals(totals, home + away).moved(0.5, 225, 223.5)


def test_line_of_a_game_is_the_median_of_its_books(season):
    spreads, totals, home, away = season
    events = list(Event.objects.order_by("commence_time"))
    close_at(events, spreads + 0.5, totals + 0.5, book="fanduel")
    close_at(events, spreads + 9, totals - 20, book="bovada")  # off by far, and without effect
    found = spread_model(SPORT, before=NOW).moved(0.5, -3.5, -4.5)
    assert found == fit_margins(spreads + 0.5, home - away).moved(0.5, -3.5, -4.5)


def test_observed_close_goes_before_that_of_an_archive(season):
    event = make_event(commence_time=SEASON + timedelta(days=30), closing_at=SEASON + timedelta(days=29))
    make_score(event, **ODD_SCORE)
    assert not odd_game_counts()  # no line at all
    make_snapshot(event, snapshot_time=event.closing_at)
    make_odds(event, "fanduel", "spreads", point="-3.5", odds_timestamp=event.closing_at)
    assert odd_game_counts()


def test_result_counts_from_when_the_provider_gave_it(season):
    given = SEASON + timedelta(days=30, hours=3)
    make_score(game(), observed_at=given, **ODD_SCORE)
    assert not odd_game_counts(given)
    assert odd_game_counts(given + timedelta(seconds=1))


def test_imported_result_counts_from_four_hours_after_the_start(season):
    event = game()
    make_score(event, observed_at=NOW + timedelta(days=300), origin="sbr-sheet", trust=1, **ODD_SCORE)
    known = event.commence_time + timedelta(hours=4)
    assert not odd_game_counts(known)
    assert odd_game_counts(known + timedelta(seconds=1))


def test_imported_result_of_a_day_counts_from_four_hours_after_the_day(season):
    """Noon in New York is given for the start, the day ends twelve hours later, and late games run into the night."""
    event = game(start_is_day=True)
    Event.objects.filter(pk=event.pk).update(commence_time=datetime(2025, 11, 20, 17, tzinfo=UTC))
    make_score(event, origin="sbr-sheet", trust=1, **ODD_SCORE)
    known = datetime(2025, 11, 21, 9, tzinfo=UTC)
    assert not odd_game_counts(known)
    assert odd_game_counts(known + timedelta(seconds=1))


def test_correction_that_came_later_is_not_known_yet(season):
    event = game()
    corrected = SEASON + timedelta(days=33)
    make_score(event, observed_at=corrected - timedelta(days=2), **ODD_SCORE)
    make_score(event, observed_at=corrected, home_score=110, away_score=100)
    assert odd_game_counts(corrected)
    assert not odd_game_counts(NOW)


def test_score_of_a_game_under_way_is_no_result(season):
    make_score(game(), completed=False, **ODD_SCORE)
    assert not odd_game_counts()


def test_sandbox_is_a_world_apart(season):
    make_score(game(is_sandbox=True), **ODD_SCORE)
    assert not odd_game_counts()
    Event.objects.update(is_sandbox=True)
    assert spread_model(SPORT, before=NOW, is_sandbox=True).games == FEWEST_GAMES + 1


def test_too_few_games_are_named(season):
    before = SEASON + timedelta(hours=3, minutes=9)
    with pytest.raises(
        NotEnoughGames, match="basketball_nba: 9 games before 2025-10-22 02:39 have a result and closing"
    ):
        total_model(SPORT, before=before)
    with pytest.raises(NotEnoughGames, match="icehockey_nhl: 0 games"):
        spread_model("icehockey_nhl", before=NOW)


def test_season_costs_a_handful_of_queries(season, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        spread_model(SPORT, before=NOW)
