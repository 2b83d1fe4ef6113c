"""What a run was to buy and what was found at its end, in words."""

import pytest

from collectors.backfill.wording import share_of, verification_rows, wish_rows

from .test_wish import WISH


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, "all games"),
        ({"rate": 0.3, "seed": 2}, "30 % of the games, seed 2"),
        ({"games": 1200, "seed": 1}, "1,200 games, seed 1"),
        ({"rate": 0.025, "seed": 1, "gaps": 3}, "2.5 % of the games, seed 1, gaps 3"),
        ({"stored_events": True}, "all games, stored events alone"),
    ],
)
def test_the_share_tells_runs_of_the_same_days_apart(parameters, told):
    assert share_of(parameters) == told


def test_a_stored_wish_is_told_in_rows():
    assert wish_rows(WISH.as_json()) == [
        ("Games", "all games"),
        ("Times", "open, 24h, close"),
        ("Markets", "h2h, spreads, totals"),
        ("Bookmakers", "pinnacle, fanduel"),
    ]


def test_a_tolerance_that_is_not_the_usual_is_told():
    assert ("Times", "24h within 30 min, close") in wish_rows({"moments": ["24h~30m", "close~10m"]})


def test_differences_come_first_and_what_is_empty_is_left_out():
    report = {
        "differences": 2, "examples": ["a differs", "b differs"], "wanted": 5_000, "there": 4_999, "planned": 3,
        "missing": {"1h": 1}, "accounted": 3, "games": 1_000, "per_team": {"Utah Jazz": 4, "Miami Heat": 2},
    }  # fmt: skip
    rows = verification_rows(report)
    assert rows[:3] == [("Differences", "2"), ("", "a differs"), ("", "b differs")]
    assert ("Instants there", "4,999 of 5,000") in rows
    assert ("Missing", "1h 1") in rows
    assert rows[-2:] == [("Games per team", "2 to 4"), ("", "Miami Heat 2, Utah Jazz 4")]
    assert [name for name, _ in verification_rows({})] == [
        "Differences",
        "Compared",
        "Purchases ended",
        "Instants there",
        "Games",
    ]
