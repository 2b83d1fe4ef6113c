"""The audit: it finds nothing where nothing is, and whoever looks ahead is caught with the row that told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.db.models import F

from backtesting import bankroll
from backtesting.decision_times import parse_decision_time
from backtesting.errors import NothingToRun
from backtesting.lookahead import Change, audit
from backtesting.records import EventView, MarketView
from backtesting.staking import parse_staking
from backtesting.strategies import BettingStrategy, Parameter, strategies
from backtesting.terms import RunTerms
from events.models import Event, EventScore
from events.tests.factories import TIP
from odds.choices import LineMoment
from odds.models import ArchivePrice, Odds, OddsSnapshot
from odds.opportunities import Opportunity
from odds.tests.factories import make_bookmaker, make_market, make_outcome

from .lookahead_games import h2h, season
from .recordings import HOUR, Look, before, record

pytestmark = pytest.mark.django_db

TERMS = RunTerms(sport_key="basketball_nba", start=TIP - timedelta(days=1), end=TIP + timedelta(days=30))
HONEST = sorted(name for name, cls in strategies().items() if not cls.is_cheating)


class Home(BettingStrategy):
    """Bets on the home side at fanduel, head to head; subclasses say when."""

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        offered = [
            price
            for price in odds_snapshot.prices
            if (price.bookmaker, price.market, price.side) == ("fanduel", "h2h", "home")
        ]
        return [self.pick(price) for price in offered if self.knows(odds_snapshot, price.decimal_price)]

    def knows(self, view: MarketView, price: float) -> bool:
        return True


class ReadsTheClose(Home):
    book = Parameter(str, "pinnacle")

    def knows(self, view: MarketView, price: float) -> bool:
        closing = Odds.objects.closing().filter(event__api_id=view.event.event_id, outcome__side="home")
        return closing.for_bookmaker(self.book).for_market("h2h").get().decimal_price < price


class ReadsTheNextPrice(Home):
    """In SQL, from the view of all price points."""

    def knows(self, view: MarketView, price: float) -> bool:
        sql = """
            SELECT decimal_price FROM odds_price_points WHERE event_id = %s AND snapshot_time > %s
                AND (bookmaker, market, side) = ('fanduel', 'h2h', 'home') ORDER BY snapshot_time LIMIT 1
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [view.event.event_id, view.moment])
            row = cursor.fetchone()
        return bool(row) and row[0] < price


class ReadsHowLongItStands(Home):
    def knows(self, view: MarketView, price: float) -> bool:
        standing = Odds.objects.as_of(view.moment).filter(event__api_id=view.event.event_id, outcome__side="home")
        end = standing.for_bookmaker("fanduel").for_market("h2h").get().valid_until
        return end is not None and end < view.moment + timedelta(minutes=20, seconds=30)


class ReadsTheStart(Home):
    def knows(self, view: MarketView, price: float) -> bool:
        return Event.objects.get(api_id=view.event.event_id).commence_time == view.event.commence_time


class ReadsLaterStatements(Home):
    """Raw answers of later snapshots: none, or which start they state."""

    def knows(self, view: MarketView, price: float) -> bool:
        later = OddsSnapshot.objects.filter(event__api_id=view.event.event_id, snapshot_time__gt=view.moment)
        return any(f"{view.event.commence_time:%H:%M}" in look.raw_data["commence_time"] for look in later)


class ReadsTheResult(Home):
    def knows(self, view: MarketView, price: float) -> bool:
        return Event.objects.filter(api_id=view.event.event_id, home_score__gt=F("away_score")).exists()


class ReadsCorrections(Home):
    def knows(self, view: MarketView, price: float) -> bool:
        return EventScore.objects.filter(event__api_id=view.event.event_id).count() == 2


class StakesBeforeSettlement(Home):
    """Its own bankroll grows with every home win, whether it is known or not."""

    def calculate_stake(self, bankroll: float, opportunity: Opportunity) -> float:
        won = EventScore.objects.filter(event__api_id=opportunity.event_id, home_score__gt=F("away_score")).exists()
        return 0.01 * (bankroll + 1_000 * won)


def examine(strategy: type[BettingStrategy], decide: str = "60m", stake: str = "percent:0.01", **options: Any):
    made = strategy(decides=parse_decision_time(decide), staking=parse_staking(stake))
    return audit(made, replace(TERMS, **options.pop("terms", {})), **options)


def test_nothing_is_found_on_the_shipped_strategies():
    season(games=6)
    for name in HONEST:
        report = examine(strategies()[name], "change", decisions=4, twins=1)
        assert report.findings == [], name
        assert (report.repeated, report.twins, report.is_clean) == (4, 1, True)
        assert report.bets > 0, name


@pytest.mark.parametrize("decide", ["60m", "17:00", "open"])
def test_nothing_is_found_at_times_that_are_known_as_they_come(decide):
    season(games=4)
    report = examine(Home, decide, decisions=4, twins=2)
    assert report.findings == []
    assert report.bets > 2


@pytest.mark.parametrize(
    ("strategy", "row"),
    [
        (ReadsTheClose, "price pinnacle h2h Home"),
        (ReadsTheNextPrice, "price fanduel h2h Home"),
        (ReadsHowLongItStands, "end of price fanduel h2h Home"),
        (ReadsTheStart, "start as last stated"),
        (ReadsLaterStatements, "snapshot of "),
        (ReadsTheResult, "score "),
        (ReadsCorrections, "score "),
        (StakesBeforeSettlement, "score "),
    ],
)
def test_whoever_looks_ahead_in_the_database_is_caught_with_the_row(strategy, row):
    season(games=4)
    report = examine(strategy, decisions=3, twins=1)
    assert report.findings
    for finding in report.findings:
        assert finding.leak is not None, finding
        assert finding.leak.row.startswith(row)
        assert finding.leak.event_id == finding.event_id
        assert finding.game.startswith("Away")


