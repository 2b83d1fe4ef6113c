"""On paper: decisions as odds come, bets settled as scores come, and a day that can be explained afterwards."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backtesting.choices import BetState
from backtesting.decision_times import EveryChange, parse_decision_time
from backtesting.errors import BacktestError
from backtesting.models import BacktestBet, BacktestRun
from backtesting.paper.accounts import cash_of, close_account
from backtesting.paper.reconciling import reconcile
from backtesting.paper.trading import decide, settle_bets, trade
from backtesting.records import EventView, MarketView
from backtesting.strategies import ClosingOracle, EVStrategy, Favourite
from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.models import Odds, OddsSnapshot
from odds.opportunities import Opportunity
from odds.signals import collected
from odds.tests.factories import make_pair, make_snapshot

from .paper_accounts import MINUTE, NBA, HomeSides, account, look

pytestmark = pytest.mark.django_db


class Raising(HomeSides):
    """Somebody's code that does not work."""

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> list[Opportunity]:
        raise ZeroDivisionError


def test_decisions_are_made_once_when_odds_have_come():
    run, event = account(), make_event()
    trade(NBA, look(event, 90))
    assert not run.bets.exists(), "an hour before the start has not come yet"
    now = look(event, 59)
    for _ in range(3):
        trade(NBA, now)
    bet = run.bets.get()
    assert (bet.state, bet.stake, bet.price, bet.outcome) == (BetState.OPEN, 100, 100, "Los Angeles Lakers")
    assert (bet.decided_at, bet.placed_at, bet.bankroll) == (TIP - 60 * MINUTE, now, 1_000)
    assert cash_of(run) == 900


def test_a_price_that_has_gone_when_it_is_decided_is_not_bet_on():
    run, event = account(), make_event()
    trade(NBA, look(event, 90))
    now = look(event, 50, price=-105)
    trade(NBA, now)
    bet = run.bets.get()
    assert (bet.state, bet.stake, bet.price, bet.placed_at) == (BetState.UNFILLED, 0, 100, None)
    assert bet.note == f"decided at {now:%H:%M:%S} UTC, when the price had gone"
    assert cash_of(run) == 1_000


def test_bets_are_settled_with_the_scores_and_anew_when_these_are_corrected():
    run, event = account(), make_event()
    trade(NBA, look(event, 60))
    over = TIP + timedelta(hours=3)
    assert settle_bets(NBA, over) == 0
    make_score(event, home_score=110, away_score=105)
    Event.objects.update(home_score=110, away_score=105, status="final")
    assert settle_bets(NBA, over) == 1
    bet = run.bets.get()
    assert (bet.state, bet.profit, bet.settled_at) == (BetState.WON, 100, TIP + timedelta(hours=2, minutes=30))
    assert settle_bets(NBA, over + MINUTE) == 0
    make_score(event, home_score=100, away_score=105, observed_at=TIP + timedelta(hours=20))
    Event.objects.update(home_score=100)
    assert settle_bets(NBA, TIP + timedelta(hours=21)) == 1
    bet.refresh_from_db()
    assert (bet.state, bet.profit, len(bet.settlements)) == (BetState.LOST, -100, 2)


def test_what_was_won_is_staked_again_and_what_is_out_is_not():
    run = account()
    first, second = make_event(), make_event(commence_time=TIP + timedelta(days=1))
    trade(NBA, look(first, 60))
    make_score(first)
    Event.objects.filter(pk=first.pk).update(home_score=110, away_score=105)
    make_snapshot(second, snapshot_time=second.commence_time - 60 * MINUTE)
    make_pair(second, prices={"home": 100})
    trade(NBA, second.commence_time - 60 * MINUTE)
    assert list(run.bets.order_by("number").values_list("number", "position", "bankroll", "stake")) == [
        (1, 1, 1_000, 100), (2, 2, 1_100, 110),
    ]  # fmt: skip


