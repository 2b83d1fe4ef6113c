"""What else runs in the scheduler's process, beside collecting and never in its way.

It belongs to parts of the whole that this app may not import; they register here when the project starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

Companion = Callable[[], AbstractContextManager[object]]
"""Makes one that works, in threads of its own, from entering to leaving."""

_companions: list[Companion] = []


def register(companion: Companion) -> None:
    if companion not in _companions:
        _companions.append(companion)


@contextmanager
def accompanied() -> Iterator[None]:
    with ExitStack() as stack:
        for companion in _companions:
            stack.enter_context(companion())
        yield
