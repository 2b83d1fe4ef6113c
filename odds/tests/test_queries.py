from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from events.names import UnresolvedName
from events.tests.factories import TIP
from odds.lookups import find_market
from odds.models import Odds
from odds.queries import (
    closing_line,
    compare_bookmakers,
    get_best_odds,
    get_line_movement,
    get_odds_at_time,
    opening_line,
)

from .factories import make_bookmaker, make_event, make_market, make_odds, make_pair, make_scope, make_snapshot

pytestmark = pytest.mark.django_db


def at(minutes_before_tip):
    return TIP - timedelta(minutes=minutes_before_tip)


# get_odds_at_time


def test_prices_older_than_the_tolerance_are_left_out_and_the_age_is_told():
    event = make_event()
    make_snapshot(event, snapshot_time=at(20))
    make_odds(event, odds_timestamp=at(20))
    assert len(get_odds_at_time(event.api_id, at(15))) == 1
    late = get_odds_at_time(event.api_id, at(14))
    assert late == []
    assert late.age == timedelta(minutes=6)
    assert len(get_odds_at_time(event.api_id, at(14), tolerance_minutes=None)) == 1


def test_event_never_looked_at_has_no_prices_and_no_age():
    answer = get_odds_at_time(make_event().api_id, at(10), None)
    assert (list(answer), answer.age, answer.newest, answer.is_live) == ([], None, None, False)


def test_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone: say which instant is meant"):
        get_odds_at_time(make_event().api_id, datetime(2026, 1, 15))  # noqa: DTZ001


def test_unknown_event_is_named():
    with pytest.raises(UnresolvedName, match="no event 'nope'"):
        get_odds_at_time("nope", at(10))


def test_answer_costs_the_same_for_few_prices_and_for_many(django_assert_num_queries):
    event = make_event()
    make_snapshot(event, snapshot_time=at(10))
    for number in range(30):
        make_odds(event, f"book{number}", odds_timestamp=at(10))
    with django_assert_num_queries(4):  # the event, its prices, its snapshots, the scopes
        assert len(get_odds_at_time(event.api_id, at(9)).prices()) == 30


# get_line_movement


def test_movement_has_a_row_for_each_change_in_time_order():
    event = make_event()
    make_odds(event, price=-120, odds_timestamp=at(30))
    make_odds(event, price=-110, odds_timestamp=at(60), valid_until=at(30))
    make_odds(event, price=+150, odds_timestamp=at(-5), bookmaker="draftkings")
    frame = get_line_movement(event.api_id, bookmaker="Fan Duel", market="moneyline")
    assert list(frame.columns[:4]) == ["timestamp", "outcome", "price", "point"]
    assert list(frame.price) == [-110, -120]
    assert list(frame.timestamp) == [at(60), at(30)]
    assert frame.valid_until.isna().tolist() == [False, True]
    assert get_line_movement(event.api_id).is_live.tolist() == [True, False, False]  # draftkings first


def test_movement_of_an_event_without_prices_is_empty_with_the_same_columns():
    frame = get_line_movement(make_event().api_id)
    assert frame.empty
    assert str(frame.dtypes["timestamp"]) == "datetime64[us, UTC]"
    assert str(frame.dtypes["price"]) == "int64"


def test_unknown_bookmaker_is_suggested():
    make_bookmaker("fanduel")
    with pytest.raises(UnresolvedName, match="no bookmaker 'fandul'; did you mean fanduel"):
        get_line_movement(make_event().api_id, bookmaker="fandul")


# get_best_odds, compare_bookmakers


def test_best_odds_of_one_outcome_and_point():
    event = make_event()
    make_snapshot(event, snapshot_time=at(10))
    for book, price, point in (("a", -110, 3.5), ("b", -105, 3.5), ("c", +100, 3), ("d", -105, 3.5)):
        make_odds(event, book, "spreads", "away", price=price, point=point, odds_timestamp=at(10))
    frame = get_best_odds(event.api_id, "spread", outcome="Celtics", point=3.5, at=at(4))
    assert frame[["price", "point", "bookmakers", "offers", "age_minutes"]].values.tolist() == [
        [-105, 3.5, ("b", "d"), 3, 6.0]
    ]
    assert len(get_best_odds(event.api_id, "spread", outcome="away", at=at(4))) == 2


