"""An answer of the provider as it came off the wire, and what its status and headers mean. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ..errors import (
    CallError,
    CallRefused,
    CreditsExhausted,
    KeyRefused,
    PlanRefused,
    ProviderDown,
    RateLimited,
)

KEY_CODES = frozenset({"INVALID_KEY", "MISSING_KEY", "DEACTIVATED_KEY"})
OUT_OF_CREDITS = "OUT_OF_USAGE_CREDITS"
# A month of the largest plan has fifteen million.
MOST_CREDITS = 100_000_000
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9_.-]")
# Further apart than this, the provider's date and ours are no matter of delay; much further, the date is a mistake.
CLOCKS_APART = timedelta(minutes=2)
DATE_BELIEVED = timedelta(days=1)
# Headers that are kept; no other says anything of use.
KEPT_HEADERS = (
    "x-requests-used", "x-requests-remaining", "x-requests-last", "date", "retry-after", "content-type",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, the headers in KEPT_HEADERS in lower case, and the body unpacked. `damage` says why it is not whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    response_time_ms: int
    damage: str = ""

    @property
    def taken_at(self) -> datetime:
        """The instant that the answer is of: when it came, unless the provider's own date contradicts that.

        Then it comes from some cache, or our clock is wrong: the date is right in both cases.
        """
        date = provider_date(self.headers)
        if date is None or not CLOCKS_APART < abs(date - self.received_at) < DATE_BELIEVED:
            return self.received_at
        return date

    @property
    def used(self) -> int | None:
        """Credits used since the reset; None where the header is missing or no number of credits."""
        return self._credits("x-requests-used") if self._is_plausible else None

    @property
    def remaining(self) -> int | None:
        return self._credits("x-requests-remaining")

    @property
    def charged(self) -> int | None:
        """What this call cost, by the provider's own account."""
        return self._credits("x-requests-last") if self._is_plausible else None

    @property
    def _is_plausible(self) -> bool:
        """Whether the call cost no more than all calls together; else one of the two is false, and who knows which."""
        used, last = self._credits("x-requests-used"), self._credits("x-requests-last")
        return used is None or last is None or last <= used

    def _credits(self, header: str) -> int | None:
        try:
            number = float(self.headers[header])
        except (KeyError, ValueError):
            return None
        return int(number) if number.is_integer() and 0 <= number <= MOST_CREDITS else None


def error_in(answer: Answer, what: str) -> CallError | None:
    """What the status says of a call described as `what`; None for 200."""
    if answer.status == 200:
        return None
    code, message = _provider_error(answer.body)
    said = ": ".join(part for part in (f"{answer.status} {code}".strip(), message) if part)
    told = f"{what}: the provider answered {said}"
    if answer.status == 401:
        return _unauthorised(answer, told, code)
    if answer.status == 429:
        return RateLimited(told, code=code, retry_after=retry_after(answer.headers, answer.received_at))
    if answer.status >= 500:
        return ProviderDown(told, code=code or f"http_{answer.status}")
    if 300 <= answer.status < 400:
        return CallRefused(f"{told}; redirects are not followed", code="redirect")
    return CallRefused(f"{told}; not asked again like this", code=code or f"http_{answer.status}")


def _unauthorised(answer: Answer, told: str, code: str) -> CallError:
    """Three things share 401. The code tells them apart; where it is missing, no credits left means just that."""
    if code == OUT_OF_CREDITS or (code not in KEY_CODES and not _is_plan(code) and answer.remaining == 0):
        return CreditsExhausted(f"{told}; nothing is bought until the credits are renewed", code=OUT_OF_CREDITS)
    if _is_plan(code):
        return PlanRefused(f"{told}; this needs another plan", code=code)
    return KeyRefused(f"{told}; check ODDS_API_KEY, nothing is bought until it is taken", code=code or "http_401")


def _is_plan(code: str) -> bool:
    return code.endswith("_PLAN")


def _provider_error(body: bytes) -> tuple[str, str]:
    """The code and the message of an error body, or empty texts: on errors it may be anything."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(document, dict):
        return "", ""
    code, message = document.get("error_code"), document.get("message")
    told = _one_line(message) if isinstance(message, str) else ""
    return (_NOT_IN_CODES.sub("", code)[:60] if isinstance(code, str) else ""), told


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:200]


def provider_date(headers: Mapping[str, str]) -> datetime | None:
    """The header `Date`; None where it is missing or none."""
    try:
        date = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the provider asks us to wait, from seconds or an HTTP date; None where it says nothing usable."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:12])
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
