"""Faults of the sandbox as a client meets them, on real sockets, and what each of them costs."""

import gzip
import http.client
import json
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from ..sandbox.clock import Clock
from ..sandbox.faults import Fault, Faults
from ..sandbox.kinds import KINDS
from ..sandbox.ledger import ELSEWHERE
from ..sandbox.server import Sandbox

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
ODDS = "/v4/sports/basketball_nba/odds"
KEY = "canary-1234"


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(clock=Clock(NOON, speed=0), keys=(KEY,), rate_limit=10_000) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    yield shared
    shared.faults.clear()


class Got:
    """One answer as it came over the wire."""

    def __init__(self, sandbox: Sandbox, path: str = ODDS, *, accept: str = "identity", limit: int = -1) -> None:
        query = urlencode({"apiKey": KEY, "regions": "us", "markets": "h2h,totals"})
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
        try:
            connection.request("GET", f"{path}?{query}", headers={"Accept-Encoding": accept})
            answer = connection.getresponse()
            self.status, self.headers = answer.status, answer.headers
            self.body = answer.read() if limit < 0 else answer.read(limit)
        finally:
            connection.close()


def last(sandbox: Sandbox):
    return sandbox.ledger.entries[-1]


def test_a_request_without_fault_costs_two_and_says_so(sandbox: Sandbox) -> None:
    got = Got(sandbox)
    assert got.status == 200
    assert got.headers["x-requests-last"] == "2"
    assert got.headers["x-requests-used"] == str(last(sandbox).used)
    assert (last(sandbox).status, last(sandbox).credits, last(sandbox).fault) == (200, 2, None)
    assert last(sandbox).path == "/v4/sports/{sport}/odds"
    assert last(sandbox).parameters == {"regions": "us", "markets": "h2h,totals"}


@pytest.mark.parametrize(("kind", "cost"), [("reset_before_charge", 0), ("reset_after_charge", 2)])
def test_resets_before_and_after_the_charge(sandbox: Sandbox, kind: str, cost: int) -> None:
    sandbox.faults.add(Fault(kind, times=1))
    with pytest.raises(ConnectionResetError):
        Got(sandbox)
    assert (last(sandbox).credits, last(sandbox).fault, last(sandbox).status) == (cost, kind, 0)
    assert Got(sandbox).status == 200


def test_a_reset_within_the_body(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("reset_mid_body", times=1))
    with pytest.raises(ConnectionResetError):
        Got(sandbox)
    assert (last(sandbox).credits, last(sandbox).status) == (2, 200)


def test_a_connection_is_closed_unread(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("refuse_connection", times=1))
    with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
        Got(sandbox)
    assert (last(sandbox).path, last(sandbox).credits) == ("(connection)", 0)


def test_a_body_shorter_than_announced(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("short_body", times=1))
    with pytest.raises(http.client.IncompleteRead):
        Got(sandbox)
    assert last(sandbox).credits == 2


def test_gzip_that_ends_too_early(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("truncated_gzip", times=1))
    got = Got(sandbox, accept="gzip")
    assert got.headers["Content-Encoding"] == "gzip"
    with pytest.raises(EOFError):
        gzip.decompress(got.body)


def test_a_chunk_without_size(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("bad_chunk", times=1))
    with pytest.raises(http.client.HTTPException):
        Got(sandbox)
    assert last(sandbox).credits == 2


