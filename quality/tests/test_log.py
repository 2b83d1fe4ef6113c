"""The quality log: one fault is one row, whoever sees it and however often."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import Raw

from events.tests.factories import make_event
from quality.choices import IssueType, ReviewState, Severity
from quality.log import (
    LARGEST_COUNT,
    LONGEST_RAW,
    Observation,
    end_unseen,
    forget_derived,
    known_of,
    observe,
    write_derived,
)
from quality.models import DataQualityLog
from quality.records import Entry, Issue
from quality.review import decide

from .factories import SEEN, make_entry

pytestmark = pytest.mark.django_db

DRIFT, NO_RESULT = IssueType.SCHEMA_DRIFT, IssueType.NO_RESULT
NBA, NFL = "basketball_nba", "americanfootball_nfl"


def later(minutes: float):
    return SEEN + timedelta(minutes=minutes)


def drift(field: str = "outcome.colour", sport_key: str = NBA, **over: Any) -> Observation:
    issue = Issue(DRIFT, Severity.WARNING, f"unknown field {field}", (), field, {field: 1})
    return Observation(issue._replace(**over), sport_key)


def row(**of: Any) -> DataQualityLog:
    return DataQualityLog.objects.get(**of)


def life(**of: Any) -> tuple[Any, ...]:
    found = row(**of)
    return found.first_seen, found.last_seen, found.occurrences, found.ended_at


def test_what_is_seen_again_is_counted_and_told_once():
    assert len(observe([drift()], later(0))) == 1
    assert observe([drift()], later(10)) == []
    assert life() == (later(0), later(10), 2, None)


def test_the_same_twice_at_one_instant_counts_once():
    observe([drift(), drift()], later(0))
    observe([drift()], later(0))
    assert life() == (later(0), later(0), 1, None)


def test_what_came_before_makes_it_older_and_no_more():
    observe([drift()], later(10))
    observe([drift()], later(0))
    assert life() == (later(0), later(10), 1, None)


def test_another_field_or_sport_or_event_is_another_fault():
    event = make_event()
    seen = [drift(), drift("outcome.size"), drift(sport_key=NFL), drift()._replace(event=event)]
    assert len(observe(seen, later(0))) == DataQualityLog.objects.count() == 4
    assert row(event=event).sport_key == event.sport_key


def test_text_and_offending_part_are_as_last_seen():
    observe([drift()], later(0))
    observe([drift(text="unknown field, now a list", raw=[1])], later(10))
    assert (row().description, row().raw_data) == ("unknown field, now a list", [1])


def test_what_is_looked_for_and_not_seen_has_ended():
    observe([drift(), drift("outcome.size")], later(0))
    end_unseen([DRIFT], [NBA], [drift()], later(10))
    assert DataQualityLog.objects.standing().get().description == "unknown field outcome.colour"
    assert row(description="unknown field outcome.size").ended_at == later(10)


def test_other_sports_and_types_and_faults_of_events_do_not_end():
    observe([drift(sport_key=NFL), Observation(Issue(NO_RESULT, Severity.WARNING, "none"), NBA)], later(0))
    make_entry(issue_type=DRIFT, is_derived=True)
    end_unseen([DRIFT], [NBA], [], later(10))
    assert DataQualityLog.objects.standing().count() == 3


def test_what_this_answer_showed_in_another_part_stands():
    """An answer may come in several parts of one instant, of which one alone shows the fault."""
    observe([drift()], later(0))
    end_unseen([DRIFT], [NBA], [], later(0))
    assert row().stands


def test_an_older_answer_ends_nothing_and_revives_nothing():
    observe([drift()], later(10))
    end_unseen([DRIFT], [NBA], [], later(0))
    assert row().stands
    end_unseen([DRIFT], [NBA], [], later(20))
    observe([drift()], later(5))
    assert life() == (later(5), later(10), 1, later(20))


def test_what_comes_back_is_the_same_entry_and_stands_again():
    observe([drift()], later(0))
    end_unseen([DRIFT], [NBA], [], later(10))
    assert observe([drift()], later(20)) == []
    assert life() == (later(0), later(20), 2, None)


def found(**over: Any) -> Entry:
    fields: dict[str, Any] = {
        "fingerprint": "f" * 64,
        "type": IssueType.BOOKSUM_BELOW_ONE,
        "severity": Severity.ERROR,
        "bookmaker": "fanduel",
        "market": "h2h",
        "outcome": "",
        "description": "the implied probabilities add up to 0.9640",
        "raw": b'[{"name":"Boston Celtics","price":310}]',
        "first_seen": SEEN,
        "last_seen": SEEN,
        "is_touched": True,
    }
    return Entry(**{**fields, **over})


def write(event, *entries: Entry) -> list[DataQualityLog]:
    return write_derived({event.pk: entries}, {event.pk: event})


def test_entries_of_an_event_are_written_and_known_again():
    event = make_event()
    [new] = write(event, found(occurrences=3, ended_at=later(10)))
    assert (new.event, new.sport_key, new.is_derived, new.review) == (event, NBA, True, ReviewState.OPEN)
    [known] = known_of([event.pk])[event.pk].entries
    assert known == found(occurrences=3, ended_at=later(10), raw=None, is_touched=False)


def test_an_entry_seen_again_keeps_its_review_and_its_offending_part():
    event = make_event()
    write(event, found())
    decide([row()], ReviewState.ACKNOWLEDGED, reviewer=None, now=SEEN)
    assert write(event, found(raw=None, last_seen=later(10), occurrences=2, severity=Severity.WARNING)) == []
    assert life() == (SEEN, later(10), 2, None)
    assert (row().review, row().severity) == (ReviewState.ACKNOWLEDGED, Severity.WARNING)
    assert row().raw_data == [{"name": "Boston Celtics", "price": 310}]


def test_what_did_not_change_is_not_written():
    event = make_event()
    assert write(event, found(is_touched=False)) == []
    assert not DataQualityLog.objects.exists()


def test_writing_many_takes_as_many_queries_as_writing_one(django_assert_max_num_queries):
    event = make_event()
    entries = [found(fingerprint=f"{number:064x}", raw=None if number % 2 else b"{}") for number in range(50)]
    with django_assert_max_num_queries(5):
        assert len(write(event, *entries)) == 50


def test_a_count_that_never_stops_fits_its_column():
    write(make_event(), found(occurrences=2**40))
    assert row().occurrences == LARGEST_COUNT


def test_decisions_are_known_by_fingerprint():
    event = make_event()
    write(event, found(), found(fingerprint="e" * 64))
    DataQualityLog.objects.filter(fingerprint="e" * 64).update(review=ReviewState.DISMISSED)
    assert known_of([event.pk])[event.pk].decisions == {"f" * 64: ReviewState.OPEN, "e" * 64: ReviewState.DISMISSED}
    assert known_of([make_event().pk]) == {}


def test_what_is_not_found_any_more_goes_but_what_a_person_looked_at_only_ends():
    event = make_event()
    names = {"open": ReviewState.OPEN, "seen": ReviewState.ACKNOWLEDGED, "still": ReviewState.OPEN}
    for name, review in names.items():
        make_entry(event=event, fingerprint=name, review=review, is_derived=True, last_seen=later(10))
    reopened = make_entry(event=event, fingerprint="reopened", is_derived=True)
    reopened.reviews.create(state=ReviewState.OPEN, reviewed_at=later(20))
    make_entry(event=event, fingerprint="observed", is_derived=False)
    make_entry(event=make_event(), fingerprint="of another", is_derived=True)
    forget_derived(event.pk, {"still"})
    rows = dict(DataQualityLog.objects.values_list("fingerprint", "ended_at"))
    assert rows == {"seen": later(10), "still": None, "reopened": SEEN, "observed": None, "of another": None}


def test_text_is_made_storable():
    observe([drift(text="a\0b\ud800c")], later(0))
    assert row().description == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b'{"name": "a\\u0000b"}', {"name": "a\ufffdb"}),
        (b'{"name": "a\\\\u0000b"}', {"name": "a\\u0000b"}),  # a backslash and six letters
        (b'{"name": "\\ud800"}', {"name": "\ufffd"}),
        (Raw(b'[{"price": 1.910}]'), [{"price": 1.91}]),
        ({"price": -110, "name": "Böö"}, {"price": -110, "name": "Böö"}),
        (b"[]", []),
        (b"0", 0),
        ("text", "text"),
    ],
)
def test_offending_parts_are_kept_as_json(raw, kept):
    observe([drift(raw=raw)], later(0))
    assert row().raw_data == kept


@pytest.mark.parametrize("raw", [b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_told_instead(raw):
    observe([drift(raw=raw)], later(0))
    assert row().raw_data.startswith("not to be shown: ")


@pytest.mark.parametrize("raw", [b"[NaN, Infinity]", b"[1e400]", {"price": float("nan")}, b"[" + b"9" * 200_000 + b"]"])
def test_numbers_that_json_does_not_have_do_not_stop_the_log(raw):
    observe([drift(raw=raw)], later(0))
    assert row().raw_data is not None


def test_a_long_part_is_cut():
    observe([drift(raw=["x" * LONGEST_RAW])], later(0))
    assert len(row().raw_data) == LONGEST_RAW + 1
    assert row().raw_data.endswith("x…")
