"""Names no team has: letters that look alike or do not show, and texts that a careless program would carry out.

Each is given to the home team wherever the event names it, as if it were called so, and to the title of the bookmaker.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Literal

from msgspec import Raw

from .data_faults_places import Change, Place, literal

Spelling = Callable[[str], str | Raw]


def _called(spell: Spelling) -> Change:
    """The home team, and the title of the bookmaker where the answer has one, spelt like this."""

    def call(place: Place) -> None:
        _rename(place, spell, spell)
        for bookmaker in place.event.get("bookmakers", []):
            if bookmaker is place.bookmaker:
                bookmaker["title"] = spell(bookmaker["title"])

    return call


def _in_two_spellings(of_team: Spelling, of_outcomes: Spelling) -> Change:
    """The home team spelt one way by the event and another by its outcomes."""
    return lambda place: _rename(place, of_team, of_outcomes)


def _rename(place: Place, of_team: Spelling, of_outcomes: Spelling) -> None:
    event = place.event
    home = event["home_team"]
    event["home_team"] = of_team(home)
    markets = [market for bookmaker in event.get("bookmakers", []) for market in bookmaker["markets"]]
    named = [*(event.get("scores") or []), *(outcome for market in markets for outcome in market["outcomes"])]
    for part in named:
        if part["name"] == home:
            part["name"] = of_outcomes(home)


def _outcome_only(spell: Spelling) -> Change:
    return lambda place: place.outcome.update(name=spell(place.outcome["name"]))


def _with_accent(form: Literal["NFC", "NFD"]) -> Spelling:
    return lambda name: unicodedata.normalize(form, f"Montréal {name}")


def _full_width(name: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name)


def _instead(text: str) -> Spelling:
    return lambda name: text


CASES: dict[str, Change] = {
    "name_nfd": _in_two_spellings(_with_accent("NFC"), _with_accent("NFD")),
    "name_full_width": _outcome_only(_full_width),
    "name_case": _outcome_only(str.upper),
    "name_rtl": _called(lambda name: f"\u202e{name}"),
    "name_zero_width": _called(lambda name: f"\u200b{name}\u200d"),
    "name_emoji": _called(lambda name: f"{name} \U0001f3c0\U0001f469\u200d\U0001f469\u200d\U0001f467"),
    "name_endless": _called(lambda name: name + "!" * 10_000),
    "name_nul": _called(lambda name: f"{name}\0"),
    "name_surrogate": _called(lambda name: literal(f'"{name}\\ud83c"')),
    "name_empty": _outcome_only(_instead("")),
    "name_html": _called(_instead('<script>alert("1")</script>"><img src=x onerror=alert(1)>')),
    "name_template": _called(_instead("{{7*7}}{% debug %}${7*7}")),
    "name_mention": _called(_instead("@everyone **[x](http://elsewhere.invalid)**")),
    "name_formula": _called(_instead("=cmd|' /C calc'!A0")),
    "name_formula_full_width": _called(_instead("\uff1d1+1")),
    "name_formula_tab": _called(_instead("\t@SUM(1+1)\r+1")),
    "name_sql": _called(_instead("Robert'); DROP TABLE odds_odds;-- %s %(x)s")),
    "name_log": _called(_instead('A\nB\r{"level":"info"}\x1b[31m"')),
    "name_path": _called(_instead("../../etc/passwd\\CON")),
}
