"""From stored odds to bets, settled and paid, through the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backtesting.choices import BetState
from backtesting.decision_times import EveryChange, MinutesBefore
from backtesting.engine import BacktestEngine, load, simulate
from backtesting.errors import CoverageTooLow
from backtesting.fills import parse_fills
from backtesting.records import Bet, EventView, MarketView
from backtesting.result import BacktestResult
from backtesting.selection import Path
from backtesting.staking import Percentage, parse_staking
from backtesting.strategies import BettingStrategy
from backtesting.strategies.arbitrage import ArbitrageStrategy
from backtesting.strategies.expected_value import EVStrategy
from backtesting.terms import RunTerms
from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.opportunities import Opportunity
from odds.tests.factories import make_bookmaker, make_pair, make_snapshot

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
START, END = TIP - timedelta(days=5), TIP + timedelta(days=5)


class Everything(BettingStrategy):
    """One unit on every price there is."""

    default_decides = MinutesBefore(60)

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> list[Opportunity]:
        return [self.pick(price) for price in odds_snapshot.prices]


def run(strategy: BettingStrategy | None = None, **terms: Any) -> BacktestResult:
    options = {"min_coverage": 0.0, "bet_again": True, **terms}
    return BacktestEngine(strategy or Everything(), 10_000, START, END, **options).run()


def game(
    home_score: int | None = 110, away_score: int | None = 105, *, looks: tuple[int, ...] = (120, 70), **over: Any
) -> Event:
    """A game with snapshots so many minutes before its start, over, and its score given 2½ hours after it began."""
    event = make_event(home_score=home_score, away_score=away_score, **over)
    for minutes in looks:
        make_snapshot(event, snapshot_time=event.commence_time - timedelta(minutes=minutes))
    event.closing_at = event.commence_time - timedelta(minutes=min(looks))
    event.save()
    if home_score is not None:
        make_score(event, home_score=home_score, away_score=away_score)
    return event


def by_side(bets: list[Bet]) -> dict[str, Bet]:
    return {bet.side: bet for bet in bets}


@pytest.mark.parametrize(
    ("market", "point", "score", "states"),
    [
        ("h2h", None, (110, 105), {"home": "won", "away": "lost"}),
        ("h2h", None, (100, 105), {"home": "lost", "away": "won"}),
        ("spreads", "-4.5", (110, 105), {"home": "won", "away": "lost"}),
        ("spreads", "-5.5", (110, 105), {"home": "lost", "away": "won"}),
        ("spreads", "-5", (110, 105), {"home": "push", "away": "push"}),
        ("spreads", "5.5", (100, 105), {"home": "won", "away": "lost"}),
        ("spreads", "0", (110, 105), {"home": "won", "away": "lost"}),
        ("totals", "214.5", (110, 105), {"over": "won", "under": "lost"}),
        ("totals", "215.5", (110, 105), {"over": "lost", "under": "won"}),
        ("totals", "215", (110, 105), {"over": "push", "under": "push"}),
    ],
)
def test_both_sides_of_every_market_are_settled_at_the_line_taken(market, point, score, states):
    """-110 for 100: a win pays 90.91, a push gives the stake back."""
    event = game(*score)
    make_pair(event, market=market, prices=dict.fromkeys(states, -110), point=point)
    found = by_side(run().bets)
    assert {side: bet.state for side, bet in found.items()} == states
    profits = {"won": 1000 / 11, "lost": -100, "push": 0}
    assert {side: bet.profit for side, bet in found.items()} == pytest.approx(
        {side: profits[state] for side, state in states.items()}
    )


def test_the_line_that_counts_is_the_one_taken_not_the_one_it_moved_to():
    event = game(110, 105, looks=(120, 70, 10))
    taken = {"odds_timestamp": TIP - 2 * HOUR, "valid_until": TIP - timedelta(minutes=10)}
    make_pair(event, market="spreads", prices={"home": -110, "away": -110}, point="-4.5", **taken)
    make_pair(event, market="spreads", prices={"home": -110, "away": -110}, point="-6.5", odds_timestamp=TIP - HOUR / 6)
    found = by_side(run().bets)
    assert [found[side].point for side in ("home", "away")] == [Decimal("-4.5"), Decimal("4.5")]
    assert [found[side].state for side in ("home", "away")] == [BetState.WON, BetState.LOST]


def test_a_bet_is_staked_without_the_winnings_of_games_that_are_not_over():
    """19:30 and 20:30: the second is decided while the first is played. The third, the next day, sees both."""
    for hours in (0, 1, 24):
        event = game(commence_time=TIP + hours * HOUR)
        make_pair(event, prices={"home": 100})
    bets = run(Everything(staking=Percentage(0.5))).bets
    assert [bet.bankroll for bet in bets] == [10_000, 5_000, 2_500 + 10_000 + 5_000]
    assert [bet.stake for bet in bets] == [5_000, 2_500, 8_750]


def test_money_comes_back_when_the_result_was_known_and_is_at_cost_until_then():
    make_pair(game(), prices={"home": 150})
    result = run()
    [bet] = result.bets
    assert (bet.decided_at, bet.settled_at) == (TIP - HOUR, TIP + timedelta(hours=2, minutes=30))
    assert [tuple(point) for point in result.equity] == [(TIP - HOUR, 9_900, 100), (bet.settled_at, 10_150, 0)]


def test_a_corrected_score_settles_anew_and_keeps_what_was_said_before():
    event = game(110, 105)
    make_pair(event, prices={"home": 100, "away": 100})
    make_score(event, home_score=104, observed_at=TIP + 20 * HOUR)
    event.home_score = 104
    event.save()
    bet = by_side(run().bets)["home"]
    assert [(each.state, each.returned) for each in bet.settlements] == [(BetState.WON, 200), (BetState.LOST, 0)]
    assert (bet.state, bet.profit, bet.settled_at) == (BetState.LOST, -100, TIP + 20 * HOUR)


def test_a_game_without_a_result_is_unresolved_and_its_stake_still_out():
    make_pair(game(None, None), prices={"home": 100})
    result = run()
    [bet] = result.bets
    assert (bet.state, bet.profit, bet.returned) == (BetState.UNRESOLVED, 0, 0)
    assert result.equity[-1][1:] == (9_900, 100)
    assert result.metrics.unresolved_bets == 1
    assert result.coverage.without_result == 1


def test_a_game_that_is_played_a_week_later_is_void_by_the_rules():
    event = game(commence_time=TIP)
    make_pair(event, prices={"home": 100})
    Event.objects.update(commence_time=TIP + timedelta(days=4))
    assert run().bets[0].state == BetState.VOID


def test_flagged_prices_and_those_after_the_start_are_never_bet_on():
    event = game(looks=(120, 70))
    make_pair(event, prices={"home": 100}, is_valid=False)
    make_pair(event, "draftkings", prices={"home": 120}, odds_timestamp=TIP + HOUR / 2)
    assert run().bets == []


def test_the_start_is_the_one_known_at_the_decision():
    """Announced for 19:30 and put off to 21:30 at 18:45: decided at 18:30, an hour before what was known then."""
    event = game(commence_time=TIP + 2 * HOUR, looks=(165,))
    make_snapshot(event, snapshot_time=TIP - 3 * HOUR, commence_time=TIP)
    make_pair(event, prices={"home": 100}, odds_timestamp=TIP - 3 * HOUR)
    [bet] = run().bets
    assert (bet.decided_at, bet.commence_time) == (TIP - HOUR, TIP)


def test_an_exchange_takes_its_commission_of_what_is_won():
    make_bookmaker("betfair", commission="0.05")
    make_pair(game(), "betfair", prices={"home": 100, "away": 100})
    found = by_side(run().bets)
    assert (found["home"].profit, found["away"].profit) == (95, -100)
    assert found["home"].commission == 0.05


def test_an_arbitrage_is_one_position_that_wins_the_same_whatever_happens():
    """2.10 and 2.05 return 3.73 %: for 100, 49.39 and 50.60 after rounding down."""
    for number, score in enumerate([(110, 105), (100, 105)]):
        event = game(*score, commence_time=TIP + 24 * number * HOUR)
        make_pair(event, "fanduel", prices={"home": 110})
        make_pair(event, "draftkings", prices={"away": 105})
    bets = run(ArbitrageStrategy()).bets
    assert [bet.position for bet in bets] == [1, 1, 2, 2]
    for position in (1, 2):
        of_position = [bet for bet in bets if bet.position == position]
        assert sum(bet.stake for bet in of_position) == pytest.approx(100, abs=0.02)
        assert sum(bet.profit for bet in of_position) == pytest.approx(3.73, abs=0.03)


class TestFills:
    def test_a_price_that_is_gone_at_the_next_look_is_not_filled(self):
        event = game(looks=(120, 70, 30))
        make_pair(event, prices={"home": 110}, valid_until=TIP - timedelta(minutes=30))
        make_pair(event, prices={"away": -130})
        found = by_side(run(fills=parse_fills("must_stand")).bets)
        assert (found["home"].state, found["home"].stake, found["home"].placed_at) == (BetState.UNFILLED, 0, None)
        assert found["home"].note == "gone at 2026-01-15 00:00:00 UTC"
        assert (found["away"].state, found["away"].placed_at) == (BetState.LOST, TIP - HOUR / 2)

    def test_limits_rounding_and_costs_are_kept(self):
        make_pair(game(), prices={"home": 100, "away": 100})
        rules = parse_fills("limit.fanduel=37.9,rounding=5,cost=1")
        found = by_side(run(fills=rules).bets)
        assert (found["home"].stake, found["home"].profit) == (35, 34)
        assert (found["away"].stake, found["away"].profit) == (35, -36)

    def test_a_leg_that_is_gone_keeps_the_others_out_or_leaves_them_alone(self):
        event = game(110, 105, looks=(120, 70, 30))
        make_pair(event, "fanduel", prices={"home": 110})
        make_pair(event, "draftkings", prices={"away": 105}, valid_until=TIP - timedelta(minutes=30))
        nothing = run(ArbitrageStrategy(), fills=parse_fills("must_stand")).bets
        assert {bet.state for bet in nothing} == {BetState.UNFILLED}
        one = by_side(run(ArbitrageStrategy(), fills=parse_fills("must_stand,partial=keep")).bets)
        assert (one["home"].state, one["away"].state) == (BetState.WON, BetState.UNFILLED)


class TestWhatIsNotKnownYet:
    """An order that waits for the next look at 19:00 keeps its money aside until then, whatever comes of it."""

    def bets(self, *, is_gone: bool) -> list[Bet]:
        first = game(looks=(120, 70, 30), commence_time=TIP)
        until = TIP - timedelta(minutes=30) if is_gone else None
        make_pair(first, prices={"home": 100}, odds_timestamp=TIP - 2 * HOUR, valid_until=until)
        second = game(looks=(120, 70, 20), commence_time=TIP + timedelta(minutes=10))
        make_pair(second, prices={"home": 100}, odds_timestamp=TIP - 2 * HOUR)
        third = game(looks=(120, 70, 20), commence_time=TIP + timedelta(minutes=45))
        make_pair(third, prices={"home": 100}, odds_timestamp=TIP - 2 * HOUR)
        rules = parse_fills("must_stand,cost=1")
        return run(Everything(staking=Percentage(0.1)), fills=rules).bets

    def test_a_decision_before_the_look_is_the_same_whether_the_order_fails_or_not(self):
        gone = [(bet.decided_at, bet.bankroll) for bet in self.bets(is_gone=True)]
        Event.objects.all().update(sport_key="other")
        stood = [(bet.decided_at, bet.bankroll) for bet in self.bets(is_gone=False)]
        assert gone[:2] == stood[:2] == [(TIP - HOUR, 10_000), (TIP - timedelta(minutes=50), 8_999)]

    def test_afterwards_its_money_and_its_cost_are_back(self):
        assert self.bets(is_gone=True)[2].bankroll == 10_000 - 899.9 - 1


def test_a_market_that_was_bet_on_is_left_alone_afterwards():
    event = game(looks=(240, 180, 70))
    make_pair(event, prices={"home": 100}, odds_timestamp=TIP - 4 * HOUR)
    every = Everything(decides=EveryChange())
    assert [bet.decided_at for bet in run(every, bet_again=False).bets] == [TIP - 4 * HOUR]
    assert len(run(every, bet_again=True).bets) == 3


def test_too_little_data_is_refused_with_the_reason():
    make_pair(game(), prices={"home": 100, "away": -120})
    game(commence_time=TIP + 24 * HOUR)
    make_event(commence_time=TIP + 48 * HOUR)
    match = r"Everything: 33% of 3 events had fresh .*, 50% are needed \(1 without a snapshot, 1 stale\); buy them"
    with pytest.raises(CoverageTooLow, match=match):
        run(min_coverage=0.5)
    coverage = run().coverage
    assert (coverage.events, coverage.decided, coverage.covered, coverage.stale) == (3, 2, 1, 1)


def market_of(number: int, event: Event) -> None:
    """Two books whose prices differ a little, by the number of the game."""
    for market, sides, point in (("h2h", ("home", "away"), None), ("totals", ("over", "under"), "220.5")):
        first, second = sides
        make_pair(event, "pinnacle", market, prices={first: -105 - number % 7, second: -106 + number % 6}, point=point)
        make_pair(event, "fanduel", market, prices={first: 100 + number % 9, second: -118 + number % 5}, point=point)
        make_pair(event, "bovada", market, prices={first: 101 + number % 9, second: -110 - number % 4}, point=point)


@pytest.fixture
def season() -> None:
    for number in range(24):
        score = (100 + number % 11, 104 - number % 5)
        market_of(number, game(*score, commence_time=TIP + (number % 6 - 3) * 20 * HOUR + number // 6 * HOUR))


@pytest.mark.parametrize("staking", ["flat:100", "percent:0.02", "kelly:0.25,cap=0.05", "joint-kelly:0.25,cap=0.2"])
def test_both_paths_give_identical_bets(season, staking):
    strategy = EVStrategy(min_ev=0.0, staking=parse_staking(staking))
    terms = RunTerms(sport_key="basketball_nba", start=START, end=END, min_coverage=0.0)
    history = load([strategy], terms)
    at_once = simulate(history, strategy, terms, path=Path.SET_BASED)
    one_by_one = simulate(history, strategy, terms, path=Path.ONE_BY_ONE)
    assert len(at_once.bets) > 15
    assert at_once.bets == one_by_one.bets
    assert at_once.equity == one_by_one.equity
    assert at_once.coverage == one_by_one.coverage


def test_the_same_data_and_terms_give_the_same_run_and_others_do_not(season):
    first, second = run(EVStrategy(min_ev=0.0)), run(EVStrategy(min_ev=0.0))
    assert (first.bets, first.data_fingerprint, first.metrics) == (second.bets, second.data_fingerprint, second.metrics)
    Event.objects.filter(pk=Event.objects.first().pk).update(home_team="Another")
    assert run(EVStrategy(min_ev=0.0)).data_fingerprint != first.data_fingerprint


def test_a_history_loaded_whole_gives_the_bets_of_one_loaded_for_its_decisions(season):
    strategy = EVStrategy(min_ev=0.0)
    terms = RunTerms(sport_key="basketball_nba", start=START, end=END, min_coverage=0.0)
    waiting = replace(terms, fills=parse_fills("latency=0.001"))
    whole = simulate(load([strategy], waiting), strategy, terms)
    assert whole.bets == simulate(load([strategy], terms), strategy, terms).bets


def test_a_result_is_also_a_table_and_the_figures_of_the_specification(season):
    result = run(EVStrategy(min_ev=0.0))
    bets, equity = result.bets_frame(), result.equity_frame()
    assert bets.profit.sum() == pytest.approx(result.total_profit)
    assert equity.equity.iloc[-1] == pytest.approx(10_000 + result.total_profit)
    assert result.total_bets == len(bets) == result.winning_bets + result.losing_bets + result.metrics.pushes
    assert result.total_wagered == pytest.approx(bets.stake.sum())
    assert result.roi == pytest.approx(result.total_profit / result.total_wagered)
    assert result.win_rate == pytest.approx(result.winning_bets / (result.winning_bets + result.losing_bets))
    assert result.average_odds == pytest.approx(bets.decimal_price.mean())
    assert result.strategy_name == "expected_value"
    assert result.max_drawdown > 0


def test_a_bet_has_its_closing_line_value_against_the_reference_book():
    """+110 taken; the close of Pinnacle is -110/-110, an even chance: 2.10 × 0.5 - 1 = +5 %."""
    event = game(looks=(120, 70, 5))
    make_pair(event, "fanduel", prices={"home": 110, "away": -130})
    make_pair(event, "pinnacle", prices={"home": -120, "away": 105}, valid_until=TIP - timedelta(minutes=5))
    make_pair(event, "pinnacle", prices={"home": -110, "away": -110}, odds_timestamp=TIP - timedelta(minutes=5))
    bet = next(bet for bet in run().bets if bet.bookmaker == "fanduel" and bet.side == "home")
    assert (bet.clv, bet.closing_fair, bet.closing_age_minutes) == pytest.approx((0.05, 0.5, 5))


def test_terms_that_make_no_sense_are_refused():
    for wrong, match in (
        ({"initial_bankroll": 0}, "initial bankroll 0"),
        ({"min_coverage": 2}, "least coverage 2"),
        ({"end": START}, "the end is not after it"),
    ):
        options: dict[str, Any] = {"sport_key": "basketball_nba", "start": START, "end": END, **wrong}
        with pytest.raises(ValueError, match=match):
            RunTerms(**options)


def test_without_dates_all_there_is_is_taken():
    make_pair(game(), prices={"home": 100})
    result = BacktestEngine(Everything(), min_coverage=0).run()
    assert result.coverage.events == 1
    assert isinstance(result.bets[0].decided_at, datetime)
