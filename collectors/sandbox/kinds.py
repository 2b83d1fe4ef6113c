"""The kinds of faults, the details each takes, and whether its requests are charged unless a fault says otherwise."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .data_faults import CASES

# fmt: off
Sample = Literal[
    "html", "empty", "null", "list", "object", "error", "cut",
    "digits", "deep", "bom", "utf16", "latin1", "nan", "infinity",
]
# fmt: on


class Details(Struct, frozen=True, forbid_unknown_fields=True):
    """The details of kinds that have none."""


class Hang(Details, frozen=True):
    seconds: float = 30.0


class Drip(Details, frozen=True):
    bytes_per_second: float = 1.0


class Status(Details, frozen=True):
    """With a code a refusal in JSON, else a page of HTML, or the text."""

    status: int = 503
    code: str | None = None
    message: str = ""
    retry_after: str | int | float | None = None
    text: str | None = None


class Body(Details, frozen=True):
    """A sample, or any text."""

    sample: Sample = "html"
    text: str | None = None


class Data(Details, frozen=True):
    """One of the cases of `data_faults`, and where it falls: positions, or the event's id and the keys."""

    case: str
    event: int | str = 0
    bookmaker: int | str = 0
    market: int | str = 0
    outcome: int = 0

    def __post_init__(self) -> None:
        if self.case not in CASES:
            raise ValueError(f"unknown case {self.case!r}; known: {', '.join(CASES)}")


class Headers(Details, frozen=True):
    set: dict[str, str | int | float] = {}
    remove: list[str] = []


class Redirect(Details, frozen=True):
    """To the same path of another host unless it says where."""

    status: int = 302
    to: str | None = None


class Oversize(Details, frozen=True):
    """A body of so many megabytes; a bomb has that size only when unpacked."""

    megabytes: int = 12
    bomb: bool = False


class ContentType(Details, frozen=True):
    value: str = "text/plain; charset=latin-1"


class EchoKey(Details, frozen=True):
    status: int = 500


class ChargeMore(Details, frozen=True):
    extra: int = 1  # credits; a negative number charges less


class Elsewhere(Details, frozen=True):
    credits: int = 1


KINDS: dict[str, tuple[bool, type[Details]]] = {
    "refuse_connection": (False, Details),
    "hang_before": (True, Hang),
    "reset_before_charge": (False, Details),
    "reset_after_charge": (True, Details),
    "reset_mid_body": (True, Details),
    "short_body": (True, Details),
    "truncated_gzip": (True, Details),
    "bad_chunk": (True, Details),
    "slow_drip": (True, Drip),
    "slow_headers": (True, Drip),
    "status": (False, Status),
    "body": (True, Body),
    "data": (True, Data),
    "headers": (True, Headers),
    "redirect": (False, Redirect),
    "oversize": (True, Oversize),
    "content_type": (True, ContentType),
    "stale": (True, Details),
    "echo_key": (False, EchoKey),
    "charge_more": (True, ChargeMore),
    "elsewhere": (True, Elsewhere),
}
