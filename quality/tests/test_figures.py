"""Figures of quality, each worked by hand on a few snapshots."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.tests.factories import TIP, make_event
from odds.tests.factories import make_odds, make_pair, make_scope, make_snapshot
from quality.choices import ReviewState, Severity
from quality.figures import BookFigures, quality_figures, stale, totals
from quality.frames import quality_frame
from quality.tests.factories import make_entry

pytestmark = pytest.mark.django_db

BEGIN = TIP - timedelta(hours=5)
DAY = (TIP - timedelta(days=1), TIP + timedelta(days=1))


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def look(event, *minutes, **over):
    """A snapshot of the event at each of these minutes."""
    for minute in minutes:
        make_snapshot(event, snapshot_time=at(minute), **over)


def price(event, start, end=None, bookmaker="fanduel", market="h2h", side="home", **over):
    """A price that stood from one minute until another, or stands."""
    until = None if end is None else at(end)
    return make_odds(event, bookmaker, market, side, odds_timestamp=at(start), valid_until=until, **over)


def figures(**over) -> dict[tuple[str, str], BookFigures]:
    return {(row.bookmaker, row.market): row for row in quality_figures(*DAY, **over)}


def test_coverage_is_the_share_of_the_snapshots_that_had_a_price():
    event = make_event()
    look(event, 0, 10, 20, 30)
    price(event, 0, 20)
    price(event, 30)
    row = figures()["fanduel", "h2h"]
    assert (row.asked, row.quoted, row.coverage, row.last_quoted) == (4, 3, 0.75, at(30))


def test_any_outcome_will_do_and_two_are_not_counted_twice():
    event = make_event()
    look(event, 0, 10, 20, 30)
    price(event, 0, 20, side="home")
    price(event, 10, 30, side="away")
    assert figures()["fanduel", "h2h"].quoted == 3


def test_who_was_asked_for_by_name_and_never_came_has_a_row():
    event = make_event()
    look(event, 0, 10, scope=make_scope({"h2h": ["circasports", "fanduel"]}))
    price(event, 0)
    found = figures()
    assert (found["circasports", "h2h"].asked, found["circasports", "h2h"].coverage) == (2, 0.0)
    assert found["circasports", "h2h"].last_quoted is None
    assert found["fanduel", "h2h"].coverage == 1.0


def test_where_all_were_asked_for_only_those_that_came_are_expected():
    event = make_event()
    look(event, 0, 10)
    price(event, 10)
    price(event, 0, market="h2h_lay", bookmaker="betfair_ex_eu")
    assert {offer: row.coverage for offer, row in figures().items()} == {
        ("fanduel", "h2h"): 0.5,
        ("betfair_ex_eu", "h2h_lay"): 1.0,
    }


def test_nobody_is_expected_in_a_sport_that_it_never_quoted():
    look(make_event(), 0, 10)
    other = make_event(sport_key="icehockey_nhl")
    look(other, 0)
    price(other, 0)
    assert figures()["fanduel", "h2h"].asked == 1


def test_a_snapshot_speaks_only_for_what_was_asked():
    event = make_event()
    look(event, 0, 20, scope=make_scope({"h2h": None}))
    look(event, 10, 30, 40, scope=make_scope({"spreads": None}))
    price(event, 0)
    price(event, 10, 40, market="spreads")
    found = figures()
    assert (found["fanduel", "h2h"].asked, found["fanduel", "h2h"].quoted) == (2, 2)
    assert (found["fanduel", "spreads"].asked, found["fanduel", "spreads"].quoted) == (3, 2)


def test_snapshots_in_play_count_only_where_they_are_wanted():
    event = make_event()
    look(event, 0, 300, 310)  # the game begins at 300
    price(event, 0, 310)
    assert figures()["fanduel", "h2h"].asked == 1
    row = figures(pre_match_only=False)["fanduel", "h2h"]
    assert (row.asked, row.quoted) == (3, 2)


def test_the_period_has_its_start_and_not_its_end():
    event = make_event()
    look(event, 0, 10, 20, 30)
    price(event, 0)
    (row,) = quality_figures(at(10), at(30))
    assert (row.asked, row.quoted, row.last_quoted) == (2, 2, at(20))
    assert quality_figures(at(31), at(60)) == []


def test_sport_bookmaker_and_market_narrow_it_down():
    event, other = make_event(), make_event(sport_key="icehockey_nhl")
    for each in (event, other):
        look(each, 0)
        price(each, 0)
        price(each, 0, bookmaker="betmgm", market="totals", side="over")
    assert figures(sport="icehockey_nhl")["fanduel", "h2h"].asked == 1
    assert set(figures(bookmaker="betmgm")) == {("betmgm", "totals")}
    assert set(figures(market="h2h")) == {("fanduel", "h2h")}


def test_ages_are_those_when_a_price_was_new():
    """30 s and 90 s: a median of 60 s, and 30 + 0.95 x 60 = 87 s. Both sides of one change are one."""
    event = make_event()
    look(event, 0, 10, 20)
    for side in ("home", "away"):
        price(event, 0, 10, side=side, last_update=at(0) - timedelta(seconds=30))
        price(event, 10, side=side, price=-120, last_update=at(10) - timedelta(seconds=90))
    price(event, 0, market="totals", side="over")  # its own time is not known
    row = figures()["fanduel", "h2h"]
    assert (row.changes, row.age_median_seconds) == (2, 60)
    assert row.age_p95_seconds == pytest.approx(87)
    assert figures()["fanduel", "totals"].age_median_seconds is None


def test_flags_are_sightings_of_faults_to_a_thousand_snapshots():
    event = make_event()
    look(event, *range(0, 100, 10))
    price(event, 0)
    make_entry(event=event, severity=Severity.WARNING, first_seen=at(0), last_seen=at(40), occurrences=3)
    make_entry(event=event, severity=Severity.INFO, first_seen=at(0), occurrences=5)
    make_entry(event=event, review=ReviewState.DISMISSED, first_seen=at(0), occurrences=7)
    make_entry(event=event, market="", first_seen=at(0), occurrences=9)
    row = figures()["fanduel", "h2h"]
    assert (row.flags, row.flags_per_thousand) == (3, 300.0)
    assert totals([row]).flagged == 0.3


def test_a_fault_counts_with_the_part_of_it_that_the_period_and_the_time_before_the_start_have():
    event = make_event()
    look(event, *range(0, 400, 10))
    price(event, 0)
    make_entry(event=event, first_seen=at(260), last_seen=at(340), occurrences=8)  # half of it in play
    make_entry(event=event, first_seen=at(310), last_seen=at(320), occurrences=2)  # all of it
    assert figures()["fanduel", "h2h"].flags == 4
    assert figures(pre_match_only=False)["fanduel", "h2h"].flags == 10
    (row,) = quality_figures(at(290), at(291))
    assert row.flags == 1


def test_the_usual_overround_and_its_median_distance():
    """-105/-105, -110/-110 and -120/-120: 2.44 %, 4.76 % and 9.09 %; distances 2.32, 0 and 4.33 points."""
    event = make_event()
    look(event, 0, 10, 20)
    for number, american in enumerate((-105, -110, -120)):
        times = {"odds_timestamp": at(10 * number), "valid_until": at(10 * number + 10)}
        make_pair(event, prices={"home": american, "away": american}, **times)
    row = figures()["fanduel", "h2h"]
    assert row.lines == 3
    assert row.overround_median == pytest.approx(1 / 21)
    assert row.overround_mad == pytest.approx(1 / 21 - 1 / 41)


def test_a_line_counts_once_for_each_snapshot_in_which_it_stood():
    event = make_event()
    look(event, 0, 10, 20, 30)
    make_pair(event, prices={"home": -110, "away": -110}, odds_timestamp=at(0), valid_until=at(30))
    make_pair(event, prices={"home": -120, "away": -120}, odds_timestamp=at(30))
    row = figures()["fanduel", "h2h"]
    assert (row.lines, row.overround_mad) == (4, 0)
    assert row.overround_median == pytest.approx(1 / 21)


def test_only_complete_lines_that_are_not_flagged_have_an_overround():
    event = make_event()
    look(event, 0)
    price(event, 0, market="spreads", side="home", point="-3.5")
    price(event, 0, market="spreads", side="away", point="4")
    price(event, 0, bookmaker="betmgm", side="home")
    make_pair(event, "bovada", prices={"home": -110, "away": -110}, odds_timestamp=at(0), is_valid=False)
    make_pair(event, "betfair_ex_eu", "h2h_lay", prices={"home": -110, "away": -110}, odds_timestamp=at(0))
    make_pair(event, market="totals", prices={"over": -110, "under": -110}, odds_timestamp=at(0))
    assert {offer for offer, row in figures().items() if row.lines} == {("fanduel", "totals")}


def test_where_a_draw_is_offered_two_sides_are_not_complete():
    event = make_event()
    look(event, 0)
    make_pair(event, prices={"home": 150, "away": 200, "draw": 200}, odds_timestamp=at(0))
    make_pair(event, "betmgm", prices={"home": -110, "away": -110}, odds_timestamp=at(0))
    found = figures()
    assert found["fanduel", "h2h"].overround_median == pytest.approx(0.4 + 1 / 3 + 1 / 3 - 1)
    assert found["betmgm", "h2h"].lines == 0


def test_of_many_snapshots_of_a_day_some_are_looked_at_for_lines():
    event = make_event()
    look(event, *range(0, 100, 5))
    make_pair(event, prices={"home": -110, "away": -110}, odds_timestamp=at(0))
    assert figures()["fanduel", "h2h"].lines == 8


def moves(event, bookmaker, *changes, market="h2h", side="home", key="price"):
    """A price or point from each minute on: (minute, value), …"""
    ends = [minute for minute, _ in changes[1:]] + [None]
    for (minute, value), end in zip(changes, ends, strict=True):
        price(event, minute, end, bookmaker, market, side, **{key: value})


def firsts(market="h2h"):
    return {book: (row.first, row.moves) for (book, key), row in figures().items() if key == market}


def test_who_moves_first_ties_shared():
    """FanDuel leads at 10 and BetMGM follows at 20; at 60, after half an hour of quiet, both move at once."""
    event = make_event()
    look(event, *range(0, 80, 10))
    moves(event, "fanduel", (0, -110), (10, -120), (60, -130))
    moves(event, "betmgm", (0, -110), (20, -115), (60, -130))
    moves(event, "bovada", (0, -110), (20, -105))  # the other way, and alone
    assert firsts() == {"fanduel": (1.5, 2), "betmgm": (0.5, 2), "bovada": (0.0, 0)}
    found = figures()
    assert found["fanduel", "h2h"].first_share == 0.75
    assert found["bovada", "h2h"].first_share is None


def test_a_follower_comes_within_half_an_hour_of_the_first():
    event = make_event()
    look(event, *range(0, 80, 5))
    moves(event, "fanduel", (0, -110), (10, -120))
    moves(event, "betmgm", (0, -110), (40, -120))
    moves(event, "bovada", (0, -110), (45, -120))
    assert firsts() == {"fanduel": (1.0, 1), "betmgm": (0.0, 1), "bovada": (0.0, 0)}


def test_the_point_tells_the_direction_before_the_price_does():
    """A home side from -3.5 to -4 got likelier, a total from 220.5 to 221 too, whatever became of their prices."""
    event = make_event()
    look(event, 0, 10, 20)
    for market, side, before, after in (("spreads", "home", -3.5, -4), ("totals", "over", 220.5, 221)):
        moves(event, "fanduel", (0, before), (10, after), market=market, side=side, key="point")
        price(event, 0, 20, "betmgm", market, side, point=before, price=-110)
        price(event, 20, None, "betmgm", market, side, point=before, price=-115)
    assert firsts("spreads") == firsts("totals") == {"fanduel": (1.0, 1), "betmgm": (0.0, 1)}


def test_coming_and_coming_back_are_no_moves():
    event = make_event()
    look(event, 0, 10, 20, 30)
    price(event, 0, 10)
    price(event, 20, price=-120)
    moves(event, "betmgm", (10, -110), (20, -120))
    assert firsts() == {"fanduel": (0.0, 0), "betmgm": (0.0, 0)}


def test_the_resolution_is_the_median_time_between_snapshots_of_an_event():
    for minutes in ((0, 10, 20, 60), (0,)):
        event = make_event()
        look(event, *minutes)
        price(event, 0)
    assert figures()["fanduel", "h2h"].resolution_seconds == 600


def test_stale_is_what_came_no_more_for_a_day():
    event = make_event(commence_time=TIP + timedelta(days=3))
    look(event, 0, 24 * 60 + 10, scope=make_scope({"h2h": ["bovada", "circasports", "fanduel", "pinnacle"]}))
    price(event, 0)
    price(event, 0, 24 * 60 + 10, "bovada")
    price(event, 24 * 60 + 10, None, "pinnacle", last_update=at(-60 * 24))
    rows = quality_figures(TIP - timedelta(days=2), TIP + timedelta(days=2))
    assert [row.bookmaker for row in stale(rows)] == ["bovada", "circasports", "pinnacle"]
    assert stale([]) == []


def test_totals_of_all():
    event = make_event()
    look(event, 0, 10, scope=make_scope({"h2h": ["circasports", "fanduel"]}))
    price(event, 0)
    whole = totals(quality_figures(*DAY))
    assert (whole.asked, whole.quoted, whole.missing, whole.flagged) == (4, 2, 0.5, 0.0)
    assert totals([]).missing is None


def test_more_events_cost_no_more_queries():
    counts = []
    for number in (1, 8):
        for _ in range(number):
            event = make_event()
            look(event, 0, 10)
            make_pair(event, prices={"home": -110, "away": -110}, odds_timestamp=at(0))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            quality_figures(*DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_frame_has_the_same_types_with_rows_and_without():
    empty = quality_frame(*DAY)
    event = make_event()
    look(event, 0, 10)
    price(event, 0)
    found = quality_frame(*DAY, bookmaker="fan", market="moneyline")
    assert (len(empty), len(found)) == (0, 1)
    assert list(found.dtypes) == list(empty.dtypes)
    assert (found.bookmaker[0], found.coverage[0], found.last_quoted[0]) == ("fanduel", 1.0, at(10))
    assert found.overround_median.isna().all()


def test_a_frame_is_of_two_instants():
    with pytest.raises(ValueError, match="has no time zone"):
        quality_frame(datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC))  # noqa: DTZ001