def test_a_market_of_an_event_is_bet_on_once():
    run, event = account(HomeSides(decides=EveryChange())), make_event()
    for minutes in (90, 80, 70):
        trade(NBA, look(event, minutes, price=100 + minutes))
    assert [bet.price for bet in run.bets.all()] == [190]


def test_a_strategy_that_fails_harms_no_other_and_no_collection(caplog):
    account(Raising())
    run, event = account(), make_event()
    now = look(event, 60)
    [(_, outcome)] = [
        each for each in collected.send_robust(sender=None, sport_key=NBA, now=now) if "trade_on_paper" in str(each[0])
    ]
    assert outcome is None
    assert run.bets.count() == 1
    assert BacktestBet.objects.count() == 1


def test_a_closed_account_decides_no_more_and_its_bets_are_settled():
    run, event = account(), make_event()
    now = look(event, 60)
    trade(NBA, now)
    close_account(run.pk, now)
    other = make_event(commence_time=TIP + timedelta(hours=2))
    make_snapshot(other, snapshot_time=TIP)
    make_pair(other, prices={"home": 100})
    make_score(event)
    Event.objects.filter(pk=event.pk).update(home_score=110, away_score=105)
    trade(NBA, TIP + timedelta(hours=4))
    assert run.bets.get().state == BetState.WON
    with pytest.raises(BacktestError, match=f"no open paper account #{run.pk}"):
        close_account(run.pk, now)


@pytest.mark.parametrize("days", [1, 14])
def test_what_came_due_while_nothing_was_collected_is_decided_too_late_for_its_price(days):
    run, event = account(), make_event()
    trade(NBA, look(event, 90))
    trade(NBA, TIP + timedelta(days=days))
    bet = run.bets.get()
    assert (bet.state, bet.decided_at, cash_of(run)) == (BetState.UNFILLED, TIP - 60 * MINUTE, 1_000)


def test_a_game_is_decided_on_however_far_ahead_it_is():
    run, event = account(HomeSides(decides=EveryChange())), make_event(commence_time=TIP + timedelta(days=200))
    trade(NBA, look(event, 60))
    assert run.bets.get().state == BetState.OPEN


def test_an_account_that_is_closed_while_others_are_decided_decides_no_more():
    run, event = account(), make_event()
    now = look(event, 60)
    close_account(run.pk, now - MINUTE)
    assert decide(run.pk, now) == []
    assert not run.bets.exists()


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (ClosingOracle(), "closing_oracle is shown the future"),
        (Favourite(decides=parse_decision_time("close")), "favourite decides at close, known only afterwards"),
    ],
)
def test_what_cannot_be_traded_is_refused(strategy, message):
    with pytest.raises(BacktestError, match=message):
        account(strategy)


def test_the_same_strategy_is_registered_once():
    account(EVStrategy())
    account(EVStrategy(min_ev=0.05))
    with pytest.raises(BacktestError, match="trades on paper already"):
        account(EVStrategy())


