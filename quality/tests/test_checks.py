"""Settings of the rules that cannot do what they seem to are told, with what would."""

import pytest

from quality.checks import check_limits


@pytest.mark.parametrize(
    ("number", "overrides", "said"),
    [
        ("W005", {"DISABLED_CHECKS": ["stale", "unusual_overrond"]}, "DISABLED_CHECKS has 'unusual_overrond'"),
        ("W006", {"PRICE_LIMIT": 99}, "PRICE_LIMIT is 99"),
        ("W007", {"START_MOVED_MINUTES": 0}, "START_MOVED_MINUTES is 0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(settings, number, overrides, said):
    for name, value in overrides.items():
        setattr(settings, name, value)
    (found,) = check_limits(None)
    assert found.id == f"quality.{number}"
    assert said in found.msg


def test_a_misspelt_type_is_answered_with_the_nearest(settings):
    settings.DISABLED_CHECKS = ["unusual_overrond"]
    assert check_limits(None)[0].hint == "Do you mean unusual_overround?"


def test_the_defaults_are_silent():
    assert check_limits(None) == []
