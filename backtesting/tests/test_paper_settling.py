"""What becomes of bets on paper, at whatever time something is known of their games; as it does in a backtest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from backtesting.choices import BetState
from backtesting.models import BacktestBet, BacktestRun
from backtesting.paper import trading
from backtesting.paper.accounts import cash_of
from backtesting.paper.reconciling import reconcile
from backtesting.paper.trading import settle_bets, trade
from backtesting.rules import parse_rules
from events.game_days import day_of
from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.models import Odds, OddsSnapshot
from odds.tests.factories import make_odds, make_snapshot

from .paper_accounts import MINUTE, NBA, account, look

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def bet_on(event: Event, **terms: Any) -> BacktestRun:
    """An account with one bet of 100 at even money on the home side, and 900 at hand."""
    run = account(sport_key=event.sport_key, **terms)
    trade(event.sport_key, look(event, 60))
    assert (run.bets.get().state, cash_of(run)) == (BetState.OPEN, 900)
    return run


def ends(event: Event, home: int, away: int, at: datetime, origin: str = "") -> None:
    """A final score that is stored at this time."""
    make_score(event, home_score=home, away_score=away, observed_at=at, origin=origin)
    Event.objects.filter(pk=event.pk).update(home_score=home, away_score=away, status="final", updated_at=at)


def moves(event: Event, to: datetime, at: datetime) -> None:
    """Another start that is stated at this time."""
    make_snapshot(event, snapshot_time=at, commence_time=to, created_at=at)
    Event.objects.filter(pk=event.pk).update(commence_time=to, updated_at=at)


def assert_agrees(run: BacktestRun, event: Event) -> None:
    event.refresh_from_db()
    found = reconcile(run, day_of(event.commence_time))
    assert (found.on_paper, found.in_run, found.differences) == (1, 1, [])


@pytest.mark.parametrize("days", [1, 20, 45, 300])
def test_a_game_that_is_put_off_however_far_is_void(days):
    event = make_event()
    run = bet_on(event)
    moves(event, TIP + days * DAY + 49 * HOUR, at=TIP - 30 * MINUTE)
    settle_bets(NBA, TIP)
    bet = run.bets.get()
    assert (bet.state, bet.settled_at, cash_of(run)) == (BetState.VOID, TIP - 30 * MINUTE, 1_000)
    assert_agrees(run, event)


def test_a_bet_on_a_game_of_the_sandbox_is_settled_when_real_games_are_listed():
    event = make_event(is_sandbox=True)
    run = bet_on(event)
    make_event(commence_time=TIP + HOUR)
    ends(event, 110, 105, at=TIP + 2.5 * HOUR)
    settle_bets(NBA, TIP + 3 * HOUR)
    assert (run.bets.get().state, cash_of(run)) == (BetState.WON, 1_100)
    assert_agrees(run, event)


def test_the_stake_on_a_game_that_was_removed_comes_back():
    event = make_event(is_sandbox=True)
    run = bet_on(event)
    for model in (Odds, OddsSnapshot, Event):
        model.objects.all().delete()
    settle_bets(NBA, TIP + HOUR)
    bet = run.bets.get()
    assert (bet.state, bet.settled_at, bet.note) == (BetState.VOID, TIP + HOUR, "its game was removed")
    assert cash_of(run) == 1_000
    assert settle_bets(NBA, TIP + 2 * HOUR) == 0


def test_a_tie_is_lost_where_a_draw_was_offered_at_the_close():
    event = make_event(sport_key="boxing_boxing")
    run = bet_on(event)
    make_odds(event, side="draw", price=1000, odds_timestamp=event.closing_at)
    ends(event, 2, 2, at=TIP + 3 * HOUR)
    settle_bets("boxing_boxing", TIP + 3 * HOUR)
    assert (run.bets.get().state, cash_of(run)) == (BetState.LOST, 900)


@pytest.mark.parametrize("origin", ["", "csv"], ids=["of the provider", "imported"])
@pytest.mark.parametrize("days", [4, 8, 400])
def test_a_result_that_comes_late_still_settles(days, origin):
    event = make_event()
    run = bet_on(event)
    settle_bets(NBA, TIP + 73 * HOUR)
    assert (run.bets.get().state, cash_of(run)) == (BetState.UNRESOLVED, 900)
    settle_bets(NBA, TIP + (days - 0.5) * DAY)
    ends(event, 110, 105, at=TIP + days * DAY, origin=origin)
    settle_bets(NBA, TIP + days * DAY)
    bet = run.bets.get()
    assert (bet.state, bet.note, cash_of(run)) == (BetState.WON, "", 1_100)
    assert_agrees(run, event)


def test_a_result_that_was_stored_while_nothing_was_collected_settles_with_the_next_collection():
    event = make_event()
    run = bet_on(event)
    settle_bets(NBA, TIP + 14 * DAY)
    assert run.bets.get().state == BetState.UNRESOLVED
    ends(event, 110, 105, at=TIP + 15 * DAY)
    settle_bets(NBA, TIP + 90 * DAY)
    assert (run.bets.get().state, cash_of(run)) == (BetState.WON, 1_100)
    assert_agrees(run, event)


def test_a_result_that_was_written_while_bets_were_settled_settles_the_next_time():
    """A long import begins before bets are settled, and is committed after."""
    event = make_event()
    run = bet_on(event)
    settle_bets(NBA, TIP + 8 * DAY)
    ends(event, 110, 105, at=TIP + 8 * DAY - HOUR)
    settle_bets(NBA, TIP + 8 * DAY + HOUR)
    assert run.bets.get().state == BetState.WON


@pytest.mark.parametrize("days", [2, 30])
def test_a_score_that_is_corrected_however_late_settles_anew(days):
    event = make_event()
    run = bet_on(event)
    ends(event, 110, 105, at=TIP + 2.5 * HOUR)
    settle_bets(NBA, TIP + 3 * HOUR)
    settle_bets(NBA, TIP + (days - 0.5) * DAY)
    assert cash_of(run) == 1_100
    ends(event, 100, 105, at=TIP + days * DAY)
    settle_bets(NBA, TIP + days * DAY)
    bet = run.bets.get()
    assert (bet.state, bet.settled_at, len(bet.settlements)) == (BetState.LOST, TIP + days * DAY, 2)
    assert (bet.profit, cash_of(run)) == (-100, 900)
    assert_agrees(run, event)


def test_a_bet_is_open_again_while_its_game_may_yet_be_called_off():
    """After 72 hours nobody knew the result; it is postponed then, and this bookmaker waits for ten days."""
    event = make_event()
    run = bet_on(event, rules=parse_rules("240h"))
    states = []
    for days in (3, 5, 10):
        if days == 5:
            Event.objects.update(status="postponed", updated_at=TIP + 5 * DAY)
        settle_bets(NBA, TIP + days * DAY)
        states.append((run.bets.get().state, cash_of(run)))
    assert states == [(BetState.UNRESOLVED, 900), (BetState.OPEN, 900), (BetState.VOID, 1_000)]
    assert_agrees(run, event)


def test_settled_bets_whose_games_did_not_change_are_not_looked_at_again(monkeypatch):
    event, coming = make_event(), make_event(commence_time=TIP + 9 * DAY)
    run = bet_on(event)
    ends(event, 110, 105, at=TIP + 2.5 * HOUR)
    settle_bets(NBA, TIP + 3 * HOUR)
    won = run.bets.get()
    settled = [copied(won, number, make_event()) for number in range(2, 52)]
    waiting = copied(won, 52, coming, commence_time=coming.commence_time, state=BetState.OPEN, settlements=[])
    BacktestBet.objects.bulk_create([*settled, waiting])
    Event.objects.update(updated_at=TIP + 3 * HOUR)
    settle_bets(NBA, TIP + 3 * DAY)
    loaded = Mock(wraps=trading.load_events)
    monkeypatch.setattr(trading, "load_events", loaded)
    settle_bets(NBA, TIP + 5 * DAY)
    assert loaded.call_args.args == ({coming.api_id},)


def copied(bet: BacktestBet, number: int, event: Event, **over: Any) -> BacktestBet:
    """The same bet on another game."""
    fields = {field.attname: getattr(bet, field.attname) for field in BacktestBet._meta.concrete_fields}
    return BacktestBet(**fields | {"id": None, "number": number, "event_id": event.api_id, **over})
