"""What goes wrong, told in one shape: `{"code": …, "detail": …, "parameter": …}`."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

log = structlog.get_logger(__name__)

LONGEST_NAME = 60


class BadParameter(exceptions.APIException):
    """A parameter that cannot be meant, and which."""

    status_code = 400
    default_code = "invalid_parameter"

    def __init__(self, parameter: str | None, detail: str, code: str | None = None) -> None:
        super().__init__(detail, code)
        self.parameter = parameter if parameter is None else parameter[:LONGEST_NAME]


class BadRequest(exceptions.APIException):
    status_code = 400
    default_code = "bad_request"
    default_detail = "The request cannot be read: it has too many parameters, or ones that are no text."


class DatabaseUnavailable(exceptions.APIException):
    status_code = 503
    default_code = "database_unavailable"
    default_detail = "The database does not answer; try again later."


def error_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for an error; None for one that nobody expected, which is the server's to log."""
    from rest_framework.views import exception_handler  # which reads the settings that name this module

    known = _known(error)
    response: Response | None = exception_handler(known, context)
    if response is not None:
        assert isinstance(known, exceptions.APIException)
        response.data = {
            "code": known.get_codes(),
            "detail": str(known.detail),
            "parameter": getattr(known, "parameter", None),
        }
    return response


def _known(error: Exception) -> Exception:
    if isinstance(error, OperationalError):
        log.warning("api_database_unavailable", reason=str(error).partition("\n")[0])
    for kind, told in _MEANINGS:
        if isinstance(error, kind):
            known: Exception = told()
            return known
    return error


_MEANINGS: list[tuple[type[Exception], type[exceptions.APIException]]] = [
    (Http404, exceptions.NotFound),
    (PermissionDenied, exceptions.PermissionDenied),
    (SuspiciousOperation, BadRequest),
    (OperationalError, DatabaseUnavailable),
]
