"""Opportunities as plain mappings, for JSON and tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .lasting import OpportunitySpan
from .records import Leg, Opportunity


def as_row(opportunity: Opportunity) -> dict[str, Any]:
    """The fields of an opportunity; each of `legs` has those of its price, and its share and net price."""
    names = (
        "event_id", "kind", "market", "description", "edge", "probability", "best_case", "width", "can_push",
        "is_suspect", "is_same_snapshot", "note",
    )  # fmt: skip
    return {name: getattr(opportunity, name) for name in names} | {"legs": [leg_row(leg) for leg in opportunity.legs]}


def span_row(span: OpportunitySpan) -> dict[str, Any]:
    """The fields of a span, with those of the opportunity at its best."""
    names = (
        "first_seen", "last_seen", "until", "snapshots", "shortest_seconds", "longest_seconds", "sampling_seconds",
        "best_at",
    )  # fmt: skip
    return {name: getattr(span, name) for name in names} | as_row(span.best)


def leg_row(leg: Leg) -> dict[str, Any]:
    return asdict(leg.price) | {"share": leg.share, "net_price": leg.net_price}
