"""For how long opportunities stood."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from random import Random

import pytest

from events.tests.factories import TIP
from odds.models import Bookmaker
from odds.opportunities import Look, Terms, find, spans
from odds.opportunity_spans import opportunity_spans
from odds.standing import standing_odds

from .factories import make_event, make_odds, make_scope, make_snapshot
from .prices import make_price

ANY = Terms(min_return=0, min_edge=0, max_hold=0.05, reference="a", max_age_seconds=1800)


def at(minutes_before_tip):
    return TIP - timedelta(minutes=minutes_before_tip)


def arbitrage(american=110, book="a"):
    [found] = find(
        [make_price(book, american=american), make_price("z", side="away", american=110)], replace(ANY, reference="")
    )
    return found


def look(minutes, *found):
    return Look(at(minutes), TIP, list(found))


# from looks to spans


def test_span_lasts_from_the_first_to_the_last_that_had_it_and_no_longer_than_to_those_that_had_not():
    [span] = spans([look(70), look(60), look(50, arbitrage()), look(40, arbitrage()), look(30)])
    assert (span.first_seen, span.last_seen, span.until, span.snapshots) == (at(50), at(40), at(30), 2)
    assert (span.shortest_seconds, span.longest_seconds, span.sampling_seconds) == (600, 1800, 600)


def test_best_of_a_span_and_when():
    better = arbitrage(130)
    [span] = spans([look(60, arbitrage()), look(50, better), look(40, arbitrage(120))])
    assert (span.best, span.best_at, span.snapshots) == (better, at(50), 3)


def test_other_books_go_on_with_a_span():
    [span] = spans([look(60, arbitrage(book="a")), look(50, arbitrage(book="b"))])
    assert span.snapshots == 2


def test_beginning_that_was_not_seen_has_no_upper_bound_and_the_start_ends_what_nothing_else_did():
    [span] = spans([look(60, arbitrage()), look(50, arbitrage())])
    assert (span.until, span.longest_seconds) == (None, None)
    [span] = spans([look(60), look(50, arbitrage())])
    assert (span.until, span.longest_seconds) == (None, 3600)
    [span] = spans([look(60), look(10, arbitrage()), look(-20)])
    assert (span.until, span.longest_seconds) == (at(-20), 3600)


def test_gap_makes_two_spans():
    assert [span.first_seen for span in spans([look(60, arbitrage()), look(50), look(40, arbitrage())])] == [
        at(60),
        at(40),
    ]


def test_values_of_two_books_are_two_spans():
    prices = [make_price("a"), make_price("a", side="away"), make_price("b", american=120)]
    both = find([*prices, make_price("c", american=120)], ANY, ["value"])
    assert [span.snapshots for span in spans([look(60, *both), look(50, *both)])] == [2, 2]


def test_one_look_tells_nothing_of_how_often_it_was_looked():
    assert [span.sampling_seconds for span in spans([look(60, arbitrage())])] == [None]
    assert spans([]) == []


# from what is stored


@pytest.fixture
def event(db):
    """At 60 minutes an arbitrage on totals 220.5, gone at 40 when the over moves; a live snapshot at the end."""
    event = make_event()
    for minutes in (90, 60, 50, 40, -5):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, "a", "totals", "over", price=-110, odds_timestamp=at(90), valid_until=at(60))
    make_odds(event, "a", "totals", "over", price=115, odds_timestamp=at(60), valid_until=at(40))
    make_odds(event, "a", "totals", "over", price=115, point=221.5, odds_timestamp=at(40))
    make_odds(event, "b", "totals", "under", price=100, odds_timestamp=at(90))
    return event


def test_stored_prices_are_looked_at_snapshot_by_snapshot(event):
    [span] = opportunity_spans(event, ANY, ["arbitrage"])
    assert (span.first_seen, span.last_seen, span.until) == (at(60), at(50), at(40))
    assert (span.shortest_seconds, span.longest_seconds) == (600, 50 * 60)
    assert span.best.edge == pytest.approx(1 / (1 / 2.15 + 1 / 2) - 1)
    assert [leg.price.snapshot_time for leg in span.best.legs] == [at(60)] * 2


def test_nothing_in_play_counts(event):
    assert opportunity_spans(event, ANY, ["middle"]) == []  # over 221.5 and under 220.5 is a gap
    make_odds(event, "c", "totals", "under", price=110, point=221.5, odds_timestamp=at(-5))
    assert len(opportunity_spans(event, ANY, ["arbitrage"])) == 1


def test_price_that_nobody_asked_for_again_grows_old_though_nothing_changed(db):
    quiet = make_event()
    make_snapshot(quiet, snapshot_time=at(60))
    for minutes in (50, 40, 25):
        make_snapshot(quiet, snapshot_time=at(minutes), scope=make_scope({"h2h": None}))
    make_odds(quiet, "a", "totals", "over", price=115, odds_timestamp=at(60))
    make_odds(quiet, "b", "totals", "under", price=100, odds_timestamp=at(60))
    [span] = opportunity_spans(quiet, ANY, ["arbitrage"])  # prices may be half an hour old
    assert (span.last_seen, span.until) == (at(40), at(25))


def test_history_up_to_an_instant_knows_nothing_later(event):
    [span] = opportunity_spans(event, ANY, ["arbitrage"], until=at(55))
    assert (span.last_seen, span.until, span.snapshots) == (at(60), None, 1)
    assert opportunity_spans(event, ANY, ["arbitrage"], until=at(61)) == []


def test_commission_as_stored_counts(event):
    Bookmaker.objects.filter(key="b").update(commission="0.2")
    assert opportunity_spans(event, ANY, ["arbitrage"]) == []


def test_three_questions_whatever_the_number_of_snapshots_and_prices(event, django_assert_num_queries):
    for minutes in range(1, 39):
        make_snapshot(event, snapshot_time=at(minutes))
        make_odds(event, f"book{minutes}", "totals", "over", odds_timestamp=at(minutes))
    with django_assert_num_queries(4):  # commissions, prices, snapshots, the one scope
        opportunity_spans(event, ANY)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_spans_are_those_of_asking_again_at_every_snapshot(seed):
    """Whatever moved, was withdrawn or not asked for; a snapshot in which nothing changed is not judged anew."""
    rng = Random(seed)
    event = make_event()
    times = [at(minutes) for minutes in (75, 60, 45, 30, 15, -15)]
    asked = {time: rng.choice(["all", "all", "h2h"]) for time in times}
    scopes = {"all": make_scope(), "h2h": make_scope({"h2h": None})}
    for time in times:
        make_snapshot(event, snapshot_time=time, scope=scopes[asked[time]])
    for book, (market, side) in product(
        "abc", [("h2h", "home"), ("h2h", "away"), ("totals", "over"), ("totals", "under")]
    ):
        changes = [time for time in times if market == "h2h" or asked[time] == "all"]
        ends = [*sorted(rng.sample(changes, rng.randint(0, len(changes)))), None]
        for begin, end in pairwise(ends):
            make_odds(
                event,
                book,
                market,
                side,
                price=rng.choice([-110, 100, 110]),
                point=rng.choice([220, 220.5]) if market == "totals" else None,
                odds_timestamp=begin,
                valid_until=end,
            )
    looks = [Look(time, TIP, find(standing_odds(event, time).prices(), ANY) if time < TIP else []) for time in times]
    assert opportunity_spans(event, ANY) == spans(looks)
    assert spans(looks) != []
