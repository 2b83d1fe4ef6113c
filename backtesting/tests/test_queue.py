"""The life of a backtest that is asked for on a page: it waits, runs, and is done, failed or cancelled."""

import os
import signal
import time
from multiprocessing.context import SpawnProcess

import pytest

from backtesting import queue
from backtesting.attendant import Attendant
from backtesting.choices import RunKind, RunState
from backtesting.models import BacktestRun
from backtesting.options import DEFAULTS, range_of, strategy_of, terms_of
from backtesting.performing import ask, ask_again, perform
from backtesting.services import run_backtest
from backtesting.strategies.baselines import RandomBets
from events.cli import day_option

from .children import database_of_children  # noqa: F401 - a fixture
from .factories import make_run
from .seasons import FIRST_DAY, LAST_DAY, make_season

DAYS = range_of(day_option(FIRST_DAY, ""), day_option(LAST_DAY, ""))


def asked(strategy="random", **over) -> BacktestRun:
    """A run that waits for its turn, of the small season."""
    options = {"strategy": strategy, "stake": "", "decide": "", "param": [], "sport": "", "bookmaker": []}
    options |= DEFAULTS | {"max_age": 60.0, "bet_again": False} | over
    return ask(strategy_of(options), terms_of(options, *DAYS), asked_by="reader")


def state_of(run) -> str:
    run.refresh_from_db()
    return run.state


class Lingering:
    """A process that is still alive when it has done its work."""

    killed = False

    def is_alive(self) -> bool:
        return not self.killed

    def kill(self) -> None:
        self.killed = True

    def join(self) -> None:
        pass


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "killed"), [("running", False), ("done", False), ("failed", False), ("cancelled", True)]
)
def test_a_process_is_ended_where_its_run_was_cancelled_and_not_where_it_is_done(state, killed):
    attendant, process = Attendant(), Lingering()
    attendant._attends, attendant._process = True, process
    attendant._number = make_run(state=state, asked_by="reader").pk
    attendant._look()
    assert process.killed is killed


@pytest.mark.django_db
class TestPerforming:
    def test_what_was_asked_for_is_what_the_command_would_have_made(self):
        make_season()
        run = asked("expected_value", param=[("min_ev", "0.01")], min_coverage=0.2, seed=5)
        assert (run.state, run.min_coverage, run.started_at) == ("queued", 0.2, None)
        assert queue.take() == run
        perform(run.pk)
        assert state_of(run) == "done"
        by_command, result = run_backtest(
            strategy_of({"strategy": "expected_value", "stake": "", "decide": "", "param": [("min_ev", "0.01")]}),
            terms_of({**DEFAULTS, "sport": "", "bookmaker": [], "max_age": 60.0, "bet_again": False, "seed": 5}, *DAYS),
        )
        assert run.bets.count() == len(result.bets) > 10
        assert (run.configuration, run.data_fingerprint) == (by_command.configuration, by_command.data_fingerprint)
        assert run.metrics["intervals"] == by_command.metrics["intervals"]
        assert (run.progress, run.code_version) == (1.0, by_command.code_version)

    def test_what_cannot_be_run_fails_with_one_line(self):
        run = asked()
        queue.take()
        perform(run.pk)
        assert state_of(run) == "failed"
        assert run.error.startswith("no basketball_nba event is stored that begins from 2026-01-10")

    def test_a_strategy_that_breaks_fails_with_one_line(self, monkeypatch):
        make_season(8)
        run = asked()
        queue.take()
        monkeypatch.setattr(RandomBets, "choose", lambda *_: 1 / 0)
        perform(run.pk)
        assert (state_of(run), run.error) == ("failed", "ZeroDivisionError: division by zero")

    def test_what_cannot_be_stored_fails_with_one_line_and_leaves_nothing(self, monkeypatch):
        make_season(8)
        run = asked()
        queue.take()
        monkeypatch.setattr("backtesting.services.write_bets", lambda *_: BacktestRun.objects.raw("SELECT 1/0")[0])
        perform(run.pk)
        assert (state_of(run), run.error) == ("failed", "DataError: division by zero")
        assert (run.metrics, run.bets.count()) == ({}, 0)

    def test_a_run_cancelled_while_it_ran_keeps_nothing(self):
        make_season(8)
        run = asked()
        queue.take()
        assert queue.cancel(run.pk)
        perform(run.pk)
        assert state_of(run) == "cancelled"
        assert (run.bets.count(), run.metrics) == (0, {})

    def test_another_run_of_the_same_configuration(self):
        run = asked(min_coverage=0.3, seed=9)
        queue.cancel(run.pk)
        again = ask_again(run, asked_by="other")
        same = ("configuration", "start", "end", "seed", "min_coverage", "sport_key", "initial_bankroll")
        assert [getattr(again, name) for name in same] == [getattr(run, name) for name in same]
        assert (again.state, again.asked_by, state_of(run)) == ("queued", "other", "cancelled")


@pytest.mark.django_db
class TestStates:
    def test_the_one_that_waited_longest_is_taken_and_once(self):
        first, second = asked(), asked(seed=1)
        assert [queue.place_in_line(run) for run in (first, second)] == [0, 1]
        assert [queue.take(), queue.take(), queue.take()] == [first, second, None]

    @pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
    def test_what_is_over_is_not_cancelled(self, state):
        run = make_run(state=state, asked_by="reader")
        assert not queue.cancel(run.pk)
        assert state_of(run) == state

    def test_neither_paper_accounts_nor_runs_of_a_command_are_touched(self):
        account = make_run(kind=RunKind.PAPER, state=RunState.RUNNING)
        of_command = make_run(state=RunState.RUNNING)
        queue.fail_left_over()
        assert not queue.cancel(account.pk)
        assert not queue.cancel(of_command.pk)
        assert [state_of(each) for each in (account, of_command)] == ["running", "running"]

    @pytest.mark.parametrize("error", [OSError("no memory"), RuntimeError("an attempt\nto start"), ValueError("no")])
    def test_a_process_that_cannot_be_started_fails_its_run_at_once(self, monkeypatch, error):
        def refuse(process):
            raise error

        monkeypatch.setattr(SpawnProcess, "start", refuse)
        run = asked()
        attendant = Attendant()
        attendant._start_next()
        assert state_of(run) == "failed"
        assert run.error == f"its process could not be started: {' '.join(str(error).split())}"
        assert attendant._process is None


def until(true, seconds=30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("database_of_children")
def test_a_run_goes_through_a_process_and_survives_a_kill_and_a_stop():
    """One attendant: a run is done, one is killed, one cancelled, and one put back when the attendant leaves."""
    make_season(8)
    left_over = asked(seed=1)
    queue.take()
    attendant = Attendant(every=0.02)
    with attendant:
        until(queue.is_attended)
        until(lambda: state_of(left_over) == "failed")
        assert "its process ended before it was done" in left_over.error

        killed = asked(seed=2)
        until(lambda: attendant._process is not None)
        os.kill(attendant._process.pid, signal.SIGKILL)
        until(lambda: state_of(killed) == "failed")
        assert killed.error == "its process ended with exit code -9: see the log"

        cancelled, done = asked(seed=3), asked(seed=4)
        until(lambda: state_of(cancelled) == "running")
        assert queue.cancel(cancelled.pk)
        until(lambda: state_of(done) == "done")
        assert done.bets.exists()

        put_back = asked(seed=5)
        until(lambda: state_of(put_back) == "running")
    assert state_of(put_back) == "queued"
    assert state_of(cancelled) == "cancelled"
    assert not queue.is_attended()
