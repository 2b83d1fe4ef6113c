"""Lists as CSV and Parquet, through the code that exports files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.renderers import BaseRenderer

from events.api.paging import Listing

if TYPE_CHECKING:
    from .tables import Table


class TableRenderer(BaseRenderer):
    """A list as a table, typed by what the view says of its rows; what has parts is JSON in a cell."""

    charset: str | None = None
    render_style = "binary"

    def render(
        self, data: Listing, accepted_media_type: str | None = None, renderer_context: dict[str, Any] | None = None
    ) -> bytes:
        from .tables import Table  # which loads Arrow, and every command loads this module

        assert renderer_context is not None
        return self.written(Table(data, renderer_context["view"].row_class()))

    def written(self, table: Table) -> bytes:
        raise NotImplementedError


class CsvRenderer(TableRenderer):
    """Texts that a spreadsheet would take for formulas have an apostrophe before them; numbers are numbers."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def written(self, table: Table) -> bytes:
        return table.as_csv()


class ParquetRenderer(TableRenderer):
    media_type = "application/vnd.apache.parquet"
    format = "parquet"

    def written(self, table: Table) -> bytes:
        return table.as_parquet()
