"""Which format is meant: that of `?format=`, else that of the Accept header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from rest_framework.negotiation import DefaultContentNegotiation

from .errors import BadParameter


class Negotiation(DefaultContentNegotiation):
    def filter_renderers(self, renderers: Sequence[Any], format: str) -> list[Any]:
        """Those of this format. A format that is not there is a bad parameter, not an address that is not there."""
        try:
            found: list[Any] = super().filter_renderers(renderers, format)
        except Http404 as error:
            formats = ", ".join(each.format for each in renderers)
            raise BadParameter("format", f"No such format here; there is: {formats}.", "unknown_format") from error
        return found
