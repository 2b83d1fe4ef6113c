"""What the provider's objects become, and what becomes of those that are not as they should be."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from collectors.errors import UnreadablePayload
from collectors.the_odds_api.normaliser import read_score
from collectors.the_odds_api.payloads import split_events
from collectors.the_odds_api.values import clean, tell_odds_format
from events.times import parse_time
from odds.choices import OddsFormat, Side
from odds.records import Asked

from .factories import (
    AMERICAN,
    DECIMAL,
    NOON,
    book,
    event,
    h2h,
    market,
    outcome,
    problems,
    quotes,
    score,
    snapshot,
    spreads,
    totals,
)  # fmt: skip


def read_one(*outcomes, key="h2h", asked=AMERICAN):
    taken = snapshot(event(book("fanduel", market(key, *outcomes))), asked=asked)
    ((offer_key, offer),) = taken.offers.items()
    return taken.read(offer_key, offer)


def test_sides_are_found_by_name_whatever_the_order():
    taken = snapshot(event(book("fanduel", h2h(home=-150, away=130), totals())))
    sides = {
        quote.outcome.name: (quote.outcome.side, quote.price)
        for key, offer in taken.offers.items()
        for quote in taken.read(key, offer).quotes
    }
    assert sides == {
        "Los Angeles Lakers": (Side.HOME, -150),
        "Boston Celtics": (Side.AWAY, 130),
        "Over": (Side.OVER, -110),
        "Under": (Side.UNDER, -110),
    }


@pytest.mark.parametrize("name", ["los angeles lakers", "Los Angeles Lakers ", "ＬＯＳ Angeles Lakers"])
def test_case_space_and_unicode_form_do_not_hide_a_side(name):
    (quote,) = read_one(outcome(name, -150)).quotes
    assert quote.outcome.side == Side.HOME
    assert quote.outcome.name == name


def test_draw_and_strangers():
    reading = read_one(outcome("Draw", 250), outcome("Nobody", 900))
    assert [quote.outcome.side for quote in reading.quotes] == [Side.DRAW, Side.OTHER]


def test_points_belong_to_their_outcome():
    taken = snapshot(event(book("fanduel", spreads(-3.5))))
    assert quotes(taken) == {
        ("fanduel", "spreads", "Los Angeles Lakers"): (-110, -3.5),
        ("fanduel", "spreads", "Boston Celtics"): (-110, 3.5),
    }


def test_a_pickem_is_a_line():
    (quote, _) = read_one(
        outcome("Los Angeles Lakers", -110, point=0), outcome("Boston Celtics", -110, point=-0.0), key="spreads"
    ).quotes
    assert quote.point == Decimal(0)


def test_american_prices_get_their_decimal():
    (quote,) = read_one(outcome("Boston Celtics", 150)).quotes
    assert (quote.price, quote.decimal_price) == (150, 2.5)


def test_decimal_prices_stay_exact_and_get_an_american():
    (quote,) = read_one(outcome("Boston Celtics", 1.32), asked=DECIMAL).quotes
    assert (quote.price, quote.decimal_price) == (-313, 1.32)


@pytest.mark.parametrize(
    ("price", "said"),
    [
        (0, "0 is no American price"),
        (50, "50 is no American price"),
        (-99.5, "-99.5 is no American price"),
        (99, "99 is no American price"),
        (10**30, "beyond any price"),
        (10**400, "beyond any price"),
        (None, "got `null`"),
        (True, "got `bool`"),
        ("-110", "got `str`"),
        ("\u2212110", "got `str`"),
        ({"value": 1}, "got `object`"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_an_american_price_never_becomes_a_number(price, said):
    reading = read_one(outcome("Los Angeles Lakers", price), outcome("Boston Celtics", 130))
    assert [quote.price for quote in reading.quotes] == [130]
    assert reading.rejected == 1
    assert said in reading.problems[0].text
    assert "left out" in reading.problems[0].text


@pytest.mark.parametrize("price", [1.0, 1, 0.95, 0, -2.5])
def test_what_cannot_be_a_decimal_price_never_becomes_a_number(price):
    reading = read_one(outcome("Los Angeles Lakers", price), outcome("Boston Celtics", 2.2), asked=DECIMAL)
    assert [quote.decimal_price for quote in reading.quotes] == [2.2]
    assert "is no decimal price: those are above 1" in reading.problems[0].text


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_json_or_a_float_cannot_hold_cost_only_their_quote(text):
    body = json.dumps([event(book("fanduel", h2h(home=12345678)), book("bovada", h2h()))])
    (raw,) = split_events(body.replace("12345678", text).encode())
    taken = snapshot(raw)
    assert ("fanduel", "h2h", "Los Angeles Lakers") not in quotes(taken)
    assert len(quotes(taken)) == 3
    assert len(problems(taken)) == 1


def test_fractional_american_keeps_its_exact_decimal():
    (quote,) = read_one(outcome("Los Angeles Lakers", -110.5)).quotes
    assert quote.price == -111
    assert quote.decimal_price == pytest.approx(1 + 100 / 110.5)


@pytest.mark.parametrize("point", [0.0001, 10**7])
def test_a_point_no_scoreboard_shows_is_left_out(point):
    reading = read_one(outcome("Over", -110, point=point), key="totals")
    assert reading.quotes == ()
    assert "out of range" in reading.problems[0].text


def test_props_are_told_apart_by_player_and_line():
    reading = read_one(
        outcome("Over", -115, description="Donovan Mitchell", point=27.5),
        outcome("Under", -105, description="Donovan Mitchell", point=27.5),
        outcome("Over", 120, description="Donovan Mitchell", point=30.5),
        outcome("Over", -110, description="Paolo Banchero", point=27.5),
        key="player_points",
    )
    assert len({quote.outcome for quote in reading.quotes}) == 4
    assert reading.quotes[0].outcome == (Side.OVER, "Over", "Donovan Mitchell", Decimal("27.5"))


def test_a_line_that_moves_is_the_same_outcome():
    before, after = (read_one(outcome("Over", -110, point=point), key="totals").quotes[0] for point in (220.5, 221))
    assert before.outcome == after.outcome
    assert (before.point, after.point) == (Decimal("220.5"), Decimal(221))


def test_duplicates_are_kept_once_and_told():
    reading = read_one(outcome("Over", -110, point=220.5), outcome("Over", -110, point=220.5), key="totals")
    assert len(reading.quotes) == 1
    assert reading.problems[0].kind == "duplicate_outcome"


def test_of_conflicting_quotes_the_first_is_kept():
    reading = read_one(outcome("Over", -110, point=220.5), outcome("Over", 100, point=220.5), key="totals")
    assert [quote.price for quote in reading.quotes] == [-110]
    assert "quoted as -110 at 220.5 and as +100 at 220.5; the first kept" in reading.problems[0].text


def test_a_bookmaker_listed_twice_is_read_as_one():
    taken = snapshot(event(book("fanduel", h2h(home=-150)), book("fanduel", h2h(home=-140), totals())))
    assert quotes(taken)["fanduel", "h2h", "Los Angeles Lakers"] == (-150, None)
    assert ("fanduel", "totals", "Over") in quotes(taken)


def test_a_market_listed_twice_once_without_outcomes_keeps_the_good_one():
    twice = {"key": "h2h", "last_update": "2026-01-14T11:59:40Z", "outcomes": None}
    assert len(quotes(snapshot(event(book("fanduel", h2h(), twice))))) == 2


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        (event(book("fanduel", h2h()), {"title": "No Key"}), 2),
        (event(book("fanduel", h2h()), "text"), 2),
        (event(book("fanduel", h2h(), {"outcomes": []})), 2),
        (event(book("fanduel", h2h()), {"key": "bovada", "title": "Bovada"}), 2),
        (event(book("fanduel", h2h(), {"key": "totals", "last_update": None})), 2),
        (event(book("fanduel", market("h2h", outcome("Boston Celtics", 130), {"price": -150}))), 1),
        (event(book("fanduel", market("h2h", outcome("Boston Celtics", 130), outcome("", -150)))), 1),
    ],
    ids=["book without key", "book that is text", "market without key", "book without markets",
         "market without outcomes", "outcome without name", "outcome with an empty name"],
)  # fmt: skip
def test_a_broken_part_costs_only_itself(broken, left):
    taken = snapshot(broken)
    assert len(quotes(taken)) == left
    assert len(problems(taken)) == 1


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (event(id=None), "got `null` - at `$.id`"),
        (event(id=""), "one of the two is empty"),
        (event(commence_time=None), "commence_time"),
        (event(commence_time="2026-01-15T00:30:00"), "'2026-01-15T00:30:00' is no instant; event skipped"),
        ({key: value for key, value in event().items() if key != "bookmakers"}, "has no list 'bookmakers'"),
        (event(bookmakers="none"), "has no list 'bookmakers'"),
        (["not an event"], "expected an event"),
    ],
)
def test_an_event_without_what_identifies_it_is_refused(broken, said):
    with pytest.raises(UnreadablePayload, match=re.escape(said)):
        snapshot(broken)


def test_outrights_have_no_teams():
    taken = snapshot(
        event(book("fanduel", market("outrights", outcome("Boston Celtics", 450))), home_team=None, away_team=None)
    )
    (quote,) = taken.read(*next(iter(taken.offers.items()))).quotes
    assert quote.outcome.side == Side.OTHER


def test_the_market_s_own_time_goes_before_the_book_s():
    taken = snapshot(event(book("fanduel", h2h(), last_update="2026-01-14T11:00:00Z")))
    assert taken.read(*next(iter(taken.offers.items()))).last_update == datetime(2026, 1, 14, 11, 59, 40, tzinfo=UTC)


def test_old_answers_have_the_book_s_time_only():
    old = {"key": "h2h", "outcomes": [outcome("Boston Celtics", 130)]}
    taken = snapshot(event(book("fanduel", old, last_update="2022-11-23T00:30:00Z")))
    assert taken.read(*next(iter(taken.offers.items()))).last_update == datetime(2022, 11, 23, 0, 30, tzinfo=UTC)


def test_a_time_that_is_none_is_told_and_the_price_kept():
    reading = read_one(outcome("Boston Celtics", 130))
    taken = snapshot(event(book("fanduel", market("h2h", outcome("Boston Celtics", 130), last_update="yesterday"))))
    odd = taken.read(*next(iter(taken.offers.items())))
    assert odd.quotes == reading.quotes
    assert odd.last_update is None
    assert "last_update 'yesterday' is no instant" in odd.problems[0].text


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-01-15T00:30:00Z", datetime(2026, 1, 15, 0, 30, tzinfo=UTC)),
        ("2026-01-14T19:30:00-05:00", datetime(2026, 1, 15, 0, 30, tzinfo=UTC)),
        (1768437000, datetime(2026, 1, 15, 0, 30, tzinfo=UTC)),
        ("2026-01-15T00:30:00", None),
        ("2026-01-15", None),
        ("2026-01-15T24:30:00Z", None),
        ("0001-01-01T00:00:00+05:00", None),
        (10**18, None),
        ("soon", None),
    ],
)
def test_times_are_read_strictly(value, instant):
    assert parse_time(value) == instant


def test_text_that_postgresql_cannot_hold_is_replaced_and_long_text_cut():
    assert clean("La\0kers\ud800") == "La\ufffdkers\ufffd"
    long = [clean("x" * 10_000 + end) for end in "ab"]
    assert long[0] != long[1]
    assert {len(text) for text in long} == {200}


def test_nul_and_half_a_surrogate_pair_in_names_cost_nothing():
    raw = json.dumps(event(book("fanduel", market("h2h", outcome("Bos\0ton", 130), outcome("\ud83d", -150))))).encode()
    assert set(quotes(snapshot(raw))) == {("fanduel", "h2h", "Bos\ufffdton"), ("fanduel", "h2h", "\ufffd")}


def test_what_came_unasked_is_spoken_for():
    asked = Asked.of(OddsFormat.AMERICAN, ["h2h"], ["pinnacle"])
    taken = snapshot(event(book("betfair_ex_uk", market("h2h_3_way", outcome("Draw", 300)))), asked=asked)
    assert taken.asked.covers("betfair_ex_uk", "h2h_3_way")
    assert not taken.asked.covers("pinnacle", "h2h_3_way")
    assert taken.asked.covers("pinnacle", "h2h_lay")


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ([-110, 100, 50], OddsFormat.AMERICAN),
        ([1.91, 2.0, 101.0], OddsFormat.DECIMAL),
        ([1.91, 0, 0], OddsFormat.DECIMAL),
        ([2, 3, 4], OddsFormat.DECIMAL),
        ([110, 150], OddsFormat.AMERICAN),
        ([], OddsFormat.AMERICAN),
    ],
)
def test_the_format_is_told_from_most_prices(prices, told):
    assert tell_odds_format(prices) == told


def test_scores_are_matched_by_name():
    record = read_score(json.dumps(score(home="110", away="105")).encode(), observed_at=NOON)
    assert (record.home_score, record.away_score, record.completed) == (110, 105, True)


@pytest.mark.parametrize("nothing", [None, []])
def test_a_game_to_come_has_no_score(nothing):
    record = read_score(json.dumps(score(scores=nothing, completed=False)).encode(), observed_at=NOON)
    assert (record.home_score, record.away_score) == (None, None)


@pytest.mark.parametrize("bad", ["abc", "-3", "123/4", "1" * 30])
def test_a_score_that_is_no_number_of_points_is_refused(bad):
    with pytest.raises(UnreadablePayload, match="is no number of points"):
        read_score(json.dumps(score(home=bad)).encode(), observed_at=NOON)


def test_a_score_of_strangers_is_refused():
    strangers = [{"name": "Utah Jazz", "score": "99"}, {"name": "Boston Celtics", "score": "105"}]
    with pytest.raises(UnreadablePayload, match="score None of 'Los Angeles Lakers'"):
        read_score(json.dumps(score(scores=strangers)).encode(), observed_at=NOON)
