"""The parameters of a request: declared as fields, checked, and refused where nobody declared them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from .errors import BadParameter
from .fields import InstantField

LARGEST_PAGE = 1_000
LONGEST_CURSOR = 1_000


class Query(serializers.Serializer):
    """No parameters. Subclasses declare theirs; the documentation of the API is made from the same fields."""


class RangeQuery(Query):
    """`from` and `to`, not further apart than `longest`."""

    longest = timedelta(days=366)

    def get_fields(self) -> dict[str, Any]:
        first = InstantField(required=False, help_text="from this instant on, with its offset")
        last = InstantField(required=False, help_text=f"before this one; at most {self.longest.days} days later")
        return {**super().get_fields(), "from": first, "to": last}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        first, last = given.get("from"), given.get("to")
        if first is not None and last is not None:
            if last <= first:
                raise serializers.ValidationError({"to": "Not after `from`."}, code="range")
            if last - first > self.longest:
                told = f"More than {self.longest.days} days after `from`; ask for shorter ranges."
                raise serializers.ValidationError({"to": told}, code="range_too_long")
        return given


class PageQuery(serializers.Serializer):
    """What every list takes beside its own parameters."""

    def __init__(self, *args: Any, page_size: int, largest: int = LARGEST_PAGE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page_size, self.largest = page_size, largest

    def get_fields(self) -> dict[str, Any]:
        return {
            "page_size": serializers.IntegerField(
                min_value=1, max_value=self.largest, default=self.page_size, help_text="how many rows at most"
            ),
            "cursor": serializers.CharField(
                max_length=LONGEST_CURSOR, required=False, help_text="where to go on: taken from `next`, never made up"
            ),
        }


def read(queries: Sequence[serializers.Serializer], request: Request, *, also: Sequence[str] = ()) -> dict[str, Any]:
    """The checked values of all parameters that were given or have a default. Raises BadParameter for the first bad."""
    fields = {name: field for query in queries for name, field in query.fields.items()}
    given = {name: _given(name, values, fields) for name, values in _known(request, [*fields, *also])}
    values: dict[str, Any] = {}
    for query in queries:
        query.initial_data = {name: value for name, value in given.items() if name in query.fields}
        if not query.is_valid():
            name, problem = next(iter(query.errors.items()))
            first = _first(problem)
            code = first.code if first.code in TOLD else None
            raise BadParameter(name if name in fields else None, str(first), code)
        values |= query.validated_data
    return values


# Codes that tell more than that a value is invalid.
TOLD = {"unknown_name", "range_too_long"}


def _known(request: Request, known: Sequence[str]) -> list[tuple[str, list[str]]]:
    given = list(request.query_params.lists())
    for name, _ in given:
        if name not in known:
            takes = ", ".join(sorted(known)) or "none"
            raise BadParameter(name, f"Unknown parameter; known are: {takes}.", "unknown_parameter")
    return given


def _given(name: str, values: list[str], fields: dict[str, serializers.Field]) -> Any:
    if isinstance(fields.get(name), serializers.ListField):
        return values
    if len(values) > 1:
        raise BadParameter(name, "Given more than once; it takes one value.", "repeated_parameter")
    return values[0]


def _first(problem: Any) -> Any:
    """The first message of what a serializer says of a field, which nests for lists."""
    while not isinstance(problem, str):
        problem = next(iter(problem.values() if isinstance(problem, dict) else problem))
    return problem
