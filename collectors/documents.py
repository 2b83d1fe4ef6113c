"""What programs are told of credits and calls, in the names of the data model."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .gate import SANDBOX_KEY
from .spending import ModeForecast, Quota

# Of a call, without what only the ledger needs.
CALL_FIELDS = (
    "request_id", "purpose", "endpoint", "sport_key", "event_id", "parameters", "tick", "attempt", "state",
    "credits_reserved", "credits_charged", "credits_used", "api_quota_remaining", "fetch_time", "sent_at",
    "received_at",
    "ended_at", "http_status", "response_time_ms", "events_count", "bookmakers_count", "success", "error_code",
    "error_message",
)  # fmt: skip


def quota_document(quota: Quota, planned: list[ModeForecast] | None) -> dict[str, Any]:
    """The credits of an account, and with `planned` how far they will reach."""
    names = {
        "used": "quota_used",
        "remaining": "quota_remaining",
        "pending": "credits_pending",
        "seen_at": "quota_seen_at",
    }
    document = {names.get(name, name): value for name, value in asdict(quota).items()}
    if planned is not None:
        document["forecasts"] = [{**asdict(each), "need": each.need} for each in planned]
    return {"sandbox": quota.account == SANDBOX_KEY, **document}
