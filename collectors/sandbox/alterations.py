"""Faults that change an answer before it is sent: its status, its body or its headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import msgspec

from .api import Answer, refusal
from .data_faults import with_data_fault
from .errors import ApiError
from .faults import Fault
from .kinds import Body, ChargeMore, ContentType, Data, EchoKey, Redirect, Sample, Status
from .statuses import phrase

HTML = "text/html; charset=utf-8"


def altered(answer: Answer, fault: Fault, path: str, parameters: dict[str, str]) -> Answer:
    """The answer as the fault makes it, at the cost the fault leaves."""
    answer = replace(answer, credits=answer.credits if fault.is_charged else 0)
    match fault.details:
        case Status() as details:
            return _status(answer, details)
        case Body(sample, text):
            return replace(answer, body=SAMPLES[sample](answer.body) if text is None else text.encode())
        case Data(case, event, bookmaker, market, outcome) if answer.status == 200:
            return replace(answer, body=with_data_fault(answer.body, case, event, bookmaker, market, outcome))
        case Redirect(status, to):
            return replace(
                answer, status=status, body=b"", headers={"Location": to or f"http://elsewhere.invalid{path}"}
            )
        case ContentType(value):
            return replace(answer, headers={"Content-Type": value})
        case EchoKey(status):
            message = f"Could not answer GET https://api.the-odds-api.com{path}?{urlencode(parameters)}"
            return replace(answer, status=status, body=msgspec.json.encode({"message": message}))
        case ChargeMore(extra):
            return replace(answer, credits=answer.credits + extra)
        case _:
            return answer


def _status(answer: Answer, details: Status) -> Answer:
    """Any status: with an error code in JSON, else with the page that a proxy in front would show."""
    headers = {} if details.retry_after is None else {"Retry-After": str(details.retry_after)}
    if details.code is not None:
        message = details.message or details.code.replace("_", " ").capitalize()
        error = ApiError(details.status, details.code, message)
        return replace(refusal(error), credits=answer.credits, headers=headers)
    title = phrase(details.status)
    page = f"<html><head><title>{details.status} {title}</title></head><body><h1>{title}</h1></body></html>"
    body = page if details.text is None else details.text
    return Answer(details.status, body.encode(), answer.credits, {**headers, "Content-Type": HTML})


def _object(body: bytes) -> bytes:
    return b'{"events":' + body + b"}"


def _latin1(body: bytes) -> bytes:
    return body.replace(b'"home_team":"', b'"home_team":"Montr\xe9al ')


def _first_price(value: bytes) -> Callable[[bytes], bytes]:
    return lambda body: re.sub(rb'"price":[-0-9.]+', b'"price":' + value, body, count=1)


def _always(body: bytes) -> Callable[[bytes], bytes]:
    return lambda _: body


SAMPLES: dict[Sample, Callable[[bytes], bytes]] = {
    "html": _always(b"<!DOCTYPE html><html><body>Please sign in to the network</body></html>"),
    "empty": _always(b""),
    "null": _always(b"null"),
    "list": _always(b"[]"),
    "object": _object,
    "error": _always(b'{"message":"Something went wrong","error_code":"INTERNAL_ERROR"}'),
    "cut": lambda body: body[: len(body) // 2],
    "digits": _first_price(b"1" * 5_000),
    "deep": _always(b"[" * 100_000 + b"]" * 100_000),
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "utf16": lambda body: body.decode().encode("utf-16"),
    "latin1": _latin1,
    "nan": _first_price(b"NaN"),
    "infinity": _first_price(b"-Infinity"),
}
