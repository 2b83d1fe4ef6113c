"""Which runs stood at many instants at once, and which snapshots spoke for them. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .tables import Integers, Runs, Snapshots, Vocabulary


class Instants:
    """Instants of events, in the order of event and time, among which rows are placed all at once.

    Times are compared by their rank among the instants, so that event and time make one number to search by.
    """

    def __init__(self, event: Integers, moment: Integers) -> None:
        self.event, self.moment = event, moment
        self._moments = np.unique(moment)
        self._keys = self._key(event, moment)

    def _key(self, event: NDArray[np.integer], time: Integers) -> Integers:
        """Rises with event and time; it is greater than that of an instant where it is later than the instant."""
        return event.astype(np.int64) * (len(self._moments) + 1) + np.searchsorted(self._moments, time)

    def standing(self, runs: Runs) -> tuple[Integers, Integers]:
        """Every pair of an instant and a run that stood then, as indexes; the pairs of one run by time."""
        begin, end = (np.searchsorted(self._keys, self._key(runs.event, time)) for time in (runs.start, runs.end))
        return pairs(begin, end)

    def newest(self, snapshots: Snapshots) -> Integers:
        """The index of each instant's newest snapshot at or before it; -1 where there is none."""
        if not len(snapshots):
            return np.full(len(self.event), -1)
        found = np.searchsorted(self._key(snapshots.event, snapshots.time), self._keys, side="right") - 1
        return np.where((found >= 0) & (snapshots.event[found] == self.event), found, -1)


def pairs(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Every member of the ranges [begin, end), each beside the index of its range."""
    count = end - begin
    ranges = np.repeat(np.arange(len(count)), count)
    return np.arange(len(ranges)) - np.repeat(np.cumsum(count) - count - begin, count), ranges


def speaking(
    snapshots: Snapshots,
    vocabulary: Vocabulary,
    newest: Integers,
    bookmaker: NDArray[np.int16],
    market: NDArray[np.int16],
    *,
    pre_match: bool = False,
) -> Integers:
    """Of each price the newest snapshot that asked for its book and market, and was pre-match if so wanted.

    `newest` is where to begin to look, going back in time; -1 where there is none, in it and in the answer.
    """
    found, blocks, live = newest.copy(), snapshots.blocks, snapshots.is_live
    open_ = np.flatnonzero(found >= 0)
    while len(open_):
        at = found[open_]
        silent = ~vocabulary.covers[snapshots.scope[at], bookmaker[open_], market[open_]]
        if pre_match:
            silent |= live[at]
        open_, before = open_[silent], blocks[at[silent]] - 1
        is_same_event = (before >= 0) & (snapshots.event[before] == snapshots.event[found[open_]])
        found[open_] = np.where(is_same_event, before, -1)
        open_ = open_[is_same_event]
    return found
