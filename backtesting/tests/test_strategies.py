"""What holds for every strategy: how it is made, what it may answer, that it never changes."""

import pickle
from datetime import timedelta

import pytest

from backtesting.decision_times import EveryChange, MinutesBefore
from backtesting.staking import Flat, Percentage
from backtesting.strategies import (
    ArbitrageStrategy,
    BadAnswer,
    BadParameter,
    BettingStrategy,
    EVStrategy,
    Parameter,
    StrategyError,
    strategies,
)
from odds.opportunities import OpportunityKind
from odds.tests.prices import make_line, make_price

from .views import bets, make_view


class HomeDogs(BettingStrategy):
    """Bets on home underdogs."""

    default_decides = MinutesBefore(30)
    default_staking = Percentage(0.02)

    least = Parameter(int, 150, low=100, help="least American price")

    def should_bet(self, event, odds_snapshot):
        prices = self.usable(odds_snapshot)
        return [self.pick(price) for price in prices if price.side == "home" and price.price >= self.least]


class AsSpecified(BettingStrategy):
    """With the two methods of the specification and nothing else."""

    def should_bet(self, event, odds_snapshot):
        return [self.pick(odds_snapshot.prices[0])] if event.home_team.startswith("Los Angeles") else []

    def calculate_stake(self, bankroll, opportunity):
        return bankroll / 100


class Answers(BettingStrategy):
    def should_bet(self, event, odds_snapshot):
        return ANSWER[0]


ANSWER: list[object] = [None]
DOG = make_price("fanduel", side="home", american=160)


def test_two_methods_are_enough():
    strategy, view = AsSpecified(), make_view(DOG)
    [opportunity] = strategy.opportunities(view)
    assert opportunity.legs[0].price is view.prices[0]
    assert strategy.calculate_stake(10_000, opportunity) == 100
    assert strategy.parameters() == {"markets": []}
    assert strategy.name == "AsSpecified"


def test_without_should_bet_it_is_no_strategy():
    class Nothing(BettingStrategy):
        pass

    with pytest.raises(TypeError, match="should_bet"):
        Nothing()


def test_what_is_not_told_is_the_default_of_the_class():
    strategy = HomeDogs()
    assert (strategy.decides, strategy.staking, strategy.least) == (MinutesBefore(30), Percentage(0.02), 150)
    told = HomeDogs(decides=EveryChange(), staking=Flat(5), least="200")
    assert (told.decides, told.staking, told.least) == (EveryChange(), Flat(5), 200)
    assert told.parameters() == {"markets": [], "least": 200}


def test_stakes_follow_the_staking_plan_unless_overridden():
    strategy = HomeDogs(staking=Percentage(0.05))
    [opportunity] = strategy.opportunities(make_view(DOG))
    assert strategy.calculate_stake(2_000, opportunity) == 100


def test_the_constructors_of_the_specification_work():
    assert EVStrategy(min_ev=0.05, sharp_book="circasports").sharp_book == "circasports"
    assert ArbitrageStrategy(min_profit_margin=0.02).min_profit_margin == 0.02
    assert EVStrategy().min_ev == 0.03
    assert ArbitrageStrategy().min_profit_margin == 0.01


def test_a_bad_parameter_is_refused_in_the_name_of_the_strategy():
    with pytest.raises(BadParameter, match=r"^expected_value: min_ev is 'much', expected a number from -0.99 to 0.99$"):
        EVStrategy(min_ev="much")
    with pytest.raises(BadParameter, match=r"^expected_value has no parameter 'min_eV'; did you mean 'min_ev'"):
        EVStrategy(min_eV=0.1)


def test_a_default_that_is_not_allowed_is_refused_where_it_is_declared():
    with pytest.raises(BadParameter, match=r"^Wrong: least is 5, expected a whole number from 10 to 20$"):

        class Wrong(BettingStrategy):
            least = Parameter(int, 5, low=10, high=20)


def test_an_init_of_its_own_is_refused_since_no_run_would_record_it():
    with pytest.raises(StrategyError, match=r"^Own: declare each parameter as a class attribute instead"):

        class Own(BettingStrategy):
            def __init__(self, least=5):
                self.least = least


def test_parameters_come_in_the_order_of_declaration_those_of_the_base_first():
    class More(HomeDogs):
        most = Parameter(int, 400)
        least = Parameter(int, 120)

    assert list(More.declared()) == ["markets", "least", "most"]
    assert More().parameters() == {"markets": [], "least": 120, "most": 400}
    assert (More.name, HomeDogs.name) == ("More", "HomeDogs")


@pytest.mark.parametrize("name", ["least", "staking", "commissions", "anything"])
def test_an_instance_never_changes(name):
    with pytest.raises(AttributeError, match=f"HomeDogs never changes: make another with {name}=7 instead"):
        setattr(HomeDogs(), name, 7)


