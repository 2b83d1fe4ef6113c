"""The whole product under load: 5 million price points stored, collection running, pages and API asked steadily.

Requests leave at their instants whether or not earlier ones were answered, as they do from many readers, and each is
timed from its instant: what waits for others counts as slow.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from .recording import Recording

ROOT = Path(__file__).resolve().parent.parent
# 240 games, each looked at 350 times at ten bookmakers.
STORED = Recording(240, 350)
PORT = 8_799
READERS = 48  # requests that may wait at once
# How often each address is asked, of 100. {stored} is a game of the recording, {coming} one that is being collected.
MIX = {
    "/": 8,
    "/events/": 4,
    "/events/?past=1": 2,
    "/events/{coming}/": 5,
    "/events/{stored}/?show=closing": 2,
    "/events/{coming}/movement/?market=h2h": 3,
    "/opportunities/": 2,
    "/quality/": 1,
    "/collecting/": 3,
    "/backtests/": 2,
    "/api/v1/events": 12,
    "/api/v1/events/{coming}": 10,
    "/api/v1/events/{coming}/odds": 12,
    "/api/v1/events/{stored}/odds?as_of=2025-10-22T12:00:00Z": 10,
    "/api/v1/events/{coming}/best-odds": 8,
    "/api/v1/events/{stored}/closing-lines": 4,
    "/api/v1/events/{stored}/line-movement?market=h2h": 2,
    "/api/v1/opportunities": 1,
    "/api/v1/quality/entries": 3,
    "/api/v1/status": 3,
    "/api/v1/credits": 3,
}


@dataclass
class Times:
    """Milliseconds from the instant at which a request was due to its answer's last byte, by address."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def share(self, part: float, address: str | None = None) -> float:
        """The time within which this part of the requests was answered."""
        times = sorted(self.taken[address] if address else [each for some in self.taken.values() for each in some])
        return times[min(len(times) - 1, int(part * len(times)))]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second (100)")
    parser.add_argument("--seconds", type=int, default=60, help="for so long (60)")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "load"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.update(
        VAR_DIR=str(folder), DATABASE_URL="", DJANGO_SETTINGS_MODULE="oddsproject.settings", LOG_LEVEL="WARNING",
        SANDBOX_PORT=str(PORT + 1), ODDS_API_KEY="", API_USER_RATE="1000000/minute", BACKUP_DAILY="false",
    )  # fmt: skip
    try:
        json.dump(measure(folder, arguments.rate, arguments.seconds), sys.stdout, indent=2)
        print()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, rate: float, length: int) -> dict[str, Any]:
    """The figures, with collection going on meanwhile."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from oddsproject.embedded_postgres.registry import leave_all

    from .figures import execute, load

    call_command("migrate", verbosity=0)
    load(STORED, folder)
    execute("ANALYZE")
    headers = _login()
    with (folder / "run.log").open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "manage.py", "run", "--port", str(PORT)], cwd=ROOT, stdout=output, stderr=output
        )
        try:
            games = _games()
            _ask_once(headers, games)
            before = _fetches()
            times = _ask(headers, games, rate, length)
            after = _fetches()
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)
    connection.close()
    leave_all()
    return _document(times, rate, length, [each for each in after if each not in before])


def _login() -> dict[str, str]:
    """Headers of somebody who is known: to pages by a session, to the API by a token."""
    from django.contrib.auth.models import User
    from django.test import Client
    from rest_framework.authtoken.models import Token

    client, user = Client(), User.objects.create_superuser("reader")
    client.force_login(user)
    token = Token.objects.create(user=user)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}", "Authorization": f"Token {token.key}"}


def _games() -> dict[str, list[str]]:
    """The stored games, and those that are being collected once the first answer is stored."""
    from django.utils import timezone

    from events.models import Event

    now = timezone.now()
    coming = Event.objects.filter(commence_time__gt=now, odds__isnull=False).distinct()
    deadline = time.monotonic() + 120
    while not coming.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("nothing was collected within two minutes; see run.log")
        time.sleep(1)
    stored = Event.objects.filter(commence_time__lt=now)
    return {
        name: list(found.values_list("api_id", flat=True)) for name, found in (("stored", stored), ("coming", coming))
    }


def _addresses(games: dict[str, list[str]], chance: Random) -> tuple[str, str]:
    (kind,) = chance.choices(list(MIX), list(MIX.values()))
    return kind, kind.format(**{name: chance.choice(ids) for name, ids in games.items()})


def _ask_once(headers: dict[str, str], games: dict[str, list[str]]) -> None:
    """Each address before anything is timed: what is loaded once is loaded, and what is wrong is seen.

    Over several connections, which the server's processes share.
    """
    ids = {name: found[0] for name, found in games.items()}
    for kind in MIX:
        times, address = Times(), kind.format(**ids)
        with ThreadPoolExecutor(8) as readers:
            for _ in range(8):
                readers.submit(_time, kind, address, time.perf_counter(), headers, times)
        if times.wrong:
            raise RuntimeError(times.wrong[0])
        _time(kind, address, time.perf_counter(), headers, times)
        print(f"{max(times.taken[kind]):7.1f} ms first, {times.taken[kind][-1]:5.1f} again  {kind}", file=sys.stderr)


def _ask(headers: dict[str, str], games: dict[str, list[str]], rate: float, length: int) -> Times:
    times, chance = Times(), Random(7)
    begin = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        for number in range(int(rate * length)):
            due = begin + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            readers.submit(_time, *_addresses(games, chance), due, headers, times)
    return times


_own = threading.local()


def _time(kind: str, address: str, due: float, headers: dict[str, str], times: Times) -> None:
    if not hasattr(_own, "connection"):
        _own.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    try:
        try:
            status = _status(address, headers)
        except http.client.RemoteDisconnected:  # kept open too long: any client begins anew
            _own.connection.close()
            status = _status(address, headers)
        if status != 200:
            times.wrong.append(f"{status} {address}")
    except (OSError, http.client.HTTPException) as error:
        _own.connection.close()
        times.wrong.append(f"{type(error).__name__} {address}")
    times.taken[kind].append(1_000 * (time.perf_counter() - due))


def _status(address: str, headers: dict[str, str]) -> int:
    _own.connection.request("GET", address, headers=headers)
    answer = _own.connection.getresponse()
    answer.read()
    return int(answer.status)


def _fetches() -> list[tuple[Any, str, int]]:
    """The instants at which odds were due, how each ended, and how many before it were missed."""
    from collectors.choices import Job
    from collectors.models import JobTick

    return list(JobTick.objects.filter(job=Job.FETCH_ODDS).order_by("tick").values_list("tick", "state", "missed"))


def _document(times: Times, rate: float, length: int, fetches: list[tuple[Any, str, int]]) -> dict[str, Any]:
    by_address = sorted(MIX, key=lambda address: -times.share(0.99, address))
    return {
        "what": f"pages and API at {rate:g} requests a second for {length} s, with {STORED.price_points:,} price points"
        " stored and collection running",
        "requests": sum(map(len, times.taken.values())),
        "wrong": len(times.wrong),
        "first_wrong": times.wrong[:3],
        "p50_ms": round(times.share(0.5), 1),
        "p99_ms": round(times.share(0.99), 1),
        "goal": "p99 <= 250 ms, no fetch missed",
        "fetches": [f"{tick:%H:%M:%S} {state}" for tick, state, _ in fetches],
        "fetches_missed": sum(missed for *_, missed in fetches),
        "by_address_ms": {
            address: {"p50": round(times.share(0.5, address), 1), "p99": round(times.share(0.99, address), 1)}
            for address in by_address
        },
    }


if __name__ == "__main__":
    main()
