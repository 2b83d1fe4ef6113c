"""The description of the API, made only where it is wanted: what makes it is loaded then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from events.api.schema import Schema
from events.api.views import ApiView


class Generator(SchemaGenerator):
    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        """The view, described by what it declares."""
        make: Callable[..., Any] = super().create_view
        view = make(callback, method, request)
        if isinstance(view, ApiView):
            view.schema = Schema()
        return view
