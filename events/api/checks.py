"""Settings of the API that must not be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from .opening import not_local

HINT = "Set API_OPEN=false and make tokens (docs/api.md), or leave only localhost, 127.0.0.1 and [::1]."


@register(Tags.security)
def check_open(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return list(_open()) if settings.API_OPEN else []


def _open() -> Iterator[CheckMessage]:
    if others := not_local(settings.ALLOWED_HOSTS):
        problem = f"API_OPEN is on and ALLOWED_HOSTS has {', '.join(others)}: others could read without a login."
        yield Error(problem, hint=HINT, id="events.E001")
    if settings.HTTPS:
        problem = "API_OPEN is on and HTTPS says that visitors come through a proxy: all of them seem to be here."
        yield Error(problem, hint="Set API_OPEN=false and make tokens: docs/api.md.", id="events.E002")
