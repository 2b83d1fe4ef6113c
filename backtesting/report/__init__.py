"""Stored runs as pages: what came of them, how sure that is, and what has to be said beside it."""

from .sheet import tear_sheet, write_tear_sheet

__all__ = ["tear_sheet", "write_tear_sheet"]
