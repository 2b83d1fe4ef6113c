"""Which row a decision knew though it came later, found by rewriting fewer and fewer of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from odds.store import refresh_closing

from .cutting import CUT
from .parts import (
    ARCHIVE_PRICE,
    FACTS,
    LISTING,
    PRICE,
    PRICE_END,
    SCORE,
    SNAPSHOT,
    START,
    TIMES,
    LateRow,
    Part,
)
from .records import Leak
from .rewriting import Rewriting
from .scrambling import SCRAMBLED
from .shadow import undone

# What is suspected first.
_PARTS = (PRICE, ARCHIVE_PRICE, SCORE, START, SNAPSHOT, PRICE_END, FACTS, TIMES, LISTING)
# What is made up may by chance lead to the same decision. Of a pair of seeds one moves up what the other moves down.
_PAIRS = 2

Differs = Callable[[], bool]
"""Whether the decision is another on what the database says now."""


def trace(moment: datetime, event_id: str, differs: Differs, *, seed: int) -> Leak | None:
    """The smallest part of what was not known at `moment` whose rewriting alone changes the decision.

    What came later of the event itself is suspected before all else: row by row, then all of it. Takes dozens of
    repetitions; None if nothing of one kind does alone.
    """
    leak = _single(moment, event_id, differs, seed, of_it=True)
    return leak or _all_of(moment, event_id, differs, seed) or _single(moment, event_id, differs, seed, of_it=False)


def _single(moment: datetime, event_id: str, differs: Differs, seed: int, *, of_it: bool) -> Leak | None:
    for part in _PARTS:
        suspects = part.rows(moment, event_id, of_it=of_it)
        for changes in _ways(part, moment, differs, seed) if suspects else ():
            if found := _narrowed(suspects, changes):
                return Leak(found[0].event_id, part.called(found[0], moment), len(found))
    return None


def _all_of(moment: datetime, event_id: str, differs: Differs, seed: int) -> Leak | None:
    """Everything that came later of the event, where no kind alone will do."""
    late = {part: part.rows(moment, event_id, of_it=True) for part in SCRAMBLED.statements}
    with undone():
        for part, rows in late.items():
            SCRAMBLED.rewrite(part, moment, seed=seed, ids=[row.id for row in rows])
        refresh_closing({row.event for rows in late.values() for row in rows})
        if differs():
            return Leak(event_id, "what came later of the event, of several kinds")
    return None


Tried = Callable[[Sequence[LateRow]], bool]
"""Whether the decision is another once these rows are rewritten."""


def _ways(part: Part, moment: datetime, differs: Differs, seed: int) -> Iterator[Tried]:
    """The ways to rewrite late rows of a part."""
    pairs = [each for pair in range(_PAIRS) for each in (seed + 2 * pair, seed + 2 * pair ^ 1)]
    for rewriting, seeds in ((SCRAMBLED, pairs), (CUT, [seed])):
        if part in rewriting.statements:
            yield from (partial(_changes, rewriting, part, moment, differs, each) for each in seeds)


def _changes(
    rewriting: Rewriting, part: Part, moment: datetime, differs: Differs, seed: int, rows: Sequence[LateRow]
) -> bool:
    with undone():
        rewriting.rewrite(part, moment, seed=seed, ids=[row.id for row in rows])
        if part is not FACTS:  # the closing time is one: elsewhere it follows from starts and snapshots
            refresh_closing({row.event for row in rows})
        return differs()


def _narrowed(rows: Sequence[LateRow], changes: Tried) -> Sequence[LateRow]:
    """The fewest of these rows that halving leads to; none if all together change nothing."""
    if not rows or not changes(rows):
        return []
    while len(rows) > 1:
        half = len(rows) // 2
        smaller = next((part for part in (rows[:half], rows[half:]) if changes(part)), None)
        if smaller is None:
            return rows
        rows = smaller
    return rows
