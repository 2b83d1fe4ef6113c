"""Answers as JSON, without a serializer for each row."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer

from ..encoding import as_json
from .paging import Listing


class JSONRenderer(BaseRenderer):
    """Lists and objects in the names of the data model, as the commands print them."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: dict[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        return as_json(data.as_document() if isinstance(data, Listing) else data)
