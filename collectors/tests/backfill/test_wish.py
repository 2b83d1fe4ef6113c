"""What can be asked of a backfill."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from collectors.backfill.wish import Wish, parse_moments
from collectors.the_odds_api.endpoints import Wanted

WISH = Wish(
    sport_key="basketball_nba",
    start=date(2026, 1, 1),
    end=date(2026, 1, 31),
    moments=parse_moments("open,24h,close"),
    wanted=Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle", "fanduel")),
)


def minutes(text: str) -> list[tuple[str, float | None, float]]:
    minute = timedelta(minutes=1)
    return [(each.name, each.before and each.before / minute, each.within / minute) for each in parse_moments(text)]


def test_times_have_a_tolerance_of_their_own():
    assert minutes("open,24h,3h,1h,close") == [
        ("open", None, 360), ("24h", 1440, 180), ("3h", 180, 90), ("1h", 60, 30), ("close", None, 10),
    ]  # fmt: skip


def test_a_tolerance_can_be_given():
    assert minutes(" 3h~30m, close~5m ,open~2h,2d~1h,") == [
        ("3h", 180, 30), ("close", None, 5), ("open", None, 120), ("2d", 2880, 60),
    ]  # fmt: skip


def test_a_tolerance_never_reaches_beyond_the_start():
    assert minutes("10m~1h") == [("10m", 10, 10)]


@pytest.mark.parametrize("text", ["", ",", "opening", "24", "-1h", "24h~", "close~0m", "h", "24h 3h"])
def test_what_is_no_time_is_refused_with_the_value(text):
    with pytest.raises(ValueError, match=r"no time|within 0") as raised:
        parse_moments(text)
    assert len(str(raised.value).splitlines()) == 1


def test_a_wish_is_the_same_after_being_stored():
    assert Wish.from_json(WISH.as_json()) == WISH
    assert Wish.from_json(WISH.as_json()).digest == WISH.digest


@pytest.mark.parametrize(
    "other",
    [
        {"sport_key": "basketball_wnba"},
        {"end": date(2026, 2, 1)},
        {"seed": 2},
        {"games": 10},
        {"rate": 0.2},
        {"gaps": 1},
        {"stored_events": True},
        {"moments": parse_moments("open,24h,close~5m")},
        {"wanted": Wanted(markets=("h2h",), bookmakers=("pinnacle", "fanduel"))},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_wish_is_another_run(other):
    assert replace(WISH, **other).digest != WISH.digest


def test_a_purchase_asks_for_whole_seconds_and_costs_ten_times_the_markets():
    call = WISH.call(datetime(2026, 1, 14, 0, 9, 59, tzinfo=UTC))
    assert call.parameters["date"] == "2026-01-14T00:09:59Z"
    assert call.cost == 30