def test_best_odds_of_an_unknown_outcome_suggests_one():
    event = make_event()
    make_odds(event)
    with pytest.raises(UnresolvedName, match="no outcome 'Lakres'; did you mean Los Angeles Lakers"):
        get_best_odds(event.api_id, "h2h", outcome="Lakres")


def test_comparison_has_margins_for_complete_lines_only():
    event = make_event()
    make_snapshot(event, snapshot_time=at(10))
    make_pair(event, "a", "totals", prices={"over": -110, "under": -110}, point=220.5)
    make_odds(event, "b", "totals", "over", price=-105, point=220.5)
    frame = compare_bookmakers(event.api_id, "totals", at(10)).set_index(["bookmaker", "outcome"])
    assert frame.loc[("a", "Over"), "overround"] == pytest.approx(0.047619, abs=1e-6)
    assert frame.loc[("a", "Under"), "hold"] == pytest.approx(0.045455, abs=1e-6)
    assert frame.loc[("a", "Over"), "implied_probability"] == pytest.approx(0.523810, abs=1e-6)
    assert frame.loc[("b", "Over"), ["overround", "hold"]].isna().all()


def test_comparison_shows_flagged_prices_as_such():
    event = make_event()
    make_odds(event, is_valid=False)
    assert compare_bookmakers(event.api_id, "h2h").is_valid.tolist() == [False]
    assert get_best_odds(event.api_id, "h2h").empty


# opening_line, closing_line


@pytest.fixture
def moved():
    """Opened -110 at 120 minutes, moved to -120 at 60, last seen before the start at 5, moved in play to -500."""
    event = make_event(closing_at=at(5))
    for minutes in (120, 60, 5, -10):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, price=-110, odds_timestamp=at(120), valid_until=at(60))
    make_odds(event, price=-120, odds_timestamp=at(60), valid_until=at(-10))
    make_odds(event, price=-500, odds_timestamp=at(-10))
    return event


def test_opening_and_closing_line(moved):
    opening, closing = opening_line(moved.api_id), closing_line(moved.api_id)
    assert opening[["price", "minutes_before_start"]].values.tolist() == [[-110, 120.0]]
    assert closing[["price", "minutes_before_start"]].values.tolist() == [[-120, 5.0]]
    assert closing.snapshot_time[0] == at(5)
    assert closing.odds_timestamp[0] == at(60)


def test_price_withdrawn_before_the_last_snapshot_is_no_close():
    event = make_event(closing_at=at(5))
    make_snapshot(event, snapshot_time=at(5))
    make_odds(event, odds_timestamp=at(60), valid_until=at(5))
    assert closing_line(event.api_id).empty
    assert len(opening_line(event.api_id)) == 1


def test_flagged_price_is_no_close_and_the_one_before_it_is_none_either(moved):
    Odds.objects.filter(price=-120).update(is_valid=False)
    assert closing_line(moved.api_id).empty
    assert not Odds.objects.closing().exists()


def test_close_of_one_side_stays_when_the_other_is_flagged(moved):
    make_odds(moved, side="away", price=+900, odds_timestamp=at(60), is_valid=False)
    assert closing_line(moved.api_id).outcome.tolist() == ["Los Angeles Lakers"]


def test_line_opens_with_the_first_price_that_is_not_flagged(moved):
    Odds.objects.filter(price=-110).update(is_valid=False)
    assert opening_line(moved.api_id)[["price", "minutes_before_start"]].values.tolist() == [[-120, 60.0]]
    Odds.objects.update(is_valid=False)
    assert opening_line(moved.api_id).empty


def test_movement_lists_flagged_prices_and_marks_them(moved):
    Odds.objects.filter(price=-110).update(is_valid=False)
    assert get_line_movement(moved.api_id)[["price", "is_valid"]].values.tolist() == [
        [-110, False],
        [-120, True],
        [-500, True],
    ]


def test_price_first_offered_in_play_neither_opens_nor_closes():
    event = make_event(closing_at=at(5))
    make_odds(event, odds_timestamp=at(-1))
    assert opening_line(event.api_id).empty
    assert closing_line(event.api_id).empty


def test_event_without_a_pre_match_snapshot_has_no_lines():
    event = make_event(closing_at=None)
    make_odds(event, odds_timestamp=at(-1))
    assert opening_line(event.api_id).empty
    assert closing_line(event.api_id).empty


