"""Following the line of a book that moves first."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backtesting.strategies import LineMove
from odds.tests.prices import SEEN, make_line, make_price

from .views import bets, make_view

EVEN = {"away": -110, "home": -110}
EITHER = {"over": -110, "under": -110}


def follow(before, *now, **parameters):
    """What is bet on when these lines stood two hours before, ten minutes old then, and those stand."""
    strategy = LineMove(**parameters)
    asked = []

    def earlier(moment):
        asked.append(moment)
        old = [
            make_price(p.bookmaker, p.market, p.side, p.price, p.point, snapshot_time=moment - timedelta(minutes=10),
                       age_seconds=600.0)
            for p in before
        ]  # fmt: skip
        return make_view(old, moment=moment)

    found = strategy.opportunities(make_view(*now, earlier=earlier))
    assert asked in ([], [SEEN - timedelta(minutes=strategy.window_minutes)])
    return found


@pytest.mark.parametrize(
    ("before", "now", "side"),
    [
        (-3.5, -5, "home"),
        (-5, -3.5, "away"),
        (-1, 1, "away"),  # the favourite changed
        (-3.5, -4, None),
    ],
)
def test_a_spread_is_followed_to_the_side_it_moved_to(before, now, side):
    others = make_line("fanduel", "spreads", EVEN, now)
    found = follow(make_line("pinnacle", "spreads", EVEN, before), make_line("pinnacle", "spreads", EVEN, now), others)
    assert [each.legs[0].price.side for each in found] == ([] if side is None else [side])


@pytest.mark.parametrize(("before", "now", "side"), [(220.5, 222, "over"), (222, 220.5, "under")])
def test_a_total_is_followed_to_over_when_it_rises(before, now, side):
    others = make_line("fanduel", "totals", EITHER, now)
    found = follow(
        make_line("pinnacle", "totals", EITHER, before), make_line("pinnacle", "totals", EITHER, now), others
    )
    assert [each.legs[0].price.side for each in found] == [side]


@pytest.mark.parametrize(
    ("american", "side"), [({"away": 130, "home": -150}, "home"), ({"away": -113, "home": -107}, None)]
)
def test_a_price_is_followed_by_its_fair_chance(american, side):
    others = make_line("fanduel", "h2h", EVEN)
    found = follow(make_line("pinnacle", "h2h", EVEN), make_line("pinnacle", "h2h", american), others)
    assert [each.legs[0].price.side for each in found] == ([] if side is None else [side])


def test_a_margin_that_grew_on_both_sides_is_no_move():
    """Both implied chances rose by 4 points, and neither fair one did."""
    now = make_line("pinnacle", "h2h", {"away": -130, "home": -130})
    assert follow(make_line("pinnacle", "h2h", EVEN), now, make_line("fanduel", "h2h", EVEN)) == ()


def test_the_best_number_that_is_no_worse_is_taken_and_there_the_best_price():
    others = [
        make_price("betmgm", "spreads", "home", -120, -3.5),
        make_price("fanduel", "spreads", "home", -115, -3.5),
        make_price("draftkings", "spreads", "home", -105, -4),
        make_price("bovada", "spreads", "home", 120, -6),
    ]
    moved = make_line("pinnacle", "spreads", EVEN, -5)
    before = make_line("pinnacle", "spreads", EVEN, -3.5)
    assert bets(follow(before, moved, others)) == [("fanduel", "home", Decimal("-3.5"), -115)]
    assert bets(follow(before, moved, others[2:])) == [("draftkings", "home", Decimal(-4), -105)]
    assert follow(before, moved, others[3:]) == ()


def test_the_lowest_total_is_the_best_one_for_over():
    others = [make_price("betmgm", "totals", "over", -110, 221), make_price("fanduel", "totals", "over", 150, 222.5)]
    moved = make_line("pinnacle", "totals", EITHER, 222)
    assert bets(follow(make_line("pinnacle", "totals", EITHER, 220), moved, others)) == [
        ("betmgm", "over", Decimal(221), -110)
    ]


def test_nobody_follows_into_the_book_that_moved_or_its_copy():
    moved = {"away": 130, "home": -150}
    found = follow(
        make_line("betonlineag", "h2h", EVEN),
        make_line("betonlineag", "h2h", moved),
        make_line("lowvig", "h2h", EVEN),
        book="betonlineag",
    )
    assert found == ()


def test_a_line_that_nobody_saw_then_or_sees_now_is_not_followed():
    moved, others = make_line("pinnacle", "spreads", EVEN, -5), make_line("fanduel", "spreads", EVEN, -5)
    before = make_line("pinnacle", "spreads", EVEN, -3.5)
    assert follow([], moved, others) == ()
    assert follow(before, others) == ()
    assert follow(before, moved[:1], others) == ()
    assert follow(before, moved, others, max_age_minutes=9) == ()  # then it was ten minutes old
    assert len(follow(before, moved, others)) == 1


def test_every_bet_notes_how_far_apart_the_snapshots_were():
    """With snapshots an hour and more apart nothing faster can be seen: the reader is told."""
    others = [*make_line("fanduel", "spreads", EVEN, -5), *make_line("fanduel", "h2h", EVEN)]
    [first, second] = follow(
        [*make_line("pinnacle", "spreads", EVEN, -3.5), *make_line("pinnacle", "h2h", EVEN)],
        make_line("pinnacle", "spreads", EVEN, -5),
        make_line("pinnacle", "h2h", {"away": 130, "home": -150}),
        others,
    )
    assert {first.note, second.note} == {
        "pinnacle moved from -3.5 to -5 within the 129 min between two snapshots",
        "pinnacle moved Boston Celtics from 50.0 % to 42.0 % within the 129 min between two snapshots",
    }


def test_of_an_archive_without_times_the_opening_line_is_what_was_before():
    untimed = {"snapshot_time": None, "age_seconds": None}
    opening = make_view(make_line("pinnacle", "spreads", EVEN, -3.5, **untimed))
    closing = [
        make_line("pinnacle", "spreads", EVEN, -5, **untimed),
        make_line("fanduel", "spreads", EVEN, -5, **untimed),
    ]
    [found] = LineMove().opportunities(make_view(*closing, earlier=lambda moment: opening))
    assert found.note == "pinnacle moved from -3.5 to -5 from opening to closing, nobody knows when"
    assert (found.probability, found.edge) == (None, None)
