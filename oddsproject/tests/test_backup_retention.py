"""Which backups are kept. No database, no files."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oddsproject.backups.retention import Keep, kept, parse_keep

NIGHT = datetime(2026, 1, 14, 3, tzinfo=UTC)  # a Wednesday
USUAL = Keep(7, 4, 12)


def nights(number):
    return [NIGHT - timedelta(days=ago) for ago in range(number)]


def test_the_last_seven_days_stay():
    assert set(nights(7)) <= kept(nights(30), USUAL)
    assert NIGHT - timedelta(days=7) not in kept(nights(30), Keep(7, 0, 0))


def test_of_each_week_the_newest_stays():
    stay = sorted(kept(nights(30), Keep(1, 4, 0)), reverse=True)
    assert [f"{time:%a %d %b}" for time in stay] == ["Wed 14 Jan", "Sun 11 Jan", "Sun 04 Jan", "Sun 28 Dec"]


def test_of_each_month_the_newest_stays():
    stay = sorted(kept(nights(90), Keep(1, 0, 3)), reverse=True)
    assert [f"{time:%d %b}" for time in stay] == ["14 Jan", "31 Dec", "30 Nov"]


def test_of_several_of_a_day_all_stay_for_a_day_and_then_the_newest():
    times = [NIGHT + timedelta(hours=hour) for hour in range(5)]
    assert kept(times, USUAL) == set(times)
    next_night = NIGHT + timedelta(days=1, hours=3)
    assert kept([*times, next_night], USUAL) == {next_night, times[4]}


def test_days_without_a_backup_do_not_count():
    old = [NIGHT - timedelta(days=400 + ago) for ago in range(7)]
    assert set(old) <= kept(old, USUAL)


def test_removing_every_night_leaves_a_year_in_few():
    """What is removed early must not be missed later: weeks and months are picked from what the nights before left."""
    stay = set()
    for night in reversed(nights(800)):
        stay = kept({*stay, night}, USUAL)
    assert len(stay) == 20  # some are the newest of a week or a month as well as of a day
    assert min(stay) == datetime(2025, 2, 28, 3, tzinfo=UTC)


TIMES = st.sets(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), max_size=60)  # noqa: DTZ001


@given(TIMES, st.builds(Keep, st.integers(1, 9), st.integers(0, 9), st.integers(0, 12)))
def test_the_newest_stays_and_what_stays_once_stays_again(times, keep):
    stay = kept(times, keep)
    assert stay <= times
    by_hand = {time for time in times if max(times) - time < timedelta(days=1)}
    assert by_hand <= stay
    assert len(stay - by_hand) <= keep.daily + keep.weekly + keep.monthly
    assert not times or max(times) in stay
    assert kept(stay, keep) == stay


@pytest.mark.parametrize("text", ["", "7", "7,4", "7,4,12,1", "7,4,x", "-1,4,12", "0,4,12", "7,,12", "99999,1,1"])
def test_what_says_nothing_of_the_kind_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match=r"^'.*' (is not how many|keeps nothing)"):
        parse_keep(text)


def test_blanks_do_not_matter():
    assert parse_keep(" 7, 4,12 ") == USUAL
    assert str(USUAL) == "7,4,12"
