"""What a run was to buy and what was found at its end, as people read it, pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.wording import plural

from .wish import Moment, parse_moments

Rows = list[tuple[str, str]]


def share_of(parameters: Mapping[str, Any]) -> str:
    """Which games: 'all games', '20 % of the games, seed 1', '40 games, seed 1', and the number of a look for gaps."""
    seed = f", seed {parameters.get('seed', 1)}"
    if rate := parameters.get("rate"):
        told = f"{rate * 100:g} % of the games{seed}"
    elif games := parameters.get("games"):
        told = f"{plural(games, 'game')}{seed}"
    else:
        told = "all games"
    stored = ", stored events alone" if parameters.get("stored_events") else ""
    gaps = f", gaps {parameters['gaps']}" if parameters.get("gaps") else ""
    return told + stored + gaps


def wish_rows(parameters: Mapping[str, Any]) -> Rows:
    """What was wanted, by the stored form of a wish."""
    moments = parse_moments(",".join(parameters["moments"])) if parameters.get("moments") else ()
    rows = [
        ("Games", share_of(parameters)),
        ("Times", ", ".join(_time(each) for each in moments)),
        ("Markets", ", ".join(parameters.get("markets", ()))),
        ("Bookmakers", ", ".join(parameters.get("bookmakers", ()))),
        ("Regions", "" if parameters.get("bookmakers") else ", ".join(parameters.get("regions", ()))),
    ]
    return [row for row in rows if row[1]]


def _time(moment: Moment) -> str:
    """'24h', and how far from it a snapshot may be where that is not the usual."""
    (usual,) = parse_moments(moment.name)
    minutes = moment.within.total_seconds() / 60
    return moment.name if moment.within == usual.within else f"{moment.name} within {minutes:g} min"


def verification_rows(report: Mapping[str, Any]) -> Rows:
    """What was compared at the end of a run, and what differs."""

    def count(name: str) -> str:
        return f"{report.get(name, 0):,}"

    without = f", {count('without_result')} of them without a result" if report.get("without_result") else ""
    compared = f"{count('answers_rehashed')} answers, {count('snapshots_compared')} snapshots"
    teams: dict[str, int] = report.get("per_team", {})
    rows = [
        ("Differences", count("differences") if report.get("differences") else "none"),
        *(("", example) for example in report.get("examples", ())),
        ("Compared", f"{compared}, {count('price_points')} price points"),
        ("Purchases ended", f"{count('accounted')} of {count('planned')}"),
        ("Instants there", f"{count('there')} of {count('wanted')}"),
        ("Missing", _counted(report.get("missing", {}))),
        ("Games", count("games") + without),
        ("Games per team", f"{min(teams.values())} to {max(teams.values())}" if teams else ""),
        ("", _counted(dict(sorted(teams.items(), key=lambda each: (each[1], each[0]))))),
    ]
    return [row for row in rows if row[1]]


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())
