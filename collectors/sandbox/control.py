"""How other processes steer a sandbox: its ledger, truth, results, faults and clock, under /_sandbox/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from .api import Answer
from .clock import Clock
from .kinds import KINDS
from .scores import score
from .sports import DAY, SPORTS
from .times import iso
from .truth import final_score, truth

if TYPE_CHECKING:
    from .server import Sandbox

PREFIX = "/_sandbox/"


def control(sandbox: Sandbox, method: str, path: str, parameters: Mapping[str, str], body: bytes) -> Answer:
    """What a request under the prefix is answered; refusals say what would have been right."""
    try:
        match method, path.removeprefix(PREFIX).rstrip("/"):
            case "GET", "ledger":
                return _json({**sandbox.ledger.totals(), "entries": sandbox.ledger.entries})
            case "GET", "truth":
                return _truth(sandbox, parameters)
            case "GET", "results":
                return _results(sandbox, parameters)
            case "GET", "faults":
                return _json({"kinds": list(KINDS)})
            case "POST", "faults":
                sandbox.faults.add_from(msgspec.json.decode(body, type=list[dict[str, Any]]))
            case "DELETE", "faults":
                sandbox.faults.clear()
            case "GET", "clock":
                pass
            case "POST", "clock":
                _set_clock(sandbox.clock, msgspec.json.decode(body, type=dict[str, Any]))
            case _:
                return _json({"message": "unknown; there are ledger, truth, results, faults and clock"}, 404)
    except ValueError as error:
        return _json({"message": str(error)}, 422)
    return _json({"at": sandbox.clock().isoformat(), "speed": getattr(sandbox.clock, "speed", None)})


def refused() -> Answer:
    return _json({"message": "only for programs on this machine"}, 403)


def _truth(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    game = sandbox.league.game(parameters.get("event", ""))
    if game is None:
        return _json({"message": "no event of this league"}, 404)
    at = _instant(parameters["at"]).timestamp() if "at" in parameters else sandbox.clock().timestamp()
    home, away = final_score(game)
    found = {
        **asdict(truth(game, at)),
        "at": iso(at),
        "home_team": game.home,
        "away_team": game.away,
        "fate": game.fate.value,
        "starts": [{"known_from": iso(known), "commence_time": iso(start)} for known, start in game.starts],
        "tipoff": iso(game.tipoff),
        "finished": iso(game.finished),
        "completed": score(game, at).completed,
        "final": {"home": home, "away": away} if game.is_played else None,
    }
    return _json(found)


def _results(sandbox: Sandbox, parameters: Mapping[str, str]) -> Answer:
    """How the games that began on these days in UTC ended, as the CSV that `import_results` takes."""
    sport = SPORTS.get(parameters.get("sport", ""))
    if sport is None or not {"start", "end"} <= parameters.keys():
        raise ValueError("sport, start and end are needed: ?sport=basketball_nba&start=2026-01-05&end=2026-01-18")
    first, last = (_midnight(parameters[name]) for name in ("start", "end"))
    lines = ["event_id,home_score,away_score"]
    for game in sandbox.league.between(sport, first, last + DAY):
        known = score(game, sandbox.clock().timestamp())
        if known.completed and first <= game.tipoff < last + DAY:
            lines.append(f"{game.id},{known.home},{known.away}")
    return Answer(200, "\n".join([*lines, ""]).encode(), headers={"Content-Type": "text/csv"})


def _midnight(day: str) -> float:
    return datetime.combine(date.fromisoformat(day), time(), UTC).timestamp()


def _set_clock(clock: object, wanted: dict[str, Any]) -> None:
    if not isinstance(clock, Clock):
        raise ValueError("this sandbox was given a clock of its own, which cannot be set")
    at, speed = wanted.get("at"), wanted.get("speed", clock.speed)
    if not isinstance(speed, int | float):
        raise ValueError(f"speed must be a number: {speed!r}")
    clock.set(clock() if at is None else _instant(at), speed)


def _instant(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _json(data: Any, status: int = 200) -> Answer:
    return Answer(status, msgspec.json.encode(data))
