"""What can go wrong while getting data in, by what a caller would do.

CollectorError
├── UnreadablePayload       keep the raw answer, skip this part, go on
├── NotNow                  nothing was sent; the next tick tries again
│   ├── CreditCeiling       no credits left for this purpose
│   ├── Paused              the provider refused the key; a person must act, or the month must end
│   ├── UnsafeAddress       the settings would send the key elsewhere, or unencrypted
│   ├── NoRoom              the disk could not take the answer
│   └── AlreadyRunning      somebody else does it, or has just done it
├── Transient               try again, at most three times
│   ├── NotSent             the request never left: free
│   ├── NoAnswer            it left and nobody knows what became of it
│   ├── RateLimited         429
│   └── ProviderDown        5xx
└── Refused                 never the same again
    ├── KeyRefused          401: a person must act
    ├── CreditsExhausted    401: wait for the reset
    ├── PlanRefused         401: the plan does not hold this
    ├── CallRefused         404, 422 and whatever else
    └── UnusableAnswer      an answer came, and it is none
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import FetchLog


class CollectorError(Exception):
    """Base of all errors of this app; the message is one line for a person, and never holds an address."""


class UnreadablePayload(CollectorError):
    """A body, or one event of it, that cannot be taken for what it should be."""


class NotNow(CollectorError):
    """Nothing was sent, by our own decision."""


class CreditCeiling(NotNow):
    """The call would go beyond what its purpose may spend."""


class Paused(NotNow):
    """The provider refused our key, and nothing is bought until it takes it again."""


class UnsafeAddress(NotNow):
    """The key must not be sent to this address."""


class NoRoom(NotNow):
    """The answer could not be kept."""


class AlreadyRunning(NotNow):
    """Another process does this, or has done it for this tick."""


class CallError(CollectorError):
    """A call that was tried and brought nothing of use. `code` is the provider's, or ours; `row` its ledger entry."""

    code = ""
    row: FetchLog

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code or self.code


class Transient(CallError):
    """It may work in a moment."""

    retry_after: float | None = None  # seconds, as the provider asked


class NotSent(Transient):
    code = "not_sent"


class NoAnswer(Transient):
    code = "no_answer"


class RateLimited(Transient):
    code = "EXCEEDED_FREQ_LIMIT"

    def __init__(self, message: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ProviderDown(Transient):
    code = "provider_down"


class Refused(CallError):
    """It would be refused again."""


class KeyRefused(Refused):
    """401: missing, invalid or deactivated key."""


class CreditsExhausted(Refused):
    """401: fewer credits left than the call costs."""


class PlanRefused(Refused):
    """401: not in this plan."""


class CallRefused(Refused):
    """404, 422, a redirect, or another status that no retry changes."""


class UnusableAnswer(Refused):
    """A whole answer with status 200 that cannot be read."""

    code = "unusable"
