"""The OpenAPI description, made from what the views declare anyway."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from .renderers import JSONRenderer
from .views import ApiView

JSON = JSONRenderer.media_type


class ErrorDocument(serializers.Serializer):
    """What went wrong."""

    code = serializers.CharField(help_text="for programs: unknown_parameter, not_found, throttled, …")
    detail = serializers.CharField(help_text="for people")
    parameter = serializers.CharField(allow_null=True, help_text="the parameter that is wrong, if one is")


ERRORS = {
    400: ("A parameter is unknown, or its value cannot be meant", "unknown_parameter", "colour"),
    401: ("No login and no token, or a wrong one", "not_authenticated", None),
    403: ("Not allowed", "permission_denied", None),
    404: ("No such thing", "not_found", None),
    406: ("None of the formats accepted is there", "not_acceptable", None),
    429: ("Asked too often; Retry-After says when to come back", "throttled", None),
    503: ("The database does not answer", "database_unavailable", None),
}


class Schema(AutoSchema):
    """Reads `summary`, `tag`, `example`, `query_class`, `path_parameters` and `row_class` of the views."""

    view: ApiView

    def get_operation_id(self) -> str:
        return type(self.view).__name__.removesuffix("View")

    def get_summary(self) -> str:
        return self.view.summary

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def get_override_parameters(self) -> list[Any]:
        paths = [
            OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.PATH, description=told)
            for name, told in self.view.path_parameters.items()
        ]
        return [*paths, *(query for query in self.view.queries() if query.fields)]

    def get_response_serializers(self) -> Any:
        answers: dict[Any, Any] = {(200, JSON): self._answer()}
        for renderer in self.view.renderer_classes:
            if renderer.media_type != JSON:
                kind = OpenApiTypes.STR if renderer.format == "csv" else OpenApiTypes.BINARY
                answers[200, renderer.media_type] = OpenApiResponse(kind, description=self.view.summary)
        for status, (told, _, _) in ERRORS.items():
            answers[status, JSON] = OpenApiResponse(ErrorDocument, description=told)
        return answers

    def get_examples(self) -> list[Any]:
        example = dict(self.view.example)
        if self.view.is_list:
            example = {"results": [example], "next": None, "note": ""}
        errors = [
            OpenApiExample(
                code,
                value={"code": code, "detail": told + ".", "parameter": parameter},
                response_only=True,
                status_codes=[str(status)],
            )
            for status, (told, code, parameter) in ERRORS.items()
        ]
        answer = OpenApiExample(
            self.view.summary, value=example, response_only=True, status_codes=["200"], media_type=JSON
        )
        return [answer, *errors]

    def _answer(self) -> OpenApiResponse:
        row: Any = self.view.row_class
        if not self.view.is_list:
            return OpenApiResponse(row, description=self.view.summary)
        return OpenApiResponse(_list_of(row), description=self.view.summary)


@lru_cache(maxsize=100)
def _list_of(row: Any) -> Any:
    """A page of such rows; one object for each, so that every list of them has the same description."""
    fields: Any = {
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True, help_text="the address of the next page, if there is one"),
        "note": serializers.CharField(help_text="what is to be known of an empty page; mostly empty itself"),
    }
    return inline_serializer(row.__name__.removesuffix("Row") + "List", fields)
