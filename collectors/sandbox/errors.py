"""Refusals in the provider's words."""

from __future__ import annotations

DETAILS = "https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html"


class ApiError(Exception):
    """A request the API does not answer: the status and the code it gives as the reason."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def payload(self) -> dict[str, str]:
        return {
            "message": str(self),
            "error_code": self.code,
            "details_url": f"{DETAILS}#{self.code.lower().replace('_', '-')}",
        }


def unusable(code: str, message: str) -> ApiError:
    """A parameter that is missing or means nothing."""
    return ApiError(422, code, message)
