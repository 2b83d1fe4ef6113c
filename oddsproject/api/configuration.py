"""What Django REST framework and drf-spectacular are told."""

from __future__ import annotations

import re
from typing import Any

_RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)")


def parse_rate(text: str) -> str:
    """'600/minute'. Raises ValueError for what is none."""
    if not _RATE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no rate; write it as 600/minute, or per second, hour or day")
    return text


def rest_framework(*, user_rate: str, anonymous_rate: str, behind_proxy: bool) -> dict[str, Any]:
    """Read-only, closed to strangers, JSON unless asked otherwise, and without pages of its own."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework.authentication.TokenAuthentication",
            "rest_framework.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["events.api.permissions.MayRead"],
        "DEFAULT_RENDERER_CLASSES": [
            "events.api.renderers.JSONRenderer",
            "odds.api.renderers.CsvRenderer",
            "odds.api.renderers.ParquetRenderer",
        ],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_CONTENT_NEGOTIATION_CLASS": "events.api.negotiation.Negotiation",
        "DEFAULT_THROTTLE_CLASSES": [
            "rest_framework.throttling.UserRateThrottle",
            "rest_framework.throttling.AnonRateThrottle",
        ],
        "DEFAULT_THROTTLE_RATES": {"user": user_rate, "anon": anonymous_rate},
        # The address of the last proxy's visitor; without a proxy, what visitors say of themselves counts for nothing.
        "NUM_PROXIES": 1 if behind_proxy else 0,
        "EXCEPTION_HANDLER": "events.api.errors.error_response",
        "COERCE_DECIMAL_TO_STRING": False,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


SPECTACULAR = {
    "TITLE": "Odds",
    "DESCRIPTION": (
        "What was offered, by whom, at any instant. Read-only; docs/api.md tells how to ask. [To the pages](/)"
    ),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "oddsproject.api.generator.Generator",
    "SERVE_PERMISSIONS": ["events.api.permissions.MayRead"],
    # From the package that is installed: no page asks another machine for anything.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # The same word means different things here and there; each enumeration stays where it is used.
    "POSTPROCESSING_HOOKS": [],
}
