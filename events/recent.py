"""What is dear to work out and asked for by many: once in a while for each process."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

T = TypeVar("T")
View = Callable[..., HttpResponse]
LARGEST_ANSWER = 256 * 1024  # bytes: 200 of them are 50 MB in each process
# The locks of what is being made, by name, for as long as anybody makes it or waits for it.
_being_made: WeakValueDictionary[str, Lock] = WeakValueDictionary()
_locks = Lock()


class _Kept(NamedTuple):
    value: Any
    fresh_until: float  # of the monotonic clock
    is_each_time: bool = False  # there is no value: it is made for everybody who asks


def recent(
    name: str,
    seconds: float,
    make: Callable[[], T],
    *,
    cache: str = "default",
    is_kept: Callable[[T], bool] = lambda made: True,
) -> T:
    """What `make` gives, or gave under this name within the last so many seconds; anew each time if that is 0.

    One thread makes it. Meanwhile others get what was made before, unless it is twice as old; if there is nothing, they
    wait. What `is_kept` denies is made by everybody for a while, who then wait for nobody.
    """
    if not seconds:
        return make()
    known = caches[cache]
    kept: _Kept | None = known.get(name)
    lock = _lock_of(name)
    if (kept is None or not _is_fresh(kept)) and lock.acquire(blocking=kept is None):
        try:
            kept = known.get(name)
            if kept is None or not _is_fresh(kept):
                made, until = make(), time.monotonic() + seconds
                known.set(name, _Kept(made, until) if is_kept(made) else _Kept(None, until, True), 2 * seconds)
                return made
        finally:
            lock.release()
    assert kept is not None  # whoever found nothing waited for the lock
    return make() if kept.is_each_time else kept.value


def _lock_of(name: str) -> Lock:
    with _locks:
        return _being_made.setdefault(name, Lock())


def recent_page(view: View) -> View:
    """A page made once in `PAGE_SECONDS` for the same cookies and the same question. Nobody between may keep it.

    Who that is was asked when it was made: one whose session is ended elsewhere may see it for so long.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **keys: Any) -> HttpResponse:
        cookies = request.headers.get("Cookie", "")
        shown = recent_answer(request, lambda: view(request, *args, **keys), cookies)
        patch_cache_control(shown, private=True)
        return shown

    return page


def recent_answer(request: HttpRequest, make: Callable[[], HttpResponse], *differs_by: str) -> HttpResponse:
    """What `make` answers, rendered, made once in `PAGE_SECONDS` for the same address and what else it differs by.

    Errors, answers above `LARGEST_ANSWER`, and what is asked for with `Cache-Control: no-cache`, are made each time.
    """
    if "no-cache" in request.headers.get("Cache-Control", ""):
        return make()
    question = repr((request.method, request.build_absolute_uri(), *differs_by))
    name = sha256(question.encode()).hexdigest()
    return recent(name, settings.PAGE_SECONDS, make, cache="answers", is_kept=_is_small_answer)


def _is_fresh(kept: _Kept) -> bool:
    return time.monotonic() < kept.fresh_until


def _is_small_answer(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and not answer.cookies and len(answer.content) <= LARGEST_ANSWER
