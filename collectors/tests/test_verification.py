"""Whatever is changed behind the back of the store, verification finds it."""

from datetime import timedelta

import pytest

from collectors.pipeline import ingest
from collectors.verification import verify
from events.models import Event
from odds.models import Odds

from .factories import NOON, book, event, h2h, snapshot

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)


def test_verification_finds_a_price_that_was_changed_behind_its_back():
    ingest([snapshot(event(book("fanduel", h2h())))])
    Odds.objects.filter(outcome__side="home").update(price=-155)
    report = verify(Event.objects.all())
    assert report.differences == 4
    assert "in the raw answer, not in the runs" in report.examples[0]


def test_verification_finds_a_run_cut_in_two():
    """The view is right all the same; the runs are not those that the raw answers give."""
    ingest([snapshot(event(book("fanduel", h2h())), NOON + timedelta(minutes=minutes)) for minutes in (0, 30)])
    run = Odds.objects.get(outcome__side="home")
    Odds.objects.filter(pk=run.pk).update(valid_until=LATER)
    run.pk, run.odds_timestamp = None, LATER
    run.save()
    assert {line.split(": ")[1] for line in verify(Event.objects.all()).examples} == {
        "run missing",
        "run that the raw answers do not give",
    }


def test_verification_finds_rows_that_are_there_twice_or_have_lost_their_names():
    ingest([snapshot(event(book("fanduel", h2h()))), snapshot(event(), LATER)])
    run = Odds.objects.get(outcome__side="home")
    run.pk = None
    run.save()
    Odds.objects.filter(outcome__side="away").update(bookmaker_id=999)
    kinds = {line.split(": ")[1] for line in verify(Event.objects.all()).examples}
    assert {"run stored more than once", "rows of odds whose bookmaker, market or outcome is missing"} <= kinds


def test_verification_finds_a_wrong_closing_instant():
    ingest([snapshot(event(book("fanduel", h2h())))])
    Event.objects.update(closing_at=LATER)
    assert "closing_at, stored and as the snapshots give it" in verify(Event.objects.all()).examples[0]
