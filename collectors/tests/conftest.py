"""A provider to collect from, a clock to set, and a gate between: real sockets, real PostgreSQL, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import copy
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest

from collectors.gate import Gate, Terms
from collectors.sandbox.clock import Clock
from collectors.sandbox.server import Sandbox
from collectors.the_odds_api.client import Client

EVENING = datetime(2026, 1, 14, 22, 0, 0, tzinfo=UTC)
QUOTA = 20_000


class Stage:
    """A sandbox, the clock that it shares with the gates, and what they slept."""

    def __init__(self, sandbox: Sandbox, clock: Clock, folder: Path, key: str) -> None:
        self.sandbox, self.clock = sandbox, clock
        self.slept: list[float] = []
        self.terms = Terms(base_url=sandbox.url, key=key, quota=QUOTA, reserve_fraction=0.02, spool=folder / "spool")
        self.client: dict[str, Any] = {"read_timeout": 20.0, "deadline": 30.0}  # however busy the machine is

    def gate(self) -> Gate:
        client = Client(self.terms.base_url, self.terms.key, clock=self.clock, **self.client)
        return Gate(
            self.terms, clock=self.clock, sleep=self.sleep, chance=Random(1), client=client, calls_per_second=inf
        )

    def sleep(self, seconds: float) -> None:
        """Waiting costs nothing but time on this stage's clock."""
        self.slept.append(seconds)
        self.clock.set(self.clock() + timedelta(seconds=seconds), speed=0)

    def elsewhere(self, terms: Terms) -> Stage:
        """The same, with gates on other terms."""
        other = copy(self)
        other.terms = terms
        return other

    def at(self, moment: datetime) -> None:
        self.clock.set(moment, speed=0)

    @property
    def charged(self) -> int:
        """What the provider says that it charged: the oracle."""
        return int(self.sandbox.ledger.used(self.clock()))


@pytest.fixture
def set_stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    opened: list[AbstractContextManager] = []

    def make(at: datetime = EVENING, key: str = "sandbox", **options: Any) -> Stage:
        clock = Clock(at, speed=0)
        sandbox = Sandbox(**{"clock": clock, "quota": QUOTA, "rate_limit": 100_000, "keys": (key,), **options})
        opened.append(sandbox)
        return Stage(sandbox.__enter__(), clock, tmp_path, key)

    yield make
    for sandbox in reversed(opened):
        sandbox.__exit__(None, None, None)


@pytest.fixture
def stage(set_stage: Callable[..., Stage]) -> Stage:
    return set_stage()
