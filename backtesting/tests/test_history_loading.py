"""What is loaded, how it is taken apart, and by what two histories are known to hold the same."""

import pickle
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from backtesting.decision_times import AtLine, EveryChange, MinutesBefore
from backtesting.history import load_events, load_history
from events.models import Event, EventScore
from events.tests.factories import TIP, make_event, make_score
from odds.choices import LineMoment
from odds.models import Bookmaker, Odds, OddsSnapshot, Outcome
from odds.tests.factories import make_bookmaker, make_odds, make_outcome, make_pair, make_scope, make_snapshot

from .as_of import whole_history

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def at(minutes_before_tip):
    return TIP - minutes_before_tip * MINUTE


def season(*, backwards=False):
    """Three games a day apart with a moving price each; the same whatever the order in which they are stored."""
    for number in (2, 1, 0) if backwards else (0, 1, 2):
        start = TIP + number * DAY
        event = make_event(api_id=f"game-{number}", commence_time=start, closing_at=start - 5 * MINUTE)
        for minutes in (5, 60) if backwards else (60, 5):
            make_snapshot(event, snapshot_time=start - minutes * MINUTE)
        late = {"odds_timestamp": start - 5 * MINUTE}
        early = {"odds_timestamp": start - 60 * MINUTE, "valid_until": start - 5 * MINUTE}
        for prices, times in (({"away": 100, "home": -120}, late), ({"home": -110, "away": -110}, early)):
            for book in ("fanduel", "pinnacle") if backwards else ("pinnacle", "fanduel"):
                make_pair(event, book, "spreads", prices=prices, point=f"-{number + 3}.5", **times)
        make_score(event, home_score=100 + number)


def clear():
    for model in (EventScore, Odds, OddsSnapshot, Event, Bookmaker, Outcome):
        model.objects.all().delete()


def test_events_lie_by_start_and_then_by_the_id_of_the_provider():
    for api_id, start in (("b", TIP), ("c", TIP - DAY), ("a", TIP)):
        make_event(api_id=api_id, commence_time=start)
    make_event(api_id="of another sport", sport_key="basketball_wnba")
    make_event(api_id="at the end", commence_time=TIP + DAY)
    history = load_history("basketball_nba", TIP - DAY, TIP + DAY)
    assert [event.event_id for event in history.events] == ["c", "a", "b"]
    assert history.decisions(EveryChange()) == []


def test_events_of_the_sandbox_are_loaded_where_there_are_no_real_ones():
    make_event(api_id="made up", is_sandbox=True)
    assert [event.event_id for event in whole_history().events] == ["made up"]
    make_event(api_id="real")
    assert [event.event_id for event in whole_history().events] == ["real"]


def test_events_asked_for_by_id_are_loaded_whenever_they_start_and_whoever_made_them_up():
    for api_id, start in (("late", TIP + 300 * DAY), ("other", TIP)):
        make_event(api_id=api_id, commence_time=start)
    make_event(api_id="made up", is_sandbox=True)
    assert [event.event_id for event in load_events({"late", "made up", "gone"}).events] == ["made up", "late"]


def test_markets_and_bookmakers_not_asked_for_are_left_out():
    event = make_event(closing_at=at(60))
    make_snapshot(event, snapshot_time=at(60))
    for book in ("fanduel", "pinnacle"):
        for market in ("h2h", "spreads"):
            make_odds(event, book, market, odds_timestamp=at(60))
    history = whole_history(markets=["h2h", "never offered"], bookmakers=["pinnacle"])
    assert (history.markets, history.bookmakers) == (["h2h"], ["pinnacle"])
    [decision] = history.decisions(EveryChange())
    assert [(price.bookmaker, price.market) for price in history.view(decision).prices] == [("pinnacle", "h2h")]
    assert [(line.bookmaker, line.market) for line in history.closing(0)] == [("pinnacle", "h2h")]
    assert whole_history(markets=["never offered"]).closing(0) == ()


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="2026-01-15 00:00:00 has no time zone: give one"):
        load_history("basketball_nba", datetime(2026, 1, 15), TIP)  # noqa: DTZ001 - that is the point