def test_close_of_a_market_that_the_last_snapshot_did_not_ask_for_is_as_old_as_it_is():
    event = make_event(closing_at=at(5))
    make_snapshot(event, snapshot_time=at(90))
    make_snapshot(event, snapshot_time=at(5), scope=make_scope({"h2h": None}))
    make_odds(event, market="h2h", odds_timestamp=at(90))
    make_odds(event, market="totals", side="over", odds_timestamp=at(90))
    frame = closing_line(event.api_id).set_index("market")
    assert frame.minutes_before_start.to_dict() == {"h2h": 5.0, "totals": 90.0}


def make_season(first, last):
    for number in range(first, last):
        event = make_event(commence_time=TIP + timedelta(days=number), closing_at=at(5) + timedelta(days=number))
        make_snapshot(event, snapshot_time=event.closing_at)
        make_pair(event, prices={"home": -110, "away": -110}, odds_timestamp=event.closing_at)


@pytest.mark.parametrize("line", [opening_line, closing_line])
def test_lines_of_a_season_cost_as_many_queries_as_those_of_an_event(line):
    make_season(0, 1)
    with CaptureQueriesContext(connection) as one:
        assert len(line(Event.objects.all())) == 2
    make_season(1, 6)
    with CaptureQueriesContext(connection) as many:
        assert len(line(Event.objects.all())) == 12
    assert len(many) == len(one)
    assert sum('FROM "odds_odds"' in query["sql"] or "FROM odds_odds" in query["sql"] for query in many) == 1


def test_closing_line_is_that_of_the_queryset(moved):
    """The one is written in SQL for the sake of the index, the other is the definition."""
    make_pair(moved, "draftkings", "totals", prices={"over": -110, "under": -110}, odds_timestamp=at(60))
    make_odds(moved, "lowvig", odds_timestamp=at(60), valid_until=at(5))  # withdrawn in the last snapshot
    make_odds(moved, "bovada", odds_timestamp=at(60), valid_until=at(4))
    make_odds(moved, "betmgm", odds_timestamp=at(4))
    make_odds(moved, "betrivers", odds_timestamp=at(60), is_valid=False)
    make_odds(make_event(closing_at=None))
    frame = closing_line(Event.objects.all())
    by_verb = Odds.objects.closing().values_list("bookmaker__key", "outcome__name", "price")
    assert sorted(zip(frame.bookmaker, frame.outcome, frame.price, strict=True)) == sorted(by_verb)
    assert set(frame.bookmaker) == {"fanduel", "draftkings", "bovada"}


def test_lines_of_several_ids_narrowed_to_a_book_and_a_market():
    first, second, other = (make_event(closing_at=at(5)) for _ in range(3))
    for event in (first, second, other):
        make_snapshot(event, snapshot_time=at(5))
        make_odds(event, "fanduel", odds_timestamp=at(60))
        make_odds(event, "draftkings", odds_timestamp=at(60))
        make_odds(event, "fanduel", "totals", "over", odds_timestamp=at(60))
    frame = closing_line([first.api_id, second.api_id], bookmaker="fanduel", market="h2h")
    assert set(frame.event_id) == {first.api_id, second.api_id}
    assert set(frame.bookmaker) == {"fanduel"}
    assert len(frame) == 2


def test_market_is_found_as_people_say_it():
    for key in ("h2h", "spreads", "alternate_spreads", "totals"):
        make_market(key)
    assert [find_market(typed) for typed in ("moneyline", "ML", "spread", "over/under")] == [
        "h2h", "h2h", "spreads", "totals",
    ]  # fmt: skip
    with pytest.raises(UnresolvedName, match="no market 'xxxx'; known: alternate_spreads, h2h, spreads, totals"):
        find_market("xxxx")


def test_a_market_of_which_nothing_is_stored_is_not_taken_for_another():
    for key in ("h2h", "spreads"):
        make_market(key)
    with pytest.raises(UnresolvedName, match=r"^nothing of the market player_points is stored yet; stored: h2h, spr"):
        find_market("player_points")
    make_market("player_points")
    assert (find_market("player_points"), find_market("player_p")) == ("player_points", "player_points")
    with pytest.raises(UnresolvedName, match=r"did you mean player_points\?$"):
        find_market("playr points")
