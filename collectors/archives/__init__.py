"""Archives of results and prices that others kept.

files ── reading: sbr_sheet, sbr_multibook, line_history, generic (with column_map) ──> games and problems
                                                                                          │
importing: placing (which event) ── results ── judging and untimed prices ── snapshots of prices with an instant
"""

from .reading import read_archive
from .records import ArchiveGame, ArchiveQuote

__all__ = ["ArchiveGame", "ArchiveQuote", "read_archive"]