def test_decisions_are_in_time_order_and_then_by_event():
    events = [make_event(api_id=api_id, commence_time=TIP + shift) for api_id, shift in (("b", DAY), ("a", 0 * DAY))]
    for event in events:
        for minutes in (90, 60):
            make_snapshot(event, snapshot_time=at(minutes))
    decisions = whole_history().decisions(EveryChange())
    assert [(decision.event, decision.commence - decision.moment) for decision in decisions] == [
        (0, 90 * 60_000_000),
        (1, 90 * 60_000_000 + 86_400_000_000),
        (0, 60 * 60_000_000),
        (1, 60 * 60_000_000 + 86_400_000_000),
    ]


def test_events_are_asked_about_some_at_a_time(monkeypatch):
    season()
    before = whole_history()
    monkeypatch.setattr("backtesting.history.fetching._AT_ONCE", 2)
    assert whole_history().fingerprint() == before.fingerprint()
    assert len(before.tables.runs) == 24


def test_commissions_are_those_of_the_books_that_have_prices():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    for key, commission in (("betfair", "0.05"), ("pinnacle", "0"), ("idle", "0.02")):
        make_bookmaker(key, commission=Decimal(commission))
    for key in ("betfair", "pinnacle"):
        make_odds(event, key, odds_timestamp=at(60))
    assert whole_history().commissions == {"betfair": 0.05, "pinnacle": 0.0}


def test_the_next_look_is_the_next_snapshot_that_asked_for_the_book_and_market():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_snapshot(event, snapshot_time=at(50), scope=make_scope({"h2h": ["fanduel"]}))
    make_snapshot(event, snapshot_time=at(40))
    history = whole_history()
    assert history.next_look(0, "fanduel", "h2h", at(60)) == at(50)
    assert history.next_look(0, "pinnacle", "h2h", at(60)) == at(40)
    assert history.next_look(0, "fanduel", "spreads", at(60)) == at(40)
    assert history.next_look(0, "fanduel", "h2h", at(40)) is None
    assert history.next_look(0, "fanduel", "player_points", at(61)) is None


def test_a_price_stands_elsewhen_if_book_number_and_price_are_the_same():
    event = make_event()
    for minutes in (60, 40, 20, 10):
        make_snapshot(event, snapshot_time=at(minutes))
    for price, point, begin, end in (
        (-110, -3.5, 60, 40),
        (-110, -4, 40, 20),
        (-110, -3.5, 20, 10),
        (-105, -3.5, 10, 0),
    ):
        times = {"odds_timestamp": at(begin), "valid_until": at(end) if end else None}
        make_odds(event, market="spreads", point=point, price=price, **times)
        make_odds(event, "pinnacle", market="spreads", point=-3.5, price=price, **times)
    history = whole_history()
    decision = history.decision_at(0, at(55))
    [price] = [price for price in history.view(decision).prices if price.bookmaker == "fanduel"]
    stands = [history.standing_at(0, price, at(minutes)) for minutes in (61, 55, 41, 39, 19, 9)]
    assert stands == [False, True, True, False, True, False]


def test_every_stated_start_is_told_with_the_snapshot_that_stated_it_first():
    event = make_event()
    for minutes, shift in ((60, 0), (50, 0), (40, 30), (30, 0)):
        make_snapshot(event, snapshot_time=at(minutes), commence_time=TIP + shift * MINUTE)
    assert whole_history().stated_starts(0) == [(at(60), TIP), (at(40), at(-30)), (at(30), TIP)]