class TestReconciling:
    DAY = date(2026, 1, 14)

    def traded(self) -> tuple[BacktestRun, Event]:
        run, event = account(), make_event()
        trade(NBA, look(event, 90))
        trade(NBA, look(event, 60))
        return run, event

    def test_a_day_that_is_stored_as_it_was_seen_agrees_bet_by_bet(self):
        run, event = self.traded()
        make_score(event)
        Event.objects.update(home_score=110, away_score=105)
        settle_bets(NBA, TIP + timedelta(hours=4))
        found = reconcile(run, self.DAY)
        assert (found.on_paper, found.in_run, found.agreeing, found.differences) == (1, 1, 1, [])

    def why(self, run: BacktestRun) -> list[tuple[str, str]]:
        return [(each.what, each.why) for each in reconcile(run, self.DAY).differences]

    def test_a_price_that_was_flagged_since_is_named(self):
        run, _ = self.traded()
        Odds.objects.update(is_valid=False, validation_notes="unusual_overround")
        assert self.why(run) == [("missing in the run", "the price has been flagged since: unusual_overround")]

    def test_a_snapshot_that_came_late_is_named(self):
        run, event = account(), make_event()
        trade(NBA, look(event, 90, price=120))
        trade(NBA, look(event, 60, price=120))
        late = make_snapshot(event, snapshot_time=TIP - 65 * MINUTE)
        OddsSnapshot.objects.filter(pk=late.pk).update(created_at=TIP + timedelta(hours=9))
        Odds.objects.update(valid_until=late.snapshot_time)
        make_pair(event, prices={"home": 130}, odds_timestamp=late.snapshot_time)
        [(what, why)] = self.why(run)
        assert what == "price"
        assert why == "the snapshot of 23:25:00 UTC was stored after the decision, at 2026-01-15 09:30:00 UTC"

    def test_a_price_that_had_gone_when_it_was_decided_is_named(self):
        run, event = account(), make_event()
        trade(NBA, look(event, 90))
        trade(NBA, look(event, 50, price=-105))
        assert self.why(run) == [("not filled on paper", "decided at 23:40:00 UTC, when the price had gone")]

    def test_what_has_not_been_decided_or_settled_yet_is_named(self):
        run, event = account(), make_event()
        look(event, 60)
        assert self.why(run) == [("missing on paper", "it has not been decided yet: nothing was collected since")]
        decide(run.pk, TIP - 60 * MINUTE)
        make_score(event)
        Event.objects.update(home_score=110, away_score=105)
        assert self.why(run) == [("verdict", "not settled on paper yet")]

    def test_a_price_that_had_gone_after_two_weeks_without_collecting_is_named(self):
        run, event = account(), make_event()
        trade(NBA, look(event, 90))
        trade(NBA, TIP + timedelta(days=14))
        assert self.why(run) == [("not filled on paper", "decided at 00:30:00 UTC, when the price had gone")]

    def test_an_account_that_was_closed_is_named(self):
        run, event = account(), make_event()
        trade(NBA, look(event, 90))
        run = close_account(run.pk, TIP - 80 * MINUTE)
        trade(NBA, look(event, 60))
        assert self.why(run) == [("missing on paper", "the account was closed at 2026-01-14 23:10 UTC")]

    def test_the_command_tells_all_of_it_and_fails_on_a_difference(self):
        run, _ = self.traded()
        out = StringIO()
        call_command("paper_reconcile", "--day", "2026-01-14", "--json", stdout=out)
        [found] = json.loads(out.getvalue())
        assert (found["id"], found["agreeing"], found["differences"]) == (run.pk, 1, [])
        Odds.objects.update(is_valid=False)
        out = StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("paper_reconcile", "--day", "2026-01-14", stdout=out)
        assert "missing in the run" in out.getvalue()


def test_accounts_are_opened_listed_and_closed_by_command(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    def typed(*arguments: str) -> str:
        out = StringIO()
        call_command("paper_trade", *arguments, stdout=out)
        return out.getvalue()

    assert "paper_trade start expected_value" in typed("list")
    assert "decides whenever odds are collected" in typed("start", "expected_value", "--param", "min_ev=0.02")
    run = BacktestRun.objects.get(kind="paper")
    assert run.parameters["min_ev"] == 0.02
    head, under, told = typed("list").splitlines()[3:6]
    assert head.split() == [f"#{run.pk}", "expected_value", "0", "0", "0", "0.00", "10,000.00"]
    assert under.split() == ["open", "–"]
    assert told.startswith(f"#{run.pk}: decided until {run.decided_until:%Y-%m-%d %H:%M:%S} UTC; ")
    assert "is closed" in typed("stop", str(run.pk))
    with pytest.raises(CommandError, match="no open paper account"):
        typed("stop", str(run.pk))
    assert datetime.now(UTC) - run.started_at < timedelta(minutes=5)
