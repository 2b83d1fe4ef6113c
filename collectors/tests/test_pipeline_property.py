"""Whatever the order of arrival, the tables come out the same, and equal to the truth."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.pipeline import ingest, rebuild
from collectors.verification import verify
from events.models import Event
from odds.fingerprint import fingerprint
from odds.models import Odds
from quality.models import DataQualityLog

from .factories import NOON
from .histories import Step, histories, standing


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Step], list[list[Step]]]:
    """A history, and the same answers in batches of any order, some of them twice."""
    steps = draw(histories())
    arriving = draw(st.permutations(steps + draw(st.lists(st.sampled_from(steps), max_size=3))))
    cuts = sorted(draw(st.sets(st.integers(1, len(arriving)), max_size=3)))
    batches = [arriving[start:end] for start, end in zip([0, *cuts], [*cuts, len(arriving)], strict=True)]
    return steps, [batch for batch in batches if batch]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(arrivals(), st.integers(-1, 800))
def test_any_order_of_arrival_gives_the_same_tables(history, minutes):
    steps, batches = history
    in_order = stored_alone([steps])
    with transaction.atomic():
        for batch in batches:
            ingest([step.as_snapshot() for step in batch])
        assert everything() == in_order
        event = Event.objects.get()
        assert verify([event]).examples == []
        assert as_of(minutes) == truth(steps, minutes)
        rebuild(event.pk)
        assert everything() == in_order
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(histories())
def test_closing_is_the_last_snapshot_before_both_starts(steps):
    with transaction.atomic():
        ingest([step.as_snapshot() for step in steps])
        final_start = steps[-1].start
        before = [step.at for step in steps if step.at < step.start and step.at < final_start]
        assert Event.objects.get().closing_at == max(before, default=None)
        transaction.set_rollback(True)


def everything() -> tuple[str, list[tuple]]:
    """The fingerprint of the tables, and the faults that were found."""
    found = DataQualityLog.objects.filter(is_derived=True).order_by("fingerprint")
    columns = ("fingerprint", "severity", "issue_type", "bookmaker", "market", "outcome", "description", "first_seen",
               "last_seen", "occurrences", "ended_at")  # fmt: skip
    return fingerprint(), list(found.values_list(*columns))


def stored_alone(batches: list[list[Step]]) -> tuple[str, list[tuple]]:
    """What is in a database with these batches and nothing else."""
    with transaction.atomic():
        for batch in batches:
            ingest([step.as_snapshot() for step in batch])
        result = everything()
        transaction.set_rollback(True)
    return result


def as_of(minutes: int) -> set[tuple]:
    rows = Odds.objects.as_of(NOON + timedelta(minutes=minutes))
    return set(rows.values_list("bookmaker__key", "market__key", "price"))


def truth(steps: list[Step], minutes: int) -> set[tuple]:
    return {(*key, price) for key, (price, _) in standing(steps, NOON + timedelta(minutes=minutes)).items()}