def test_a_part_is_what_would_have_been_loaded_of_its_days():
    season()
    history = whole_history()
    part = history.between(TIP + DAY, TIP + 2 * DAY)
    loaded = load_history("basketball_nba", TIP + DAY, TIP + 2 * DAY)
    assert [event.event_id for event in part.events] == ["game-1"]
    assert part.decisions(EveryChange()) == loaded.decisions(EveryChange())
    assert part.board(part.decisions(EveryChange())).prices() == loaded.board(loaded.decisions(EveryChange())).prices()
    assert part.closing(0) == loaded.closing(0) == history.closing(1)
    assert part.fingerprint() == loaded.fingerprint()
    assert history.between(TIP + DAY / 2, TIP + DAY / 2).events == []
    assert history.between(TIP + 9 * DAY, TIP).decisions(EveryChange()) == []


def test_a_history_survives_being_pickled():
    season()
    history = whole_history(decides=MinutesBefore(30))
    again = pickle.loads(pickle.dumps(history))  # noqa: S301 - just written
    decisions = history.decisions(MinutesBefore(30))
    assert again.decisions(MinutesBefore(30)) == decisions
    assert [again.view(each).prices for each in decisions] == [history.view(each).prices for each in decisions]
    assert again.fingerprint() == history.fingerprint()


def test_the_fingerprint_does_not_depend_on_the_order_in_which_rows_were_stored():
    season()
    before = whole_history().fingerprint()
    clear()
    for key in ("unused", "pinnacle"):
        make_bookmaker(key)
    make_outcome("Utah Jazz")
    season(backwards=True)
    assert whole_history().fingerprint() == before


def change_price():
    Odds.objects.filter(event__api_id="game-1", price=100).update(price=101, decimal_price=2.01)


def change_point():
    Odds.objects.filter(event__api_id="game-1", price=100).update(point=Decimal("5"))


def change_instant():
    Odds.objects.filter(event__api_id="game-1", price=100).update(odds_timestamp=TIP + DAY - 4 * MINUTE)


def change_verdict():
    Odds.objects.filter(event__api_id="game-1", price=100).update(is_valid=False)


def change_stated_start():
    OddsSnapshot.objects.filter(event__api_id="game-1").update(commence_time=TIP + DAY + MINUTE)


def change_start():
    Event.objects.filter(api_id="game-1").update(commence_time=TIP + DAY + MINUTE)


def change_score():
    EventScore.objects.filter(event__api_id="game-1").update(home_score=99)


def change_status():
    Event.objects.filter(api_id="game-1").update(status="cancelled")


def change_scope():
    OddsSnapshot.objects.filter(event__api_id="game-1").update(scope=make_scope({"spreads": None}))


def change_commission():
    Bookmaker.objects.filter(key="pinnacle").update(commission=Decimal("0.01"))


@pytest.mark.parametrize(
    "change",
    [
        change_price, change_point, change_instant, change_verdict, change_stated_start, change_start, change_score,
        change_status, change_scope, change_commission,
    ],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_the_fingerprint_tells_any_change(change):
    season()
    before = whole_history().fingerprint()
    change()
    assert whole_history().fingerprint() != before


def test_a_line_decided_on_alone_loads_what_stood_then():
    season()
    close = AtLine(LineMoment.CLOSING)
    history = whole_history(decides=close)
    assert {price.price for each in history.decisions(close) for price in history.view(each).prices} == {100, -120}
    assert len(history.tables.runs) == 12  # of 24


def test_nothing_is_decided_at_a_close_whose_snapshots_were_archived():
    make_event(closing_at=at(5))
    close = AtLine(LineMoment.CLOSING)
    assert whole_history(decides=close).decisions(close) == []


def test_looking_at_an_event_in_the_database_needs_its_index_alone():
    """All that is asked of snapshots lies in the index; beside it in the table lie the raw answers."""
    season()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("""
            EXPLAIN SELECT snapshot_time, commence_time, scope_id, is_live FROM odds_oddssnapshot
            WHERE event_id = 1 ORDER BY snapshot_time
        """)
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using odds_oddssnapshot_once_per_instant" in plan
