"""The two kinds of answers: one object, or a list in pages. Neither can write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..recent import recent_answer
from .paging import Cursor, Listing, page_of_list, page_of_rows
from .query import LARGEST_PAGE, PageQuery, Query, read
from .renderers import JSONRenderer

SAFE = ("get", "head", "options")


class ReadingView(APIView):
    """What is asked by GET, and changes nothing."""

    http_method_names = SAFE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what writes before anything is looked at, and slow down whoever asks too often before who it is."""
        if request.method.lower() not in SAFE:
            raise exceptions.MethodNotAllowed(request.method)
        self.format_kwarg = None  # no format is a part of an address
        request.version, request.versioning_scheme = self.determine_version(request, *args, **kwargs)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.perform_authentication(request)
        self.check_throttles(request)
        self.check_permissions(request)

    def handle_exception(self, error: Exception) -> Response:
        """Errors are JSON, whatever was asked for."""
        response: Response = super().handle_exception(error)
        self._answer_json()
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().options(request, *args, **kwargs)
        self._answer_json()
        return response

    def _answer_json(self) -> None:
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type


class ApiView(ReadingView):
    """A question of the API. `summary`, `tag` and `example` are for its description."""

    query_class: ClassVar[type[Query]] = Query
    path_parameters: ClassVar[Mapping[str, str]] = {}
    row_class: ClassVar[type[serializers.Serializer]]
    summary: ClassVar[str]
    tag: ClassVar[str]
    example: ClassVar[Mapping[str, Any]]
    is_list: ClassVar[bool] = False

    def queries(self) -> list[serializers.Serializer]:
        """The parameters that are known here, in groups."""
        return [self.query_class()]

    def get(self, request: Request, **keys: Any) -> HttpResponse:
        return recent_answer(request, partial(self._rendered, request), request.accepted_media_type)

    def answer(self, request: Request) -> Response:
        """The answer, made now; `self.kwargs` has what is in the address. Raises NotFound."""
        raise NotImplementedError

    def _rendered(self, request: Request) -> HttpResponse:
        """The answer as bytes, which can be kept without the rows it was made of."""
        response = self.finalize_response(request, self.answer(request)).render()
        return HttpResponse(response.content, headers=response.headers)

    def read_query(self, request: Request) -> dict[str, Any]:
        return read(self.queries(), request, also=["format"] if len(self.renderer_classes) > 1 else [])


class ObjectView(ApiView):
    """One object."""

    renderer_classes = [JSONRenderer]

    def answer(self, request: Request) -> Response:
        return Response(self.document(self.read_query(request)))

    def document(self, query: dict[str, Any]) -> Any:
        """The object."""
        raise NotImplementedError


class ListView(ApiView):
    """Rows in pages; `name` is that of the file where they are asked for as one."""

    is_list = True
    page_size: ClassVar[int] = 100
    largest_page: ClassVar[int] = LARGEST_PAGE
    name: ClassVar[str]

    def queries(self) -> list[serializers.Serializer]:
        return [*super().queries(), PageQuery(page_size=self.page_size, largest=self.largest_page)]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of the columns, in order."""
        row: Any = cls.row_class
        return _columns(row)

    def answer(self, request: Request) -> Response:
        query = self.read_query(request)
        cursor = Cursor(request, query.get("cursor"))
        rows, following = self.page(query, cursor)
        listing = Listing(self.columns(), rows, following, "" if rows else self.note())
        response = Response(listing)
        if following is not None:
            response["Link"] = f'<{following}>; rel="next"'
        if request.accepted_renderer.format != JSONRenderer.format:
            ending = request.accepted_renderer.format
            response["Content-Disposition"] = f'attachment; filename="{self.name}.{ending}"'
        return response

    def page(self, query: dict[str, Any], cursor: Cursor) -> tuple[Sequence[Sequence[Any]], str | None]:
        raise NotImplementedError

    def note(self) -> str:
        """What is to be said of an empty page."""
        return ""


class TableView(ListView):
    """Rows of a table: `lookups` are where the columns come from, `order` ends with what is unique."""

    lookups: ClassVar[Sequence[str]]
    order: ClassVar[Sequence[str]]

    def page(self, query: dict[str, Any], cursor: Cursor) -> tuple[Sequence[Sequence[Any]], str | None]:
        found = page_of_rows(self.chosen(query), self.lookups, self.order, cursor, query["page_size"])
        rows, following = found
        return self.finished(rows), following

    def chosen(self, query: dict[str, Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def finished(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """The rows as they are told, if a column needs more than reading."""
        return rows


class InstantView(ListView):
    """Rows that are worked out as of an instant: that of `as_of`, else now. All pages are of the same one."""

    page_size = LARGEST_PAGE

    def page(self, query: dict[str, Any], cursor: Cursor) -> tuple[Sequence[Sequence[Any]], str | None]:
        kept = cursor.position and datetime.fromisoformat(cursor.position[0])
        moment = kept or query.get("as_of") or timezone.now()
        found = page_of_list(self.rows(query, moment), moment, cursor, query["page_size"])
        return found[0], found[1]

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        raise NotImplementedError


@lru_cache(maxsize=100)
def _columns(row: Any) -> tuple[str, ...]:
    return tuple(row().fields)


class UnknownAddress(ReadingView):
    """What no other address answers."""

    schema = None
    renderer_classes = [JSONRenderer]

    def get(self, request: Request, **keys: Any) -> Response:
        raise exceptions.NotFound("No such address; /api/v1/docs/ lists them.")
