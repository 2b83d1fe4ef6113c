"""What is remembered for a while: by whom it is made, and who gets what meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from threading import Event as Signal

import pytest

from events import recent as module
from events.recent import recent


@pytest.fixture
def clock(monkeypatch):
    """Seconds, to be set in the test."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


class Held:
    """Something whose making begins and ends when the test says so."""

    def __init__(self):
        self.begun, self.released, self.made = Signal(), Signal(), count(1)

    def make(self):
        number = next(self.made)
        self.begun.set()
        assert self.released.wait(30)
        return number


def test_it_is_made_anew_when_it_is_too_old(clock):
    made = count(1)
    told = []
    for clock[0] in (0, 4.9, 5, 9.9, 100):
        told.append(recent("it", 5, lambda: next(made)))
    assert told == [1, 1, 2, 2, 3]


def test_nothing_is_remembered_for_no_time():
    made = count(1)
    assert [recent("it", 0, lambda: next(made)) for _ in range(2)] == [1, 2]


def test_what_is_not_to_be_kept_is_made_each_time():
    made = count(1)
    assert [recent("it", 5, lambda: next(made), is_kept=lambda it: False) for _ in range(3)] == [1, 2, 3]


def test_what_is_not_kept_is_made_by_many_at_once_and_tried_again_later(clock):
    recent("it", 5, lambda: "large", is_kept=lambda it: False)
    together = Barrier(3)
    with ThreadPoolExecutor(3) as readers:
        list(readers.map(lambda _: recent("it", 5, lambda: together.wait(30)), range(3)))
    clock[0] = 6
    assert [recent("it", 5, lambda: "small again"), recent("it", 5, lambda: "never made")] == ["small again"] * 2


def test_whoever_comes_while_it_is_first_made_waits_for_it():
    held = Held()
    with ThreadPoolExecutor(3) as readers:
        asked = [readers.submit(recent, "it", 5, held.make) for _ in range(3)]
        assert held.begun.wait(30)
        held.released.set()
        assert [each.result(30) for each in asked] == [1, 1, 1]


def test_whoever_comes_while_it_is_made_anew_gets_the_old(clock):
    assert recent("it", 5, lambda: "old") == "old"
    clock[0] = 6
    held = Held()
    with ThreadPoolExecutor(1) as readers:
        anew = readers.submit(recent, "it", 5, held.make)
        assert held.begun.wait(30)
        try:
            assert recent("it", 5, lambda: "made by somebody else") == "old"
        finally:
            held.released.set()
        assert anew.result(30) == recent("it", 5, lambda: "made by somebody else") == 1


def test_what_failed_is_tried_again_by_the_next():
    with pytest.raises(ZeroDivisionError):
        recent("it", 5, lambda: 1 / 0)
    assert recent("it", 5, lambda: "made") == "made"


def test_what_is_made_may_ask_for_something_recent_itself():
    assert recent("whole", 5, lambda: [recent("part", 5, lambda: 1)]) == [1]
