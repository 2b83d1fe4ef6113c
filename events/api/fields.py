"""Parameters that are more than a text or a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from ..names import UnresolvedName
from ..times import FIRST_YEAR, LAST_YEAR, is_reckonable, parse_time

LONGEST_INSTANT = 40
LONGEST_NAME = 100


class InstantField(serializers.DateTimeField):
    """An instant in ISO 8601 with its offset, as aware UTC: PostgreSQL knows fewer offsets than Python."""

    default_error_messages = {
        "instant": "No instant with an offset; write it as 2026-01-15T00:30:00Z, or with %2B for the + of an offset.",
        "beyond": f"Not in the years {FIRST_YEAR} to {LAST_YEAR - 1}.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        # Python reads an instant with a NUL behind it.
        usable = isinstance(value, str) and len(value) <= LONGEST_INSTANT and value.isprintable()
        moment = parse_time(value) if usable else None
        if moment is None:
            raise serializers.ValidationError(self.error_messages["instant"], code="instant")
        if not is_reckonable(moment):
            self.fail("beyond")
        return moment


class DayField(serializers.DateField):
    """A day such as 2026-01-15."""

    default_error_messages = {
        "invalid": "No day; write it as 2026-01-15.",
        "beyond": f"Not in the years {FIRST_YEAR} to {LAST_YEAR - 1}.",
    }

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            self.fail("beyond")
        return day


class TextField(serializers.CharField):
    """A text that is compared as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_NAME, "required": False, **kwargs})


class NameField(TextField):
    """A name as people write it, looked up: `find` gives what is meant or raises UnresolvedName."""

    def __init__(self, find: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.find = find

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """After all that makes it a text: no NUL, and not too long."""
        typed = super().run_validation(data)
        try:
            return self.find(typed)
        except UnresolvedName as error:
            raise serializers.ValidationError(str(error), code="unknown_name") from error
