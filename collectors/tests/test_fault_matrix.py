"""Every fault of HTTP and of the provider, for live odds, scores and history: tries, counting, credits and message.

Real sockets on both sides. The provider's own ledger is the oracle: ours never says less than it, and says the same
once a free call has been answered.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors import counting, pause
from collectors.choices import CallState, Purpose
from collectors.errors import (
    CallRefused,
    CollectorError,
    CreditsExhausted,
    KeyRefused,
    NoAnswer,
    NotSent,
    PlanRefused,
    ProviderDown,
    RateLimited,
    Transient,
    UnsafeAddress,
    UnusableAnswer,
)
from collectors.intake import take_in
from collectors.models import FetchLog, RawResponse
from collectors.sandbox.faults import Fault
from collectors.the_odds_api.endpoints import Call, Wanted, historical_odds, odds, scores

from .conftest import QUOTA

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "CANARY0123456789abcdef0123456789"
NBA = "basketball_nba"
WANTED = Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle", "draftkings", "fanduel"))
CALLS: dict[str, tuple[Call, Purpose]] = {
    "live": (odds(NBA, WANTED), Purpose.LIVE),
    "scores": (scores(NBA, 3), Purpose.SCORES),
    "history": (historical_odds(NBA, datetime(2026, 1, 10, tzinfo=UTC), WANTED), Purpose.BACKFILL),
}
STORED, FAILED, REFUSED, UNKNOWN = CallState.STORED, CallState.FAILED, CallState.REFUSED, CallState.UNKNOWN
EITHER: list[CallState] = []  # three times without an answer; whether the request left is up to the network


@dataclass(frozen=True)
class Case:
    name: str
    fault: dict[str, Any]
    states: list[CallState]  # of the attempts, in order
    error: type[CollectorError] | None = None
    says: str = ""
    paused: str = ""
    waits: tuple[float, float] | None = None  # the first wait, at least and at most


def always(kind: str, **details: Any) -> dict[str, Any]:
    return {"kind": kind, **details}


def once(kind: str, **details: Any) -> dict[str, Any]:
    return {"kind": kind, "times": 1, **details}


# Only where the provider takes too long is the time to wait short: a busy machine takes long as well.
TOO_SLOW = ("hang_before", "slow_drip", "slow_headers")
HTTP_DATE = "Wed, 14 Jan 2026 22:00:20 GMT"
CASES = [
    Case("H1 closes every connection", always("refuse_connection"), EITHER, Transient, "connection "),
    Case("H3 hangs", once("hang_before", seconds=2.5), [UNKNOWN, STORED]),
    Case("H3 reset, not charged", once("reset_before_charge"), [UNKNOWN, STORED]),
    Case("H3 reset, charged", once("reset_after_charge"), [UNKNOWN, STORED]),
    Case("H3 reset, for ever", always("reset_after_charge"), [UNKNOWN] * 3, NoAnswer, "whether it was charged"),
    Case("H4 reset in the body", once("reset_mid_body"), [FAILED, STORED]),
    Case("H4 short body", once("short_body"), [FAILED, STORED]),
    Case("H4 truncated gzip", once("truncated_gzip"), [FAILED, STORED]),
    Case("H4 bad chunk", once("bad_chunk"), [FAILED, STORED]),
    Case("H4 for ever", always("short_body"), [FAILED] * 3, Transient, "not whole (truncated"),
    Case("H5 slow drip", once("slow_drip", bytes_per_second=20), [FAILED, STORED]),
    Case("H5 slow headers", once("slow_headers", bytes_per_second=5), [UNKNOWN, STORED]),
    Case("H6 wait in seconds", once("status", status=429, retry_after=7), [FAILED, STORED], waits=(7, 7)),
    Case("H6 wait until a date", once("status", status=429, retry_after=HTTP_DATE), [FAILED, STORED], waits=(19, 20)),
    Case("H6 wait for a day", always("status", status=429, retry_after=86_400), [FAILED], RateLimited, "answered 429"),
    Case("H6 wait for -5", once("status", status=429, retry_after=-5), [FAILED, STORED], waits=(1, 1.5)),
    Case("H6 wait for a word", once("status", status=429, retry_after="soon"), [FAILED, STORED], waits=(1, 1.5)),
    Case("H7 too frequent", once("status", status=429, code="EXCEEDED_FREQ_LIMIT"), [FAILED, STORED], waits=(1, 1.5)),
    Case("H8 500", once("status", status=500), [FAILED, STORED], waits=(1, 1.5)),
    Case("H8 502 twice", {"kind": "status", "status": 502, "times": 2}, [FAILED, FAILED, STORED]),
    Case("H8 503 for ever", always("status", status=503), [FAILED] * 3, ProviderDown, "answered 503"),
    Case("H8 504, charged", once("status", status=504, charge=True), [FAILED, STORED]),
    *(
        Case(f"H9 {code}", always("status", status=401, code=code), [REFUSED], KeyRefused, "check ODDS_API_KEY", code)
        for code in ("INVALID_KEY", "MISSING_KEY", "DEACTIVATED_KEY")
    ),
    Case("H9 401 without a code", always("status", status=401), [REFUSED], KeyRefused, "answered 401", "http_401"),
    Case("H10 out of credits", always("status", status=401, code="OUT_OF_USAGE_CREDITS"), [REFUSED], CreditsExhausted,
         "until the credits are renewed", "OUT_OF_USAGE_CREDITS"),
    Case("H11 market", always("status", status=422, code="INVALID_MARKET"), [REFUSED], CallRefused,
         "422 INVALID_MARKET"),
    Case("H11 plan", always("status", status=401, code="HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN"), [REFUSED],
         PlanRefused, "another plan"),
    Case("H12 gone", always("status", status=404, code="EVENT_NOT_FOUND"), [REFUSED], CallRefused, "EVENT_NOT_FOUND"),
    *(
        Case(f"H13 {sample}", always("body", sample=sample), [FAILED], UnusableAnswer, "its bytes are kept")
        for sample in ("html", "empty", "null", "object", "error", "cut")
    ),
    Case("H15 no quota headers", once("headers", remove=["x-requests-used", "x-requests-remaining", "x-requests-last"]),
         [STORED]),
    Case("H15 garbage", once("headers", set={"x-requests-used": "many", "x-requests-last": "-"}), [STORED]),
    Case("H15 negative", once("headers", set={"x-requests-used": "-3", "x-requests-remaining": "-1"}), [STORED]),
    Case("H15 going down", once("headers", set={"x-requests-used": "0"}), [STORED]),
    Case("H15 used elsewhere", once("elsewhere", credits=500), [STORED]),
    Case("H15 dearer than reckoned", once("charge_more", extra=4), [STORED]),
    Case("H16 to another host", always("redirect", to="http://127.0.0.1:9/elsewhere"), [REFUSED], CallRefused,
         "redirects are not followed"),
    Case("H16 to nonsense", always("redirect", to="http://[bad"), [REFUSED], CallRefused, "redirects are not followed"),
    Case("H17 too large", always("oversize", megabytes=2), [FAILED], UnusableAnswer, "not whole (oversize"),
    Case("H17 gzip bomb", always("oversize", megabytes=50, bomb=True), [FAILED], UnusableAnswer, "not whole (oversize"),
    Case("H17 too deep", always("body", sample="deep"), [FAILED], UnusableAnswer, "its bytes are kept"),
    Case("H18 content type", once("content_type", value="text/plain; charset=latin-1"), [STORED]),
    Case("H18 byte order mark", once("body", sample="bom"), [STORED]),
    Case("H18 UTF-16", always("body", sample="utf16"), [FAILED], UnusableAnswer, "its bytes are kept"),
    Case("H19 an old answer", once("stale"), [STORED]),
]  # fmt: skip


@pytest.fixture
def ready(set_stage):
    """A stage whose credits are known, with answers small enough to be read fast."""
    stage = set_stage(key=KEY)
    stage.client["largest_body"] = 1024 * 1024
    with stage.gate() as gate:
        gate.probe()
    return stage


def attempt(stage, call, purpose) -> CollectorError | None:
    try:
        with stage.gate() as gate:
            take_in(gate.call(call, purpose))
    except CollectorError as error:
        return error
    return None


def counted(stage) -> int:
    """What our ledger says was spent, at most."""
    period = counting.current_period(stage.terms.account)
    return counting.balance_of(period, 10**9).committed


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_fault_ends_as_it_should(ready, case, kind):
    call, purpose = CALLS[kind]
    if case.fault["kind"] in TOO_SLOW:
        ready.client |= {"read_timeout": 1.5, "deadline": 2.0}
    ready.sandbox.faults.add(
        Fault(**{"endpoint": None if case.fault["kind"] == "refuse_connection" else call.endpoint.value, **case.fault})
    )
    error = attempt(ready, call, purpose)

    rows = list(FetchLog.objects.filter(endpoint=call.endpoint).order_by("attempt"))
    assert [row.state for row in rows] == case.states or (case.states == EITHER and len(rows) == 3)
    assert isinstance(error, case.error or type(None)), error
    assert case.says in str(error or "")
    assert counted(ready) >= ready.charged, "our ledger may only count too much"
    if case.waits:
        assert case.waits[0] <= ready.slept[0] <= case.waits[1]
    assert bool(pause.reason()) == bool(case.paused)
    assert case.paused in "".join(row.error_code for row in rows)
    assert all(KEY not in str(vars(row)) for row in rows)
    assert KEY not in str(error)
    for row in rows:
        answered = row.http_status is not None
        assert RawResponse.objects.filter(call=row).exists() == answered, "what was received is kept, whatever it is"

    ready.sandbox.faults.clear()
    with ready.gate() as gate:
        gate.probe()
    assert counted(ready) == ready.charged
    assert not FetchLog.objects.unsettled().exists()
    assert not list(ready.terms.spool.glob("*.*"))


@pytest.mark.parametrize("kind", CALLS)
def test_nothing_left_this_machine_and_nothing_is_charged_where_no_connection_is_made(ready, kind, monkeypatch):
    """H1, H2: refused, an unknown name, no TLS, and no answer to the first packet."""
    call, purpose = CALLS[kind]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        full = f"http://127.0.0.1:{listening.getsockname()[1]}/v4"
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(listening.getsockname())
        places = {
            "connection refused": "http://127.0.0.1:9/v4",
            "its name is not found": "http://localhost:9/v4",
            "SSL": ready.sandbox.url.replace("http:", "https:"),
            "timed out": full,
        }
        ready.client["connect_timeout"] = 0.2
        for says, place in places.items():
            before = FetchLog.objects.count()
            there = replace(ready.terms, base_url=place)
            stage = ready.elsewhere(there)
            with monkeypatch.context() as patch:
                if "name" in says:
                    patch.setattr(socket, "getaddrinfo", no_such_name)
                error = attempt(stage, call, purpose)
            rows = FetchLog.objects.order_by("pk")[before:]
            assert type(error) is NotSent, error
            assert says in str(error)
            assert [(row.state, row.credits_charged) for row in rows] == [(FAILED, 0)] * 3
        for client in waiting:
            client.close()
    assert ready.charged == 0


def no_such_name(host, *args, **kwargs):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_the_key_is_sent_nowhere_else(ready):
    for url in ("http://api.the-odds-api.com/v4", "https://example.org/v4", "http://169.254.169.254/v4", "file:///etc"):
        with pytest.raises(UnsafeAddress, match=r"ODDS_API_BASE_URL .*; nothing sent"):
            ready.elsewhere(replace(ready.terms, base_url=url)).gate()


def test_a_refusal_is_remembered_and_not_asked_again(ready):
    call, purpose = CALLS["live"]
    ready.sandbox.faults.add(Fault("status", status=422, code="INVALID_MARKET", endpoint="odds"))
    attempt(ready, call, purpose)
    for _ in range(3):
        ready.at(ready.clock() + timedelta(minutes=30))
        error = attempt(ready, call, purpose)
        assert isinstance(error, CallRefused)
        assert "refused with 422 INVALID_MARKET at 2026-01-14 22:00 UTC" in str(error)
    assert len([entry for entry in ready.sandbox.ledger.entries if entry.status == 422]) == 1
    ready.sandbox.faults.clear()
    ready.at(ready.clock() + timedelta(hours=24))
    assert attempt(ready, call, purpose) is None, "after a day it is tried once more"


@pytest.mark.parametrize(
    "header",
    [{"x-requests-used": "90000000"}, {"x-requests-remaining": "0"},
     {"x-requests-last": "19000", "x-requests-used": "19500"},
     {"x-requests-used": "19990", "x-requests-remaining": "10"}],
    ids=["used", "remaining", "last", "both"],
)  # fmt: skip
def test_one_false_header_does_not_stop_collecting(ready, header):
    """The next true one puts it right."""
    attempt(ready, *CALLS["live"])
    ready.sandbox.faults.add(Fault("headers", set=header, times=1))
    attempt(ready, *CALLS["scores"])
    for _ in range(2):
        ready.at(ready.clock() + timedelta(minutes=30))
        with ready.gate() as gate:
            gate.probe()
        assert attempt(ready, *CALLS["live"]) is None
    period = counting.current_period(ready.terms.account)
    assert (period.used, period.remaining) == (ready.charged, QUOTA - ready.charged)


def test_no_games_is_an_answer_and_costs_nothing(ready):
    """H14"""
    ready.sandbox.faults.add(Fault("body", sample="list", endpoint="odds", charge=False))
    assert attempt(ready, *CALLS["live"]) is None
    row = FetchLog.objects.get(endpoint="odds")
    assert (row.state, row.events_count, row.credits_charged) == (STORED, 0, 0)


def test_collecting_stops_at_a_bad_key_and_goes_on_by_itself_when_it_is_taken_again(ready):
    call, purpose = CALLS["live"]
    ready.sandbox.faults.add(Fault("status", status=401, code="INVALID_KEY"))
    assert isinstance(attempt(ready, call, purpose), KeyRefused)
    assert isinstance(attempt(ready, call, purpose), KeyRefused), "only the free call was tried"
    assert FetchLog.objects.filter(endpoint="odds").count() == 1
    ready.sandbox.faults.clear()
    assert attempt(ready, call, purpose) is None
    assert pause.reason() == ""


def test_a_dearer_call_is_reckoned_dearer_from_then_on(ready):
    ready.sandbox.faults.add(Fault("charge_more", extra=4, endpoint="odds"))
    attempt(ready, *CALLS["live"])
    attempt(ready, *CALLS["live"])
    assert list(FetchLog.objects.filter(endpoint="odds").order_by("pk").values_list("credits_reserved", flat=True)) == [
        3,
        7,
    ]
