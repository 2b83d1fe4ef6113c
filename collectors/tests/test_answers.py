"""What the status and the headers of an answer mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import (
    CallRefused,
    CreditsExhausted,
    KeyRefused,
    PlanRefused,
    ProviderDown,
    RateLimited,
    Transient,
)
from collectors.the_odds_api.answers import Answer, error_in, retry_after

NOW = datetime(2026, 1, 14, 22, 0, 0, tzinfo=UTC)
WHAT = "odds basketball_nba"


def answer(status: int = 200, body: bytes = b"[]", **headers: Any) -> Answer:
    """An answer, whose headers are given with underscores: x_requests_used=3."""
    return Answer(
        status=status,
        headers={name.replace("_", "-"): str(value) for name, value in headers.items()},
        body=body,
        received_at=NOW,
        response_time_ms=120,
    )


def refusal(code: Any, message: Any = "No.") -> bytes:
    return json.dumps({"message": message, "error_code": code}).encode()


def told(status: int, body: bytes = b"", **headers: Any):
    """The error of an answer that is one."""
    error = error_in(answer(status, body, **headers), WHAT)
    assert error is not None
    return error


def test_the_three_headers_are_read():
    full = answer(x_requests_used=103, x_requests_remaining=397, x_requests_last=3)
    assert (full.used, full.remaining, full.charged) == (103, 397, 3)
    assert (answer().used, answer().remaining, answer().charged) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "credits"),
    [("0", 0), ("12", 12), ("123.0", 123), (" 7 ", 7), ("1e3", 1000), ("100000000", 100_000_000),
     ("", None), ("many", None), ("-1", None), ("1.5", None), ("nan", None), ("inf", None), ("-inf", None),
     ("100000001", None), ("1e300", None), ("12, 12", None), ("0x10", None)],
)  # fmt: skip
def test_a_header_is_a_number_of_credits_or_nothing(text, credits):
    assert answer(x_requests_remaining=text).remaining == credits
    assert answer(x_requests_used=text).used == credits
    assert answer(x_requests_last=text).charged == credits


@given(st.text())
def test_no_header_makes_reading_it_fail(text):
    made = answer(x_requests_used=text, x_requests_last=text, x_requests_remaining=text)
    for credits in (made.used, made.charged, made.remaining):
        assert credits is None or 0 <= credits <= 100_000_000


def test_a_call_that_cost_more_than_all_calls_together_is_believed_in_neither():
    made = answer(x_requests_used=2, x_requests_last=3, x_requests_remaining=498)
    assert (made.used, made.charged, made.remaining) == (None, None, 498)
    assert answer(x_requests_used=3, x_requests_last=3).charged == 3


def test_200_is_no_error_whatever_the_body_says():
    assert error_in(answer(200, refusal("INVALID_KEY")), WHAT) is None


@pytest.mark.parametrize("code", ["INVALID_KEY", "MISSING_KEY", "DEACTIVATED_KEY"])
def test_401_for_a_bad_key(code):
    error = told(401, refusal(code, "API key is not valid."), x_requests_remaining=0)
    assert type(error) is KeyRefused
    assert error.code == code
    assert str(error) == (
        f"odds basketball_nba: the provider answered 401 {code}: API key is not valid.; check ODDS_API_KEY, "
        "nothing is bought until it is taken"
    )


def test_401_for_no_credits():
    error = told(401, refusal("OUT_OF_USAGE_CREDITS", "Usage quota has been reached."), x_requests_remaining=2)
    assert type(error) is CreditsExhausted
    assert str(error) == (
        "odds basketball_nba: the provider answered 401 OUT_OF_USAGE_CREDITS: Usage quota has been reached.; "
        "nothing is bought until the credits are renewed"
    )


def test_401_for_another_plan():
    code = "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN"
    error = told(401, refusal(code), x_requests_remaining=0)
    assert type(error) is PlanRefused
    assert str(error).endswith(f"401 {code}: No.; this needs another plan")


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"null", b"[]", b"{}", b"\xff\xfe", b'{"error_code": 5}'])
def test_401_without_a_code_is_about_credits_only_where_none_are_left(body):
    assert type(told(401, body, x_requests_remaining=0)) is CreditsExhausted
    assert told(401, body, x_requests_remaining=0).code == "OUT_OF_USAGE_CREDITS"
    for headers in ({}, {"x_requests_remaining": 1}, {"x_requests_remaining": "none"}):
        error = told(401, body, **headers)
        assert (type(error), error.code) == (KeyRefused, "http_401")


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "says"),
    [
        (429, b"", RateLimited, "EXCEEDED_FREQ_LIMIT", "the provider answered 429"),
        (429, refusal("EXCEEDED_FREQ_LIMIT"), RateLimited, "EXCEEDED_FREQ_LIMIT", "429 EXCEEDED_FREQ_LIMIT: No."),
        (500, b"<html>", ProviderDown, "http_500", "the provider answered 500"),
        (503, refusal("BUSY"), ProviderDown, "BUSY", "the provider answered 503 BUSY: No."),
        (404, refusal("EVENT_NOT_FOUND"), CallRefused, "EVENT_NOT_FOUND", "404 EVENT_NOT_FOUND: No.; not asked again"),
        (422, refusal("INVALID_MARKET"), CallRefused, "INVALID_MARKET", "422 INVALID_MARKET: No.; not asked again"),
        (422, b"", CallRefused, "http_422", "answered 422; not asked again like this"),
        (302, b"", CallRefused, "redirect", "answered 302; redirects are not followed"),
        (204, b"", CallRefused, "http_204", "answered 204; not asked again like this"),
        (403, b"", CallRefused, "http_403", "answered 403; not asked again like this"),
    ],
)
def test_other_statuses_are_told_apart_by_what_a_caller_would_do(status, body, kind, code, says):
    error = told(status, body)
    assert (type(error), error.code) == (kind, code)
    assert str(error).startswith("odds basketball_nba: the provider answered")
    assert says in str(error)


@given(st.integers(100, 599).filter(lambda status: status != 200))
def test_only_429_and_5xx_are_worth_another_try(status):
    assert isinstance(told(status), Transient) == (status == 429 or status >= 500)


def test_a_wait_that_was_asked_for_comes_with_the_error():
    assert told(429, retry_after="7").retry_after == 7
    assert told(429).retry_after is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", 0),
        ("Wed, 14 Jan 2026 22:00:20 GMT", 20),
        ("Wednesday, 14-Jan-26 22:01:00 GMT", 60),
        ("Wed Jan 14 22:00:05 2026", 5),
        ("Wed, 14 Jan 2026 23:00:20 +0100", 20),
        ("Wed, 14 Jan 2026 21:59:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Wed, 14 Jan 99999 22:00:20 GMT", None),
        ("Wed, 32 Jan 2026 22:00:20 GMT", None),
    ],
)
def test_the_wait_asked_for_in_seconds_or_as_a_date(value, seconds):
    assert retry_after({"retry-after": value}, NOW) == seconds
    assert retry_after({}, NOW) is None


@given(st.text() | st.integers().map(str))
def test_no_wait_is_negative_or_makes_reading_it_fail(value):
    seconds = retry_after({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds < 1e12


def test_an_endless_number_of_seconds_is_still_a_long_wait():
    assert retry_after({"retry-after": "9" * 5000}, NOW) > 1e9


LINE_BREAKERS = "line\nline\r\n\x1b[31mred\x00\u2028\u200b\x85\x7f"


def test_what_the_provider_says_is_one_line_without_control_characters():
    error = told(422, refusal("INVALID_MARKET", LINE_BREAKERS))
    assert str(error).isprintable()
    assert "line line" in str(error)
    assert len(str(told(422, refusal("INVALID_MARKET", "x" * 100_000)))) < 400


def test_a_code_is_cut_to_a_length():
    assert told(422, refusal("X" * 1000)).code == "X" * 60


@pytest.mark.parametrize("code", [LINE_BREAKERS, "\x00", "\ud800"])
def test_a_code_too_is_one_line_without_control_characters(code):
    error = told(422, refusal(code))
    assert str(error).isprintable()
    assert error.code.isprintable()


bodies = st.binary(max_size=60) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "error", "details_url"]), inner, max_size=3)
    ),
    max_leaves=6,
).map(lambda document: json.dumps(document).encode())


@given(st.integers(201, 599), bodies)
def test_whatever_the_body_of_an_error_is_its_message_is_one_line(status, body):
    assert str(told(status, body)).isprintable()


def test_a_body_nested_too_deeply_is_none():
    assert told(500, b"[" * 100_000).code == "http_500"