def test_commissions_are_given_to_a_copy():
    strategy = HomeDogs(least=100)
    told = strategy.with_commissions({"exchange": 0.05})
    assert strategy.commissions == {}
    assert told.least == 100
    [opportunity] = told.opportunities(make_view(make_price("exchange", american=110)))
    assert opportunity.legs[0].net_price == pytest.approx(2.045)


def test_the_future_is_not_shown_to_whoever_does_not_cheat():
    with pytest.raises(StrategyError, match="HomeDogs does not cheat: no history is shown to it"):
        HomeDogs().with_hindsight(object())
    with pytest.raises(StrategyError, match="Sly: wants_hindsight is for those that say is_cheating = True"):

        class Sly(HomeDogs):
            wants_hindsight = True


def test_of_those_that_ship_only_the_oracle_cheats():
    assert [name for name, cls in strategies().items() if cls.is_cheating] == ["closing_oracle"]
    assert [name for name, cls in strategies().items() if cls.looks_back] == ["line_move"]


@pytest.mark.parametrize("cls", [*strategies().values(), HomeDogs], ids=lambda cls: cls.name)
def test_a_strategy_survives_pickling(cls):
    strategy = cls(staking=Flat(7), decides=MinutesBefore(5), markets="h2h").with_commissions({"matchbook": 0.02})
    copy = pickle.loads(pickle.dumps(strategy))  # noqa: S301
    assert type(copy) is cls
    assert vars(copy) == vars(strategy)


@pytest.mark.parametrize("nothing", [None, False, [], ()])
def test_whatever_is_false_is_no_bet(nothing):
    ANSWER[0] = nothing
    assert Answers().opportunities(make_view(DOG)) == ()


@pytest.mark.parametrize("answer", [True, 0.05, {"price": 2}, [DOG], "home", [None]], ids=repr)
def test_what_is_no_opportunity_is_named(answer):
    ANSWER[0] = answer
    with pytest.raises(
        BadAnswer, match=r"^Answers: should_bet returned .*, expected a sequence of Opportunity$"
    ) as error:
        Answers().opportunities(make_view(DOG))
    assert repr(answer)[:80] in str(error.value)


def test_a_price_that_does_not_stand_cannot_be_bet_on():
    """Such as one of an earlier view, which has gone since."""
    ANSWER[0] = HomeDogs().opportunities(make_view(DOG))
    with pytest.raises(
        BadAnswer, match=r"^Answers: should_bet chose Los Angeles Lakers \+160 at fanduel, no price of the"
    ):
        Answers().opportunities(make_view(make_price("fanduel", side="home", american=150)))
    assert Answers().opportunities(make_view(DOG)) == tuple(ANSWER[0])


def test_usable_prices_can_be_bet_on_and_are_fresh():
    good = [make_price("fanduel"), make_price("pinnacle", "spreads", point=-3)]
    old = make_price("betmgm", minutes_old=11)
    untimed = make_price("bovada", snapshot_time=None, age_seconds=None)
    bad = [
        make_price("matchbook", "h2h_lay"),
        make_price("underdog"),  # a fixed payout
        make_price("betonlineag", is_valid=False),
        make_price("betrivers", side="other"),
    ]
    view = make_view(good, old, untimed, bad)

    def books(strategy, **limits):
        return [price.bookmaker for price in strategy.usable(view, **limits)]

    assert books(HomeDogs()) == ["fanduel", "pinnacle", "betmgm", "bovada"]
    assert books(HomeDogs(), max_age_minutes=10) == ["fanduel", "pinnacle", "bovada"]
    assert books(HomeDogs(), max_age_minutes=11) == ["fanduel", "pinnacle", "betmgm", "bovada"]
    assert books(HomeDogs(markets="spreads")) == ["pinnacle"]


def test_a_pick_has_the_edge_of_its_chance_net_of_commission():
    strategy = HomeDogs().with_commissions({"matchbook": 0.02})
    price = make_price("matchbook", "spreads", american=110, point=-3)
    claimed = strategy.pick(price, probability=0.5, note="because")
    assert (claimed.kind, claimed.probability, claimed.note) == (OpportunityKind.VALUE, 0.5, "because")
    assert claimed.edge == pytest.approx(0.5 * (1 + 1.1 * 0.98) - 1)
    assert claimed.can_push
    silent = strategy.pick(price)
    assert (silent.kind, silent.probability, silent.edge) == (OpportunityKind.PICK, None, None)
    assert (silent.event_id, silent.market, silent.legs[0].share) == ("e1", "spreads", 1.0)


def test_a_strategy_sees_no_more_than_the_view():
    """Neither results nor a later price is anywhere in what it is given."""
    view = make_view(make_line("fanduel", "h2h", {"home": 160, "away": -180}))
    assert set(type(view).__dataclass_fields__) == {"event", "moment", "snapshot_time", "prices", "earlier"}
    assert not {name for name in type(view.event).__dataclass_fields__ if "score" in name or "status" in name}
    assert bets(HomeDogs().opportunities(view)) == [("fanduel", "home", None, 160)]
    assert view.event.commence_time - view.moment == timedelta(minutes=90)
