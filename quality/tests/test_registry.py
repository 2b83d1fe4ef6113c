"""Every type of issue is found by somebody, by one alone, and by some test."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from quality import rules  # noqa: F401 - registers them
from quality.choices import IssueType
from quality.event_checks import LOOKED_FOR
from quality.readings import SEVERITIES
from quality.records import MarketQuotes, Movement, Sighting, Slate, Stamp
from quality.rules.registry import offer_rule, registered, rules_about

# Said once, when a key is first seen.
FIRST_SEEN = {IssueType.NEW_BOOKMAKER, IssueType.NEW_MARKET, IssueType.NEW_SPORT}
# The reader meets it as well: a field that is missing altogether.
BOTH = {IssueType.MISSING_FIELD}


def test_every_type_has_one_finder():
    finders = [registered().keys(), SEVERITIES.keys(), LOOKED_FOR, FIRST_SEEN]
    counts = {kind: sum(kind in each for each in finders) for kind in IssueType}
    assert counts == {kind: 2 if kind in BOTH else 1 for kind in IssueType}


def test_every_rule_looks_at_one_subject():
    by_subject = [rules_about(subject) for subject in (MarketQuotes, Movement, Stamp, Sighting, Slate)]
    assert sorted(map(len, by_subject)) == [2, 2, 3, 4, 8]
    assert {rule for found in by_subject for rule in found} == set(registered().values())


def test_a_second_rule_for_a_type_is_refused():
    with pytest.raises(ValueError, match="there is a rule for stale already"):
        offer_rule(IssueType.STALE)(lambda offer, thresholds: iter(()))


def test_a_disabled_type_has_no_rule():
    disabled = frozenset({"incomplete_market", "unknown_outcome"})
    assert len(rules_about(MarketQuotes, disabled)) == len(rules_about(MarketQuotes)) - 2


def test_every_rule_says_what_it_expects():
    assert [kind for kind, rule in registered().items() if not rule.__doc__] == []


@pytest.mark.parametrize("kind", IssueType)
def test_every_type_is_in_some_test(kind):
    """By its name or as the word in the log."""
    named = re.compile(rf"\bIssueType\.{kind.name}\b|[\"', ]{kind.value}\b")
    folders = [Path(settings.BASE_DIR) / app / "tests" for app in ("quality", "collectors")]
    tests = [path for folder in folders for path in folder.glob("test_*.py") if path.name != "test_recorded_quality.py"]
    assert any(named.search(path.read_text()) for path in tests), f"no test of {kind}"


def test_every_type_and_setting_is_in_the_list_of_rules():
    listed = (Path(settings.BASE_DIR) / "docs" / "quality-rules.md").read_text()
    assert [kind.value for kind in IssueType if f"`{kind.value}`" not in listed] == []
