"""What is dear to work out and asked for by many: once in a while for each process."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache, caches
from django.http import HttpResponse
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.vary import vary_on_cookie
from rest_framework.request import Request
from rest_framework.response import Response

T = TypeVar("T")
View = Callable[..., HttpResponse]
LARGEST_ANSWER = 256 * 1024  # bytes: 200 of them are 50 MB in each process


def recent(name: str, seconds: float, make: Callable[[], T]) -> T:
    """What `make` gives, or gave under this name within the last so many seconds; anew each time if that is 0."""
    missing = object()
    known: T | object = cache.get(name, missing)
    if known is missing:
        known = make()
        cache.set(name, known, seconds)
    return known  # type: ignore[return-value]


def recent_page(view: View) -> View:
    """A page made once in `PAGE_SECONDS` for the same cookies and the same question. Nobody between may keep it.

    Who that is was asked when it was made: one whose session is ended elsewhere may see it for so long.
    """
    return cache_control(private=True)(cache_page(settings.PAGE_SECONDS, cache="answers")(vary_on_cookie(view)))


def recent_answer(request: Request, make: Callable[[], Response]) -> HttpResponse:
    """What `make` answers, made once in `PAGE_SECONDS` for the same question in the same format, whoever asks.

    For those known by then to be allowed to ask. Errors and answers above `LARGEST_ANSWER` are made each time.
    """
    if not settings.PAGE_SECONDS:
        return make()
    question = f"{request.build_absolute_uri()} {request.accepted_media_type}"
    answers, name = caches["answers"], sha256(question.encode()).hexdigest()
    known = answers.get(name)
    if known is not None:
        return HttpResponse(known[0], headers=known[1])

    def remember(made: Response) -> None:
        if made.status_code == 200 and len(made.content) <= LARGEST_ANSWER:
            answers.set(name, (made.content, dict(made.items())), settings.PAGE_SECONDS)

    response = make()
    response.add_post_render_callback(remember)
    return response
