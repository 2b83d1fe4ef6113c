"""What a strategy chooses, decision by decision or from whole boards at once; and what it had to decide on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from math import isnan

import numpy as np
from numpy.typing import NDArray

from events.wording import plural
from odds.choices import Side
from odds.lines import SIDES
from odds.markets import draw_in, has_draw

from .history import Board, Chosen, Decision, History
from .history.records import instant
from .records import Coverage, Proposal
from .strategies import BettingStrategy

# So many decisions are looked at together: their prices lie in memory at one time.
_AT_ONCE = 5_000


class Path(StrEnum):
    """How a strategy is asked. Both ways choose the same."""

    AUTO = "auto"  # set-based where the strategy has such a form
    SET_BASED = "set_based"
    ONE_BY_ONE = "one_by_one"


def propose(
    history: History,
    strategy: BettingStrategy,
    *,
    path: Path = Path.AUTO,
    max_age_minutes: float = 60.0,
    progress: Callable[[float], object] = lambda _: None,
) -> tuple[list[Proposal], Coverage]:
    """All that the strategy would bet on, in the order of decisions, and how far the data let it decide.

    `progress` is told the fraction of decisions looked at. Raises ValueError where the set-based way is asked for and
    the strategy has none.
    """
    if strategy.wants_hindsight:
        strategy = strategy.with_hindsight(history)
    decisions = history.decisions(strategy.decides)
    seen = _Seen(len(history.events), strategy, max_age_minutes)
    proposals: list[Proposal] = []
    for number, part in enumerate(_parts(decisions)):
        progress(number * _AT_ONCE / len(decisions))
        board = history.board(part)
        seen.add(board)
        chosen = None if path is Path.ONE_BY_ONE else strategy.choose(board)
        if chosen is not None:
            proposals += _of_board(board, chosen, strategy)
        elif path is Path.SET_BASED:
            raise ValueError(f"{strategy.name} has no set-based form: run it one_by_one")
        else:
            proposals += one_by_one(history, part, strategy)
    return proposals, seen.coverage(history)


def _parts(decisions: Sequence[Decision]) -> Iterator[Sequence[Decision]]:
    """Decisions some thousands at a time."""
    for start in range(0, len(decisions), _AT_ONCE):
        yield decisions[start : start + _AT_ONCE]


def one_by_one(history: History, decisions: Iterable[Decision], strategy: BettingStrategy) -> Iterator[Proposal]:
    """What the strategy answers to each of these decisions."""
    for decision in decisions:
        view = history.view(decision)
        for opportunity in strategy.opportunities(view):
            yield Proposal(
                event=decision.event,
                moment=view.moment,
                commence_time=view.event.commence_time,
                opportunity=opportunity,
            )


def _of_board(board: Board, chosen: Chosen, strategy: BettingStrategy) -> Iterator[Proposal]:
    decided = (board.decisions[number] for number in board.decision[chosen.rows].tolist())
    columns = chosen.probability.tolist(), chosen.edge.tolist()
    for decision, price, probability, edge in zip(decided, board.prices(chosen.rows), *columns, strict=True):
        opportunity = strategy.pick(price, probability=_known(probability), edge=_known(edge))
        yield Proposal(
            event=decision.event,
            moment=instant(decision.moment),
            commence_time=instant(decision.commence),
            opportunity=opportunity,
        )


def _known(value: float) -> float | None:
    """NaN as None."""
    return None if isnan(value) else value


class _Seen:
    """What the decisions of each event had to go by."""

    def __init__(self, events: int, strategy: BettingStrategy, max_age_minutes: float) -> None:
        self.strategy = strategy
        self.max_age_seconds = max_age_minutes * 60
        self.decided = np.zeros(events, bool)
        self.fresh = np.zeros(events, bool)  # at least once on prices that were not too old
        self.lines: dict[str, NDArray[np.bool_]] = {}  # market wanted, book needed: with a complete fresh line of it
        self.complete = np.zeros(events, bool)  # and with a complete line in each market wanted, of each book needed
        self.untimed = np.zeros(events, bool)

    def add(self, board: Board) -> None:
        event = np.array([decision.event for decision in board.decisions], np.int64)
        self.decided[event] = True
        if not len(board):
            return
        fresh = ~(board.age_seconds > self.max_age_seconds)  # an archive that tells no time has no age
        self.fresh[event[board.decision[fresh]]] = True
        self.untimed[event[board.decision[~board.is_timed]]] = True
        lines = _complete_lines(board, fresh)
        complete = lines.any(axis=(1, 2))
        for wanted, there in (
            *_of_each(self.strategy.markets, board.markets, np.asarray(lines.any(axis=2))),
            *_of_each(self.strategy.books_needed, board.bookmakers, self._at_books(board, lines)),
        ):
            self.lines.setdefault(wanted, np.zeros(len(self.fresh), bool))[event[there]] = True
            complete &= there
        self.complete[event[complete]] = True

    def _at_books(self, board: Board, lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Of each decision and book: whether its lines are complete in each market wanted, or in any if none is."""
        wanted = [number for number, market in enumerate(board.markets) if market in self.strategy.markets]
        return np.asarray(lines[:, wanted].all(axis=1) if self.strategy.markets else lines.any(axis=1))

    def coverage(self, history: History) -> Coverage:
        covered = self.fresh & self.complete
        results = np.array([bool(event.results) for event in history.events], bool)
        return Coverage(
            events=len(history.events),
            decided=int(self.decided.sum()),
            covered=int(covered.sum()),
            stale=int((self.decided & ~self.fresh).sum()),
            incomplete=int((self.fresh & ~self.complete).sum()),
            without_snapshot=int((~self.decided).sum()),
            without_result=int((~results).sum()),
            untimed=int((covered & self.untimed).sum()),
            notes=[
                f"{plural(count, 'event')} without a complete line of {wanted}"
                for wanted, there in self.lines.items()
                if (count := int((self.fresh & ~there).sum()))
            ],
        )


def _of_each(
    wanted: Sequence[str], names: Sequence[str], there: NDArray[np.bool_]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """For each name that is wanted whether it is there, row by row; the columns of `there` are `names`."""
    for each in wanted:
        yield each, there[:, names.index(each)] if each in names else np.zeros(len(there), bool)


def _complete_lines(board: Board, fresh: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a line has fresh prices of two sides or more, three with a draw: by decision, market and bookmaker."""
    rows = np.flatnonzero(fresh)
    away = board.side[rows] == SIDES.index(Side.AWAY)
    points = np.nan_to_num(np.where(away, -board.point[rows], board.point[rows]), nan=np.inf) + 0.0
    _, number = np.unique(points, return_inverse=True)
    shape = len(board.decisions), len(board.markets), len(board.bookmakers)
    by_number = *shape, int(number.max(initial=0)) + 1
    columns = board.decision[rows], board.market[rows], board.bookmaker[rows], number
    keys, sides = np.unique(np.ravel_multi_index(columns, by_number), return_counts=True)
    decision, market, book, _ = np.unravel_index(keys, by_number)
    needed = np.array([3 if has_draw(key, draw_in(board.sport_key)) else 2 for key in board.markets])
    complete = sides >= needed[market]
    lines = np.zeros(shape, bool)
    lines[decision[complete], market[complete], book[complete]] = True
    return lines
