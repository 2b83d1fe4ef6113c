"""The sandbox's account: every credit once, until the reset, and across restarts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ..sandbox.ledger import ELSEWHERE, Ledger

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def charge(ledger: Ledger, cost: int, at: datetime = NOON, path: str = "/v4/sports/{sport}/odds"):
    return ledger.record(at, path, {"regions": "us"}, 200, cost)


def test_entries_are_numbered_and_add_up() -> None:
    ledger = Ledger(100)
    assert [charge(ledger, cost).used for cost in (3, 0, 30)] == [3, 3, 33]
    assert [entry.number for entry in ledger.entries] == [1, 2, 3]
    assert (ledger.used(NOON), ledger.remaining(NOON)) == (33, 67)


@pytest.mark.parametrize(
    ("day", "hour", "before", "after"),
    [
        (1, 0, "2026-01-31T23:59:59+00:00", "2026-02-01T00:00:00+00:00"),
        (15, 6, "2026-03-15T05:59:59+00:00", "2026-03-15T06:00:00+00:00"),
        (28, 0, "2025-12-27T23:59:59+00:00", "2025-12-28T00:00:00+00:00"),
    ],
)
def test_the_month_begins_at_the_reset(day: int, hour: int, before: str, after: str) -> None:
    ledger = Ledger(100, reset_day=day, reset_hour=hour)
    charge(ledger, 40, datetime.fromisoformat(before))
    assert charge(ledger, 5, datetime.fromisoformat(after)).used == 5
    assert ledger.used(datetime.fromisoformat(before)) == 40
    assert len(ledger.totals()["used_by_period"]) == 2
    assert ledger.period(datetime.fromisoformat(after)) == datetime.fromisoformat(after)


def test_a_day_not_every_month_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no day that every month has: 31"):
        Ledger(reset_day=31)


def test_a_restarted_ledger_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.jsonl"
    first = Ledger(100, path=path)
    charge(first, 7)
    charge(first, 2, path=ELSEWHERE)
    first.close()
    second = Ledger(100, path=path)
    assert charge(second, 1).used == 10
    assert second.entries[:2] == first.entries
    assert second.totals()["credits"] == 8
    assert second.totals()["credits_elsewhere"] == 2
    second.close()


def test_a_line_that_was_cut_off_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path=path)
    charge(ledger, 7)
    charge(ledger, 3)
    ledger.close()
    path.write_bytes(path.read_bytes()[:-20])
    again = Ledger(path=path)
    assert charge(again, 1).used == 8
    assert [entry.used for entry in again.entries] == [7, 8]
    again.close()
    assert path.read_bytes().count(b"\n") == 2


def test_two_ledgers_cannot_keep_one_file(tmp_path: Path) -> None:
    ledger = Ledger(path=tmp_path / "ledger.jsonl")
    with pytest.raises(BlockingIOError):
        Ledger(path=tmp_path / "ledger.jsonl")
    ledger.close()


def test_threads_lose_no_credit() -> None:
    ledger = Ledger(100_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: charge(ledger, 3), range(500)))
    assert ledger.used(NOON) == ledger.entries[-1].used == 1500
    assert [entry.number for entry in ledger.entries] == list(range(1, 501))