def test_hanging_is_charged_at_once_and_ends_with_the_sandbox() -> None:
    with Sandbox(clock=Clock(NOON, speed=0), keys=(KEY,)) as sandbox:
        sandbox.faults.add(Fault("hang_before", seconds=60))
        with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
            connection.sendall(f"GET {ODDS}?apiKey={KEY}&regions=us HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            deadline = time.monotonic() + 10
            while not sandbox.ledger.entries and time.monotonic() < deadline:
                time.sleep(0.01)
            assert last(sandbox).credits == 1
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            began = time.monotonic()
            sandbox.stop()
            assert time.monotonic() - began < 1


@pytest.mark.parametrize(("kind", "within_head"), [("slow_drip", False), ("slow_headers", True)])
def test_dripping_bodies_and_headers(sandbox: Sandbox, kind: str, within_head: bool) -> None:
    sandbox.faults.add(Fault(kind, times=1, bytes_per_second=50))
    with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
        connection.sendall(f"GET {ODDS}?apiKey={KEY}&regions=us HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.3)
        seen = connection.recv(100_000)
    assert (b"\r\n\r\n" not in seen) is within_head
    assert len(seen) < 500


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_come_as_pages_and_cost_nothing(sandbox: Sandbox, status: int) -> None:
    sandbox.faults.add(Fault("status", times=1, status=status))
    got = Got(sandbox)
    assert (got.status, last(sandbox).credits) == (status, 0)
    assert got.headers["Content-Type"].startswith("text/html")
    assert str(status).encode() in got.body


@pytest.mark.parametrize("retry_after", [3, "Wed, 14 Jan 2026 12:00:30 GMT", 10**9, -5, "soon", None])
def test_throttling_with_any_retry_after(sandbox: Sandbox, retry_after: object) -> None:
    sandbox.faults.add(Fault("status", times=1, status=429, code="EXCEEDED_FREQ_LIMIT", retry_after=retry_after))
    got = Got(sandbox)
    assert got.headers["Retry-After"] == (None if retry_after is None else str(retry_after))
    assert json.loads(got.body)["error_code"] == "EXCEEDED_FREQ_LIMIT"


def test_any_refusal_and_charge_can_be_asked_for(sandbox: Sandbox) -> None:
    sandbox.faults.add(
        Fault("status", times=1, status=401, code="DEACTIVATED_KEY", message="Pay first"),
        Fault("status", times=1, status=500, charge=True),
        Fault("status", times=1, status=404, text=""),
    )
    refused, charged, empty = Got(sandbox), Got(sandbox), Got(sandbox)
    assert json.loads(refused.body)["message"] == "Pay first"
    assert (charged.status, charged.headers["x-requests-last"]) == (500, "2")
    assert (empty.status, empty.body) == (404, b"")


@pytest.mark.parametrize(
    ("sample", "begins"),
    [
        ("html", b"<!DOCTYPE"),
        ("empty", b""),
        ("null", b"null"),
        ("list", b"[]"),
        ("object", b'{"events":['),
        ("error", b'{"message"'),
        ("cut", b'[{"id":'),
        ("deep", b"[" * 1000),
        ("bom", b"\xef\xbb\xbf[{"),
        ("utf16", b"\xff\xfe"),
    ],
)
def test_bodies_that_are_no_odds(sandbox: Sandbox, sample: str, begins: bytes) -> None:
    sandbox.faults.add(Fault("body", times=1, sample=sample))
    got = Got(sandbox)
    assert (got.status, got.headers["x-requests-last"]) == (200, "2")
    assert got.body.startswith(begins)
    assert sample != "empty" or got.body == b""


def test_bodies_with_numbers_and_letters_that_json_has_not(sandbox: Sandbox) -> None:
    sandbox.faults.add(*(Fault("body", times=1, sample=sample) for sample in ("nan", "infinity", "digits", "latin1")))
    nan, infinity, digits, latin1 = (Got(sandbox).body for _ in range(4))
    assert b'"price":NaN' in nan
    assert b'"price":-Infinity' in infinity
    assert b"1" * 5_000 in digits
    with pytest.raises(UnicodeDecodeError):
        latin1.decode()


def test_a_body_of_ones_own(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("body", times=1, text='[{"id": 1}]'))
    assert Got(sandbox).body == b'[{"id": 1}]'


@pytest.mark.parametrize("value", ["5000.0", "-3", "many", ""])
def test_quota_headers_that_are_no_numbers_or_missing(sandbox: Sandbox, value: str) -> None:
    sandbox.faults.add(Fault("headers", times=1, set={"x-requests-remaining": value}, remove=["X-Requests-Used"]))
    got = Got(sandbox)
    assert got.headers["x-requests-remaining"] == value
    assert got.headers["x-requests-used"] is None
    assert last(sandbox).credits == 2


def test_redirects_lead_elsewhere_and_have_no_key(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("redirect", times=1), Fault("redirect", times=1, status=308, to="http://127.0.0.1:9/"))
    one, two = Got(sandbox), Got(sandbox)
    assert (one.status, one.headers["Location"]) == (302, f"http://elsewhere.invalid{ODDS}")
    assert (two.status, two.headers["Location"]) == (308, "http://127.0.0.1:9/")
    assert last(sandbox).credits == 0


def test_bodies_too_large_plain_and_packed(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("oversize", times=1, megabytes=3), Fault("oversize", times=1, megabytes=40, bomb=True))
    plain, bomb = Got(sandbox), Got(sandbox)
    assert len(plain.body) == 3 * 2**20 + 2
    assert len(bomb.body) < 100_000
    assert len(zlib.decompress(bomb.body, 16 + zlib.MAX_WBITS)) == 40 * 2**20 + 2


def test_a_client_may_leave_amid_a_large_body(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("oversize", times=1, megabytes=200))
    assert len(Got(sandbox, limit=1000).body) == 1000
    assert Got(sandbox).status == 200


def test_another_content_type(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("content_type", times=1, value="text/html"))
    got = Got(sandbox)
    assert got.headers["Content-Type"] == "text/html"
    assert json.loads(got.body)


def test_a_stale_answer_is_the_one_before_with_its_old_date() -> None:
    clock = Clock(NOON, speed=0)
    with Sandbox(clock=clock, keys=(KEY,)) as sandbox:
        before = Got(sandbox)
        clock.set(NOON.replace(hour=15), speed=0)
        sandbox.faults.add(Fault("stale", times=1))
        stale, fresh = Got(sandbox), Got(sandbox)
        assert (stale.body, stale.headers["Date"]) == (before.body, before.headers["Date"])
        assert fresh.headers["Date"] == "Wed, 14 Jan 2026 15:00:00 GMT"
        assert fresh.body != stale.body
        assert [entry.credits for entry in sandbox.ledger.entries] == [2, 2, 2]


def test_the_key_comes_back_in_the_body_but_not_in_the_ledger(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("echo_key", times=1), Fault("echo_key", times=1, status=200))
    one, two = Got(sandbox), Got(sandbox)
    assert (one.status, two.status) == (500, 200)
    assert KEY.encode() in one.body
    assert KEY.encode() in two.body
    assert KEY not in repr(sandbox.ledger.entries)


def test_a_cost_other_than_the_formula_and_use_elsewhere(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("charge_more", times=1, extra=5), Fault("elsewhere", times=1, credits=100))
    used = last(sandbox).used
    assert Got(sandbox).headers["x-requests-last"] == "7"
    got = Got(sandbox)
    assert got.headers["x-requests-last"] == "2"
    assert got.headers["x-requests-used"] == str(used + 7 + 100 + 2)
    elsewhere = sandbox.ledger.entries[-2]
    assert (elsewhere.path, elsewhere.credits) == (ELSEWHERE, 100)


def test_one_price_of_a_good_answer_is_altered(sandbox: Sandbox) -> None:
    good = Got(sandbox).body
    sandbox.faults.add(Fault("data", times=1, case="price_zero"))
    altered = Got(sandbox).body
    assert altered.count(b'"price":0') == 1
    assert abs(len(altered) - len(good)) < 10


def test_every_kind_is_named_in_a_test_here() -> None:
    with open(__file__) as file:
        text = file.read()
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []


class TestWhichRequestsAFaultFallsOn:
    def hits(self, fault: Fault, count: int = 6, endpoint: str = "odds", now: datetime = NOON) -> list[bool]:
        faults = Faults()
        faults.add(fault)
        return [faults.on_request(endpoint, now) is fault for _ in range(count)]

    def test_times(self) -> None:
        assert self.hits(Fault("stale", times=2)) == [True, True, False, False, False, False]

    def test_every(self) -> None:
        assert self.hits(Fault("stale", every=3)) == [False, False, True, False, False, True]

    def test_after(self) -> None:
        assert self.hits(Fault("stale", after=2, times=1)) == [False, False, True, False, False, False]

    def test_endpoint(self) -> None:
        assert not any(self.hits(Fault("stale", endpoint="scores")))
        assert all(self.hits(Fault("stale", endpoint="odds")))

    def test_between(self) -> None:
        fault = Fault("stale", between=("2026-01-14T12:00:00Z", "2026-01-14T12:05:00"))
        assert all(self.hits(fault))
        assert not any(self.hits(fault, now=NOON.replace(minute=5)))

    @pytest.mark.parametrize(
        ("item", "message"),
        [
            ({"kind": "gremlin"}, "unknown kind of fault 'gremlin'"),
            ({"kind": "stale", "endpoint": "prices"}, "unknown endpoint 'prices'"),
            ({"kind": "stale", "seconds": 3}, "stale: .*unknown field `seconds`"),
            ({"kind": "body", "sample": "poem"}, "body: Invalid enum value 'poem'"),
            ({"kind": "status", "status": "503"}, "status: Expected `int`, got `str`"),
            ({"times": 3}, "no fault: .*kind"),
        ],
    )
    def test_what_is_no_fault_is_refused_and_adds_none(self, item, message: str) -> None:
        faults = Faults()
        with pytest.raises(ValueError, match=message):
            faults.add_from([{"kind": "stale"}, item])
        assert faults.on_request("odds", NOON) is None
