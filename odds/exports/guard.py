"""Text that a spreadsheet would take for a formula, made harmless. Pure.

Which cells are text is told by the type of their column, never by their first character: -110 is a price.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# What a formula begins with, in ASCII, in full width and in the small forms, and what spreadsheets pass over first.
RISKY = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫"
_PATTERN = f"^[{RISKY.replace('-', '')}-]"


def guarded(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same texts, with an apostrophe before those that begin like a formula; nulls stay null."""
    risky = pc.match_substring_regex(texts, _PATTERN)
    return pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
