from __future__ import annotations

import json
import os
import signal
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django_rich.management import RichCommand

from ...sandbox.clock import FASTEST, Clock
from ...sandbox.server import Sandbox


class Command(RichCommand):
    help = "Serve The Odds API v4 on this machine, with a made-up league: no key, no cost, and faults on request."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s, this machine only")
        parser.add_argument("--port", type=int, default=settings.SANDBOX_PORT, help="default: SANDBOX_PORT")
        parser.add_argument("--seed", type=int, default=1, help="another seed is another league; default: %(default)s")
        parser.add_argument("--quota", type=int, default=settings.ODDS_API_QUOTA, help="default: ODDS_API_QUOTA")
        parser.add_argument(
            "--key", action="append", metavar="KEY", help="a key to accept, repeatable; default: sandbox"
        )
        parser.add_argument(
            "--start", type=_instant, metavar="ISO", help="the sandbox's time to begin with; default: now"
        )
        parser.add_argument(
            "--speed", type=_number, default=1.0, help="seconds of its time a second; default: %(default)s"
        )
        parser.add_argument("--rate-limit", type=int, default=30, help="requests a second; default: %(default)s")
        parser.add_argument("--latency", type=_number, default=0.0, help="seconds added to every answer")
        parser.add_argument("--free-plan", action="store_true", help="no history, and not every bookmaker")
        parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="recorded answers to play back")
        parser.add_argument("--fault", type=_fault, action="append", metavar="JSON", help="a fault, repeatable")

    def handle(self, *, fault: list[dict[str, Any]] | None, **options: Any) -> None:
        # Asked to stop while still starting, it stops as well.
        stopping = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        with _sandbox(**options) as sandbox:
            try:
                sandbox.faults.add_from(fault or [])
            except ValueError as error:
                raise CommandError(f"--fault: {error}") from error
            line = (
                f"sandbox at [bold]{sandbox.url}[/bold], its time {sandbox.clock():%Y-%m-%d %H:%M} UTC; Ctrl-C stops it"
            )
            self.console.print(line, highlight=False, soft_wrap=True)
            stopping.wait()


def _sandbox(
    *,
    host: str,
    port: int,
    start: datetime | None,
    speed: float,
    key: list[str] | None,
    latency: float,
    replay: list[Path] | None,
    **options: Any,
) -> Sandbox:
    """The sandbox asked for, its port claimed. Raises CommandError."""
    names = ("seed", "quota", "rate_limit", "free_plan")
    try:
        return Sandbox(
            host=host,
            port=port,
            clock=Clock(start, speed),
            keys=key or ("sandbox",),
            latency_seconds=latency,
            recordings=replay,
            reset_day=settings.QUOTA_RESET_DAY,
            ledger_path=settings.VAR_DIR / "sandbox" / "ledger.jsonl",
            **{name: options[name] for name in names},
        )
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        named = getattr(error, "filename", None)
        raise CommandError(f"cannot use {named or f'{host}:{port}'}: {reason}") from error
    except ValueError as error:
        raise CommandError(str(error)) from error


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is no instant; write it as 2026-01-15T00:30:00Z") from None


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= FASTEST:
        raise ArgumentTypeError(f"{text!r} is no number from 0 to {FASTEST:,}")
    return number


def _fault(text: str) -> dict[str, Any]:
    try:
        fault = json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"no JSON: {error}") from None
    if not isinstance(fault, dict):
        raise ArgumentTypeError('a fault is an object such as {"kind": "status", "status": 503, "times": 2}')
    return fault
