"""The sandbox as a server: headers, limits, money, control, recordings, and an end without remains."""

import gzip
import http.client
import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ..sandbox.clock import Clock
from ..sandbox.server import Sandbox
from ..sandbox.truth import final_score, truth

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
NBA = "/v4/sports/basketball_nba"
ODDS = f"{NBA}/odds?regions=us&apiKey="
SEQUENCES = Path(__file__).resolve().parents[3] / "shared" / "data" / "sequences"


def standing(at: datetime = NOON, **over: Any) -> Sandbox:
    """A sandbox whose time stands still."""
    return Sandbox(**{"clock": Clock(at, speed=0), "rate_limit": 10_000, **over})


def call(sandbox: Sandbox, path: str, method: str = "GET", body: object = None, **headers: str):
    """(status, headers, body) of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_an_answer_has_date_type_and_quota() -> None:
    with standing(quota=100) as sandbox:
        status, headers, _ = call(sandbox, ODDS + "sandbox")
        assert status == 200
        assert headers["Date"] == "Wed, 14 Jan 2026 12:00:00 GMT"
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        quota = {name: headers[f"x-requests-{name}"] for name in ("remaining", "used", "last")}
        assert quota == {"remaining": "99", "used": "1", "last": "1"}


def test_answers_are_packed_for_those_who_can_unpack() -> None:
    with standing() as sandbox:
        plain = call(sandbox, ODDS + "sandbox")
        packed = call(sandbox, ODDS + "sandbox", **{"Accept-Encoding": "gzip, deflate"})
        assert plain[1]["Content-Encoding"] is None
        assert packed[1]["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed[2]) == plain[2]


def test_a_connection_serves_many_requests() -> None:
    with standing() as sandbox:
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
        used = []
        for _ in range(5):
            connection.request("GET", ODDS + "sandbox")
            answer = connection.getresponse()
            used.append(answer.headers["x-requests-used"])
            answer.read()
        connection.close()
        assert used == ["1", "2", "3", "4", "5"]


def test_credits_that_do_not_suffice_are_not_spent() -> None:
    with standing(quota=12) as sandbox:
        past = f"/v4/historical{NBA[3:]}/odds?regions=us&date=2025-01-01T00:00:00Z&apiKey=sandbox"
        assert call(sandbox, past)[0] == 200
        status, headers, body = call(sandbox, past)
        assert (status, json.loads(body)["error_code"]) == (401, "OUT_OF_USAGE_CREDITS")
        assert (headers["x-requests-remaining"], headers["x-requests-last"]) == ("2", "0")
        assert call(sandbox, "/v4/sports?apiKey=sandbox")[0] == 200
        assert [call(sandbox, ODDS + "sandbox")[0] for _ in range(3)] == [200, 200, 401]
        assert sandbox.ledger.totals()["credits"] == 12


def test_the_quota_comes_back_with_the_month() -> None:
    clock = Clock(NOON.replace(day=31, hour=23, minute=59), speed=0)
    with Sandbox(clock=clock, quota=1) as sandbox:
        assert [call(sandbox, ODDS + "sandbox")[0] for _ in range(2)] == [200, 401]
        clock.set(clock() + timedelta(minutes=1), speed=0)
        assert call(sandbox, ODDS + "sandbox")[1]["x-requests-used"] == "1"


def test_a_refused_key_learns_nothing_of_the_account() -> None:
    with standing(deactivated_keys=("old",)) as sandbox:
        for key in ("", "wrong", "old"):
            status, headers, _ = call(sandbox, ODDS + key)
            assert (status, headers["x-requests-used"]) == (401, None)


def test_more_requests_a_second_than_allowed_are_throttled_and_free() -> None:
    with standing(rate_limit=3) as sandbox:
        statuses = [call(sandbox, ODDS + "sandbox")[0] for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert sandbox.ledger.totals()["credits"] == 3
        time.sleep(1.01)
        assert call(sandbox, ODDS + "sandbox")[0] == 200


def test_requests_at_the_same_time_are_all_counted() -> None:
    with standing() as sandbox:
        workers = [
            threading.Thread(target=lambda: [call(sandbox, ODDS + "sandbox") for _ in range(10)]) for _ in range(6)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sandbox.ledger.used(NOON) == 60
        assert sorted(entry.used for entry in sandbox.ledger.entries) == list(range(1, 61))


def test_the_account_outlives_the_sandbox(tmp_path: Path) -> None:
    for used in ("1", "2"):
        with standing(ledger_path=tmp_path / "ledger.jsonl") as sandbox:
            assert call(sandbox, ODDS + "sandbox")[1]["x-requests-used"] == used
    assert b"apiKey" not in (tmp_path / "ledger.jsonl").read_bytes()


def test_latency_is_added() -> None:
    with standing(latency_seconds=0.1) as sandbox:
        began = time.monotonic()
        call(sandbox, "/v4/sports?apiKey=sandbox")
        assert time.monotonic() - began >= 0.1


def test_stopping_takes_no_time_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with standing() as sandbox:
        idle = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
        idle.request("GET", "/v4/sports?apiKey=sandbox")
        idle.getresponse().read()
        began = time.monotonic()
    assert time.monotonic() - began < 0.5
    assert threading.active_count() == before
    idle.close()


def test_a_taken_port_is_told_and_leaves_nothing_open(tmp_path: Path) -> None:
    with standing() as sandbox, pytest.raises(OSError, match="Address already in use"):
        Sandbox(port=sandbox.port, ledger_path=tmp_path / "ledger.jsonl")


def test_no_log_line_holds_the_key(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with standing(keys=("canary-99",)) as sandbox:
        call(sandbox, ODDS + "canary-99")
        call(sandbox, f"{NBA}/odds?apiKey=canary-99&regions=%ff%00")
        call(sandbox, "/v4/sports?apiKey=canary-99", method="PUT")
    assert "canary" not in caplog.text
    assert "canary" not in "".join(capfd.readouterr())


def test_only_get_is_answered() -> None:
    with standing() as sandbox:
        assert call(sandbox, ODDS + "sandbox", method="POST", body={})[0] == 405
        assert not sandbox.ledger.entries


class TestControl:
    def control(self, sandbox: Sandbox, path: str, method: str = "GET", body: object = None, **headers: str):
        status, _, text = call(sandbox, f"/_sandbox/{path}", method, body, **headers)
        return status, json.loads(text)

    def test_the_ledger_can_be_read_and_control_is_not_in_it(self) -> None:
        with standing() as sandbox:
            call(sandbox, ODDS + "sandbox")
            status, ledger = self.control(sandbox, "ledger")
            assert status == 200
            assert (ledger["requests"], ledger["credits"], len(ledger["entries"])) == (1, 1, 1)
            assert ledger["entries"][0]["path"] == "/v4/sports/{sport}/odds"

    def test_faults_are_set_and_cleared(self) -> None:
        with standing() as sandbox:
            assert self.control(sandbox, "faults", "POST", [{"kind": "status", "status": 502}])[0] == 200
            assert call(sandbox, ODDS + "sandbox")[0] == 502
            assert self.control(sandbox, "faults", "DELETE")[0] == 200
            assert call(sandbox, ODDS + "sandbox")[0] == 200
            assert "unknown kind" in self.control(sandbox, "faults", "POST", [{"kind": "x"}])[1]["message"]
            assert self.control(sandbox, "faults", "POST", {"kind": "x"})[0] == 422

    def test_the_clock_is_read_and_set(self) -> None:
        with standing() as sandbox:
            assert self.control(sandbox, "clock") == (200, {"at": NOON.isoformat(), "speed": 0})
            self.control(sandbox, "clock", "POST", {"at": "2026-01-15T03:00:00Z"})
            assert sandbox.clock() == NOON + timedelta(hours=15)
            self.control(sandbox, "clock", "POST", {"speed": 3600})
            time.sleep(0.01)
            assert sandbox.clock() > NOON + timedelta(hours=15, seconds=30)
            assert self.control(sandbox, "clock", "POST", {"speed": -1})[0] == 422
            assert self.control(sandbox, "clock", "POST", {"at": "noon"})[0] == 422

    def test_a_clock_from_outside_cannot_be_set(self) -> None:
        with Sandbox(clock=lambda: NOON) as sandbox:
            assert self.control(sandbox, "clock", "POST", {"speed": 2})[0] == 422

    def test_the_truth_of_an_event_is_told(self) -> None:
        with standing() as sandbox:
            event = json.loads(call(sandbox, f"{NBA}/events?apiKey=sandbox")[2])[0]
            game = sandbox.league.game(event["id"])
            told = self.control(sandbox, f"truth?event={event['id']}")[1]
            assert told["home_win"] == truth(game, NOON.timestamp()).home_win
            assert told["final"] == dict(zip(("home", "away"), final_score(game), strict=True))
            assert told["home_team"] == event["home_team"]
            then = self.control(sandbox, f"truth?event={event['id']}&at=2026-01-20T00:00:00Z")[1]
            assert then["home_win"] in (0, 1)
            assert self.control(sandbox, "truth?event=1")[0] == 404

    def test_results_are_told_as_a_file_to_import(self) -> None:
        with standing() as sandbox:
            days = "results?sport=basketball_nba&start=2026-01-05&end=2026-01-06"
            header, *lines = call(sandbox, f"/_sandbox/{days}")[2].decode().splitlines()
            assert header == "event_id,home_score,away_score"
            assert lines
            for event_id, *points in (line.split(",") for line in lines):
                game = sandbox.league.game(event_id)
                assert 5 <= datetime.fromtimestamp(game.tipoff, UTC).day <= 6
                assert tuple(map(int, points)) == final_score(game)
            assert self.control(sandbox, "results?sport=basketball_nba")[1]["message"].startswith("sport, start")
            assert self.control(sandbox, "results?sport=basketball_nba&start=x&end=y")[0] == 422

    def test_pages_in_browsers_cannot_steer_it(self) -> None:
        with standing() as sandbox:
            assert self.control(sandbox, "faults", "DELETE", Origin="https://example.com")[0] == 403

    def test_what_is_not_there_is_said(self) -> None:
        with standing() as sandbox:
            assert self.control(sandbox, "everything")[0] == 404


class TestReplay:
    EVENT = '{"id": "%s", "sport_key": "basketball_nba",  "home_team": "A", "bookmakers": [ ]}'

    @pytest.fixture
    def recording(self, tmp_path: Path) -> Path:
        path = tmp_path / "recorded.jsonl"
        lines = [f'{{"captured_at": "2026-01-14T12:0{n}:00Z", "response": [{self.EVENT % n}]}}' for n in (1, 3)]
        path.write_text("\n".join([*lines, ""]))
        return path

    def test_the_newest_body_at_or_before_the_clock_as_its_exact_bytes(self, recording: Path) -> None:
        clock = Clock(NOON, speed=0)
        with Sandbox(clock=clock, recordings=[recording]) as sandbox:
            bodies = []
            for minute in (0, 1, 2, 3, 9):
                clock.set(NOON + timedelta(minutes=minute), speed=0)
                bodies.append(call(sandbox, ODDS + "sandbox")[2].decode())
            one, three = (f"[{self.EVENT % n}]" for n in (1, 3))
            assert bodies == ["[]", one, one, three, three]
            assert sandbox.ledger.totals()["credits"] == 4
            assert json.loads(call(sandbox, f"{NBA}/events?apiKey=sandbox")[2]) == [
                {"id": "3", "sport_key": "basketball_nba", "home_team": "A"}
            ]
            assert json.loads(call(sandbox, f"{NBA}/scores?apiKey=sandbox")[2]) == []
            other = call(sandbox, "/v4/sports/basketball_wnba/events?apiKey=sandbox")[2]
            assert len(json.loads(other)[0]["id"]) == 32

    def test_the_recording_is_its_own_history(self, recording: Path) -> None:
        past = f"/v4/historical{NBA[3:]}/odds?regions=us&apiKey=sandbox&date=2026-01-14T12:"
        with standing(NOON + timedelta(minutes=9), recordings=[recording]) as sandbox:
            status, headers, body = call(sandbox, f"{past}02:59Z")
            assert (status, headers["x-requests-last"]) == (200, "10")
            assert body.endswith(f'"data":[{self.EVENT % 1}]}}'.encode())
            wrapper = json.loads(body)
            times = [wrapper[f"{name}timestamp"] for name in ("previous_", "", "next_")]
            assert times == [None, "2026-01-14T12:01:00Z", "2026-01-14T12:03:00Z"]
            assert json.loads(call(sandbox, f"{past}30:00Z")[2])["next_timestamp"] is None
            assert call(sandbox, f"{past}00:00Z")[0] == 422

    @pytest.mark.parametrize(
        "text",
        [b"[]", b'{"captured_at": "noon"}', gzip.compress(b"{}" * 99, mtime=0)[:-9]],
        ids=["no lines", "no instant", "cut off"],
    )
    def test_what_is_no_recording_is_refused_by_name(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "notes.jsonl"
        path.write_bytes(text)
        with pytest.raises(ValueError, match=r"notes\.jsonl is no recording: "):
            Sandbox(recordings=[path])

    def test_real_recordings_are_played_back_unchanged(self) -> None:
        path = SEQUENCES / "nfl_odds_us_american_2025-11-23.jsonl.gz"
        if not path.exists():
            pytest.skip("no recorded sequences beside this checkout")
        with gzip.open(path) as lines:
            text = [line for _, line in zip(range(20), lines, strict=False)][-1]
        at = datetime.fromisoformat(json.loads(text)["captured_at"])
        with standing(at, recordings=[path]) as sandbox:
            body = call(sandbox, "/v4/sports/americanfootball_nfl/odds?regions=us&apiKey=sandbox")[2]
        assert body in text
        assert len(body) > 10_000
