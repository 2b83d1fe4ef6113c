"""What the books quote: laws that hold for every quote, and habits that hold for many."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..sandbox import additional
from ..sandbox.books import BOOKS, BOOKS_BY_KEY, last_read
from ..sandbox.league import League
from ..sandbox.markets import KNOWN
from ..sandbox.prices import american, decimal, featured, two_way
from ..sandbox.sports import NBA, NFL, WNBA
from ..sandbox.truth import truth

LEAGUE = League(1)
START = int(datetime(2026, 1, 14, tzinfo=UTC).timestamp())
instants = st.integers(START - 2 * 365 * 86_400, START + 365 * 86_400)


def implied(market) -> float:
    return sum(1 / decimal(outcome.price) for outcome in market.outcomes)


@settings(max_examples=40, deadline=None)
@given(instants, st.sampled_from([NBA, WNBA, NFL]))
def test_every_featured_quote_is_two_sided_mirrored_and_american(at, sport) -> None:
    for game in LEAGUE.listed(sport, at):
        for book in BOOKS:
            for market in featured(book, game, last_read(book, at)):
                one, two = market.outcomes
                assert abs(one.price) >= 100
                assert abs(two.price) >= 100
                if market.key == "totals":
                    assert (one.name, two.name, one.point) == ("Over", "Under", two.point)
                else:
                    assert {one.name, two.name} == {game.home, game.away}
                    assert (one.point is None) if market.key != "spreads" else one.point == -two.point
                if market.key != "h2h_lay":
                    # Rounding to multiples of 5 moves each implied probability by up to 0.6 %.
                    assert abs(implied(market) - 1 - book.overround) < 0.05
                    assert implied(market) > 1


@settings(max_examples=15, deadline=None)
@given(instants)
def test_other_markets_of_an_event_obey_the_same_laws(at) -> None:
    game = LEAGUE.listed(NBA, at)[-3]
    book = BOOKS_BY_KEY["fanduel"]
    for key in additional.keys(game):
        market = additional.market(book, game, last_read(book, at), key)
        if market is None:
            continue
        assert market.key == key
        for one, two in zip(market.outcomes[::2], market.outcomes[1::2], strict=True):
            assert one.description == two.description
            assert one.name != two.name
            assert one.point == (-two.point if "spreads" in key else two.point)
        assert all(abs(outcome.price) >= 100 for outcome in market.outcomes)
        assert all(
            (outcome.description is not None) == key.startswith(("team", "player")) for outcome in market.outcomes
        )


def test_every_market_on_offer_is_a_known_one() -> None:
    assert set(additional.keys(LEAGUE.listed(NBA, START)[0])) <= KNOWN


@given(st.floats(0.02, 0.98), st.floats(0.005, 0.095))
def test_two_prices_hold_the_margin_and_favour_the_likelier(probability: float, overround: float) -> None:
    one, two = two_way(probability, overround)
    assert sum(1 / (1 + (p / 100 if p > 0 else 100 / -p)) for p in (one, two)) == pytest.approx(
        1 + overround, abs=0.004
    )
    assert (decimal(one) <= decimal(two)) == (probability >= 0.5) or abs(probability - 0.5) < 0.01


def test_american_and_decimal_prices_agree() -> None:
    assert [american(price) for price in (2.0, 2.5, 1.5, 1.909, 1.01)] == [100, 150, -200, -110, -10_000]
    assert [decimal(price) for price in (100, -100, 150, -110, -10_000)] == [2.0, 2.0, 2.5, 1.91, 1.01]
    assert american(2.02, 5) == 100
    assert american(1.99, 5) == -100


def test_quotes_stand_mostly_far_from_the_start_and_move_near_it() -> None:
    far = _moved(hours=30)
    near = _moved(hours=1)
    assert 0.05 < far < 0.18
    assert near > 3 * far


def _moved(hours: float) -> float:
    """The share of quotes that differ 22 minutes later."""
    moved = total = 0
    for number in range(20_460, 20_480):
        for game in LEAGUE.round(NBA.key, number):
            for book in BOOKS:
                one, two = (_quotes(book, game, game.tipoff - hours * 3600 + later) for later in (0, 22 * 60))
                total += len(one.keys() & two.keys())
                moved += sum(one[key] != two[key] for key in one.keys() & two.keys())
    return moved / total


def _quotes(book, game, at):
    markets = featured(book, game, last_read(book, at))
    return {(market.key, o.name): (o.price, o.point) for market in markets for o in market.outcomes}


def test_about_eight_of_ten_books_stay_during_the_play() -> None:
    before = during = 0
    for number in range(20_460, 20_480):
        for game in (game for game in LEAGUE.round(NBA.key, number) if game.is_played):
            for book in BOOKS:
                before += bool(featured(book, game, last_read(book, game.tipoff - 60)))
                during += bool(featured(book, game, last_read(book, game.tipoff + 45 * 60)))
    assert 0.75 < during / before < 0.88


def test_two_books_show_one_feed() -> None:
    same = total = 0
    for number in range(20_460, 20_480):
        for game in LEAGUE.round(NBA.key, number):
            at = game.tipoff - 5 * 3600
            one, two = (_quotes(BOOKS_BY_KEY[key], game, at) for key in ("betonlineag", "lowvig"))
            if ("spreads", game.home) in one and ("spreads", game.home) in two:
                total += 1
                same += one["spreads", game.home][1] == two["spreads", game.home][1]
    assert same / total > 0.9


def test_a_book_that_stands_still_gives_true_edges_and_now_and_then_there_is_arbitrage() -> None:
    edges = Counter()
    arbitrages = looks = 0
    for number in range(20_460, 20_500):
        for game in (game for game in LEAGUE.round(NBA.key, number) if game.is_played):
            at = game.tipoff - 900
            true, best, looks = truth(game, at).home_win, {}, looks + 1
            for book in (book for book in BOOKS if book.region in ("us", "eu")):
                for (key, name), (price, _) in _quotes(book, game, at).items():
                    if key == "h2h":
                        chance = true if name == game.home else 1 - true
                        edges[book.key] += chance * decimal(price) > 1
                        best[name] = max(best.get(name, 0), decimal(price))
            arbitrages += sum(1 / price for price in best.values()) < 1
    assert edges["bovada"] > 10
    assert edges["bovada"] > edges["pinnacle"]
    assert 0 < arbitrages < looks / 5


def test_books_are_read_20_to_150_seconds_before() -> None:
    ages = {START + second - last_read(book, START + second) for book in BOOKS for second in range(0, 600, 7)}
    assert min(ages) >= 20
    assert max(ages) <= 150


def test_the_order_of_outcomes_says_nothing() -> None:
    first = Counter()
    for number in range(20_460, 20_470):
        for game in LEAGUE.round(NBA.key, number):
            for book in BOOKS:
                for market in featured(book, game, last_read(book, game.tipoff - 7200))[:1]:
                    first[market.outcomes[0].name == game.home] += 1
    assert 0.45 < first[True] / first.total() < 0.65
