"""Rows of events: locked in one order, and changed by one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection
from django.db.models import QuerySet

from .models import Event


def locked() -> QuerySet[Event]:
    """Events, locked until the transaction ends.

    In the order of ids, so that two writers with some of the same events wait for each other instead of locking up.
    Their keys never change, so that rows which only refer to them (entries of the quality log) need not wait.
    """
    return Event.objects.select_for_update(no_key=True).order_by("id")


def locked_by_id(api_ids: Collection[str]) -> dict[str, Event]:
    """Those that are stored, by the provider's id."""
    return {event.api_id: event for event in locked().filter(api_id__in=list(api_ids))}


def write(events: Collection[Event], types: Mapping[str, str]) -> None:
    """Write these columns, given with their types in PostgreSQL, of all events.

    One statement; bulk_update would take longer to write than PostgreSQL to carry out.
    """
    if not events:
        return
    sql = f"""
        UPDATE events_event AS event SET {", ".join(f"{name} = new.{name}" for name in types)}, updated_at = now()
        FROM unnest(%s::int[], {", ".join(f"%s::{type}[]" for type in types.values())})
            AS new (id, {", ".join(types)})
        WHERE event.id = new.id
    """  # noqa: S608 - the names and types are those written in this app
    with connection.cursor() as cursor:
        cursor.execute(sql, [[getattr(event, name) for event in events] for name in ("id", *types)])
