"""Commands as a person or a program calls them, and what they need to find."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from collectors.models import CreditPeriod

from .factories import book, event, h2h


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def answer(*args: str) -> Any:
    return json.loads(run(*args, "--json"))


def fails(*args: str) -> str:
    """The one line with which a command ends."""
    with pytest.raises(CommandError) as caught:
        run(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def make_period(**over: Any) -> CreditPeriod:
    fields = {"account": "sandbox", "started_at": timezone.now(), "used": 2, "remaining": 98, "seen_at": timezone.now()}
    return CreditPeriod.objects.create(**{**fields, **over})


def good_body(number: int = 0) -> bytes:
    return json.dumps([event(book("fanduel", h2h()), id=f"{number:032x}")]).encode()
