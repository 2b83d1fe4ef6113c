"""How the minutes of each tier are read."""

import re

import pytest

from collectors.intervals import ordered_intervals, parse_intervals


def test_all_four_tiers_are_read_in_any_order():
    read = parse_intervals("imminent = 0.5, near=5,far=30,medium=15")
    assert list(read.items()) == [("far", 30), ("medium", 15), ("near", 5), ("imminent", 0.5)]


def test_tiers_may_be_alike():
    assert set(parse_intervals("far=5,medium=5,near=5,imminent=5").values()) == {5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is not tier=minutes with a tier of far, medium, near, imminent"),
        ("far=30,medium=15,near=5", "imminent missing; all of far, medium, near, imminent must be given"),
        ("far=30,soon=15", "'soon=15' is not tier=minutes"),
        ("far=30,medium", "'medium' is not tier=minutes"),
        ("far=30,far=30", "far is there twice"),
        ("far=30,medium=x", "medium='x' is no number of minutes"),
        ("far=30,medium=15,near=5,imminent=0", "imminent=0 is not above 0 minutes"),
        ("far=30,medium=15,near=-5,imminent=-6", "near=-5 is not above 0 minutes"),
        ("far=nan,medium=15,near=5,imminent=1", "far=nan is not above 0 minutes"),
        ("far=inf,medium=15,near=5,imminent=1", "far=inf is not above 0 minutes"),
        ("far=30,medium=31,near=5,imminent=1", "medium=31 is longer than far=30; nearer to the start"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(text, said):
    with pytest.raises(ValueError, match=re.escape(said)) as raised:
        parse_intervals(text)
    assert "\n" not in str(raised.value)


def test_a_tier_nobody_knows_is_refused_where_intervals_come_as_numbers():
    with pytest.raises(ValueError, match="soon: not among far, medium, near, imminent"):
        ordered_intervals({"far": 30, "medium": 15, "near": 5, "imminent": 1, "soon": 1})
