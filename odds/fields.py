"""Column types that Django does not have."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


class ExactJSONField(models.JSONField):
    """JSON kept as the text that came in, in PostgreSQL's `json` type.

    `jsonb` would drop duplicate keys, reorder the others, rewrite numbers and refuse NUL characters, and what is kept
    for ever must be what was received. See docs/decisions/0004-raw-json-text.md for the figures.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Fetch the text, which Django decodes; psycopg would decode a column of this type first."""
        return f"{sql}::text", params