def test_a_finding_tells_what_it_is_and_what_it_would_be():
    season(games=2)
    report = examine(StakesBeforeSettlement, twins=1)
    assert {finding.change for finding in report.findings} == {Change.STAKE}
    [first, *_] = report.findings
    assert first.before.startswith("h2h: Home")
    assert {first.before[-6:], first.after} == {"110.00", "100.00"}


def test_the_oracle_is_caught_with_the_closing_price():
    season(games=4)
    report = examine(strategies()["closing_oracle"], decisions=2, twins=1)
    assert report.findings
    assert all(finding.leak and finding.leak.row.startswith("price pinnacle") for finding in report.findings)


def test_money_that_comes_back_before_the_result_is_caught():
    """The bankroll of an engine that credits when it places."""

    def generous(positions, legs, payments, initial, rounding):
        of_leg = positions.moments.repeat(bankroll.np.diff(positions.first_legs))
        early = replace(payments, moments=of_leg[payments.legs] + 1)
        return bankroll.play(positions, legs, early.in_order(), initial, rounding)

    season(games=6)
    report = examine(Home, decisions=1, twins=6, play=generous)
    assert {finding.change for finding in report.findings} == {Change.CASH}
    [finding, *_] = report.findings
    assert finding.event_id == ""
    assert finding.leak is not None
    assert finding.leak.row.startswith("score ")
    assert examine(Home, decisions=1, twins=6).findings == []


def test_a_strategy_that_draws_anew_each_time_is_no_evidence():
    class Moody(Home):
        calls: ClassVar[list[int]] = []

        def knows(self, view: MarketView, price: float) -> bool:
            self.calls.append(1)
            return len(self.calls) % 2 == 0

    season(games=3)
    assert {finding.change for finding in examine(Moody, twins=1).findings} == {Change.UNSTEADY}


def test_a_strategy_that_fails_without_the_future_is_caught():
    class Needy(Home):
        def knows(self, view: MarketView, price: float) -> bool:
            event = Event.objects.get(api_id=view.event.event_id)
            return event.home_score is not None and event.home_score + event.away_score > 0

    class Failing(Home):
        def knows(self, view: MarketView, price: float) -> bool:
            return EventScore.objects.filter(event__api_id=view.event.event_id)[0].home_score > 0

    season(games=2)
    assert {finding.change for finding in examine(Needy, twins=1).findings} == {Change.VANISHED}
    [finding, *_] = examine(Failing, twins=1).findings
    assert (finding.change, finding.seen_on) == (Change.FAILED, "cut")
    assert finding.after.startswith("IndexError")
    assert finding.leak is not None
    assert finding.leak.row.startswith("score ")


def test_the_close_of_timed_prices_is_a_moment_that_nobody_knows():
    season(games=3)
    report = examine(Home, "close", twins=1)
    vanished = [finding for finding in report.findings if finding.change is Change.VANISHED]
    assert vanished
    assert all(finding.leak for finding in vanished)


@pytest.mark.parametrize("decide", ["open", "close"])
def test_nothing_is_found_on_an_archive_without_times(decide):
    for number, event in enumerate(season(games=6)):
        Odds.objects.filter(event=event).delete()
        OddsSnapshot.objects.filter(event=event).delete()
        Event.objects.filter(pk=event.pk).update(closing_at=None)
        for when in LineMoment.values:
            for side, price in (("home", 120 + number), ("away", -140 - number)):
                ArchivePrice.objects.create(
                    event=event,
                    bookmaker=make_bookmaker(),
                    market=make_market(),
                    outcome=make_outcome(f"{side.title()} {number}", side),
                    moment=when,
                    price=price,
                    decimal_price=1 + price / 100 if price > 0 else 1 - 100 / price,
                    origin="sbr",
                )
    report = examine(Home, decide)
    assert report.findings == []
    assert (report.decisions, report.bets) == (6, 6)


def test_an_audit_without_a_decision_is_not_clean():
    record(Look(before(60), h2h(-110)))
    report = examine(Home, "5m", terms={"start": TIP - HOUR})
    assert report.repeated == 1
    OddsSnapshot.objects.all().delete()
    report = examine(Home, "5m")
    assert (report.decisions, report.findings, report.is_clean) == (0, [], False)


def test_nothing_in_the_range_is_told():
    with pytest.raises(NothingToRun, match="no basketball_nba event begins from 2026-01-14"):
        examine(Home)


def test_the_real_tables_are_left_as_they_were():
    season(games=1)
    models = (Event, EventScore, Odds, OddsSnapshot)
    stored = [list(model.objects.order_by("pk").values()) for model in models]
    examine(ReadsTheClose, twins=2)
    assert [list(model.objects.order_by("pk").values()) for model in models] == stored


def test_equal_seeds_find_the_same_in_the_same_sample():
    season(games=8)
    one, same, other = (examine(ReadsTheResult, decisions=1, twins=0, seed=seed) for seed in (1, 1, 5))
    assert one == same
    assert (one.repeated, one.decisions) == (1, 8)
    assert {finding.event_id for finding in one.findings} != {finding.event_id for finding in other.findings}


def test_progress_ends_where_it_said():
    season(games=1)
    told: list[tuple[int, int]] = []
    examine(ReadsTheResult, twins=2, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]
