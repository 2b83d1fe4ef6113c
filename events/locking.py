"""What to do where two writers lock each other up: PostgreSQL ends one of them, and that one does it once more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

_P = ParamSpec("_P")
_R = TypeVar("_R")

# A deadlock; a transaction that could not be put in order.
AGAIN = ("40P01", "40001")


def once_more(transaction: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same, done a second time where the first fell to a deadlock. Only for what is a transaction by itself."""

    @wraps(transaction)
    def done(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return transaction(*args, **kwargs)
        except OperationalError as error:
            if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) not in AGAIN:
                raise
        return transaction(*args, **kwargs)

    return done
