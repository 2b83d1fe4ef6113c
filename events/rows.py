"""Rows of events, locked in one order; and rows of any table, changed by one statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

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


def write(rows: Collection[Model], types: Mapping[str, str]) -> None:
    """Write these columns, given with their types in PostgreSQL, of all rows, which are of one table.

    One statement; bulk_update would take longer to write than PostgreSQL to carry out. `updated_at` is the time of it.
    """
    if not rows:
        return
    (table,) = {row._meta.db_table for row in rows}
    sql = f"""
        UPDATE {table} AS stored SET {", ".join(f"{name} = new.{name}" for name in types)}, updated_at = now()
        FROM unnest(%s::bigint[], {", ".join(f"%s::{type}[]" for type in types.values())})
            AS new (id, {", ".join(types)})
        WHERE stored.id = new.id
    """  # noqa: S608 - the names and types are those written in this project
    columns = [[_value(row, name, types.get(name)) for row in rows] for name in ("id", *types)]
    with connection.cursor() as cursor:
        cursor.execute(sql, columns)


def _value(row: Model, name: str, type: str | None) -> Any:
    value = getattr(row, name)
    return json.dumps(value) if type == "jsonb" and value is not None else value
