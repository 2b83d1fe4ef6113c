"""What follows from decisions, on prices that came in through the pipeline."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from collectors.pipeline import ingest, rebuild
from collectors.tests.factories import NOON, book, event, h2h, snapshot, totals
from events.models import Event
from events.tests.factories import make_event
from odds.event_lines import closing_prices
from odds.lines import best_prices
from odds.models import Odds
from odds.standing import standing_odds
from quality.choices import IssueType, ReviewState
from quality.models import DataQualityLog
from quality.review import decide
from quality.signals import verdicts_changed

from .factories import SEEN, make_entry

pytestmark = pytest.mark.django_db


def look(minutes: float, *fanduel) -> None:
    """A look at the game, so many minutes after noon; DraftKings is always without fault."""
    offers = book("fanduel", *fanduel), book("draftkings", h2h(-150, 130), totals())
    ingest([snapshot(event(*offers), NOON + timedelta(minutes=minutes))])


def collect() -> DataQualityLog:
    """FanDuel begins well; from ten minutes on its prices could be bet on both sides at a profit."""
    look(0, h2h(-150, 125), totals())
    look(10, h2h(-150, 310), totals())
    look(20, h2h(-150, 310), totals())
    return DataQualityLog.objects.get(issue_type=IssueType.BOOKSUM_BELOW_ONE)


def take(entry, state, note=""):
    return decide([entry], state, note=note, reviewer=None, now=SEEN)


def best_away():
    game = Event.objects.get()
    prices = standing_odds(game, game.commence_time, market="h2h").prices()
    return next(best.price for best in best_prices(prices) if best.side == "away")


def closing():
    return {(line.bookmaker, line.price) for line in closing_prices(Event.objects.all(), market="h2h")}


def flagged():
    return {(run.bookmaker.key, run.market.key, run.price) for run in Odds.objects.filter(is_valid=False)}


def test_decision_is_kept_with_who_when_and_why():
    entry, reviewer = make_entry(), User.objects.create_user("ann")
    assert decide([entry], ReviewState.CONFIRMED, note="Seen it", reviewer=reviewer, now=SEEN) == 1
    [review] = entry.reviews.all()
    assert (review.state, review.note, review.reviewer, review.reviewed_at) == ("confirmed", "Seen it", reviewer, SEEN)
    entry.refresh_from_db()
    assert entry.review == ReviewState.CONFIRMED


def test_same_decision_twice_is_one():
    entry = make_entry()
    assert (take(entry, ReviewState.DISMISSED), take(entry, ReviewState.DISMISSED)) == (1, 0)
    assert entry.reviews.count() == 1


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        (ReviewState.OPEN, ReviewState.ACKNOWLEDGED, False),
        (ReviewState.OPEN, ReviewState.DISMISSED, True),
        (ReviewState.OPEN, ReviewState.CONFIRMED, True),
        (ReviewState.ACKNOWLEDGED, ReviewState.OPEN, False),
        (ReviewState.DISMISSED, ReviewState.ACKNOWLEDGED, True),
        (ReviewState.CONFIRMED, ReviewState.OPEN, True),
    ],
)
def test_events_are_judged_anew_only_where_verdicts_change(before, after, is_told):
    told = []

    def hear(sender, event_ids, **_):
        told.extend(event_ids)

    game = make_event()
    entries = [make_entry(event=game, review=before), make_entry(event=game, review=before), make_entry(review=before)]
    verdicts_changed.connect(hear)
    try:
        decide(entries, after, reviewer=None, now=SEEN)
    finally:
        verdicts_changed.disconnect(hear)
    assert told == ([game.pk] if is_told else [])


@pytest.mark.django_db(transaction=True)
def test_decision_whose_consequences_fail_is_not_taken():
    def fail(sender, **_):
        raise RuntimeError("no rebuild")

    entry = make_entry(event=make_event())
    verdicts_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="no rebuild"):
            take(entry, ReviewState.DISMISSED)
    finally:
        verdicts_changed.disconnect(fail)
    entry.refresh_from_db()
    assert (entry.review, entry.reviews.count()) == (ReviewState.OPEN, 0)


def test_flagged_price_is_neither_best_nor_closing():
    collect()
    assert flagged() == {("fanduel", "h2h", 310), ("fanduel", "h2h", -150)}
    assert best_away() == 130
    assert closing() == {("draftkings", 130), ("draftkings", -150)}


def test_dismissing_brings_the_prices_back_and_restoring_takes_them_away():
    entry = collect()
    take(entry, ReviewState.DISMISSED)
    assert flagged() == set()
    assert best_away() == 310
    assert ("fanduel", 310) in closing()
    take(entry, ReviewState.OPEN)
    assert best_away() == 130
    assert ("fanduel", 310) not in closing()


def test_acknowledging_changes_no_verdict():
    entry = collect()
    before = flagged()
    take(entry, ReviewState.ACKNOWLEDGED)
    assert flagged() == before


def test_confirming_a_warning_takes_its_prices_out():
    look(0, h2h(-150, 125), totals())
    look(10, h2h(-150, 125), totals(220.5, -150, -150))
    entry = DataQualityLog.objects.get(issue_type=IssueType.UNUSUAL_OVERROUND)
    assert flagged() == set()
    take(entry, ReviewState.CONFIRMED)
    assert flagged() == {("fanduel", "totals", -150)}
    assert {line.bookmaker for line in closing_prices(Event.objects.all(), market="totals")} == {"draftkings"}


def test_flag_ends_with_the_fault_and_the_decision_stays():
    entry = collect()
    take(entry, ReviewState.CONFIRMED, note="A slip of the keyboard")
    look(30, h2h(-150, 126), totals())
    entry.refresh_from_db()
    assert entry.ended_at == NOON + timedelta(minutes=30)
    assert entry.review == ReviewState.CONFIRMED
    assert ("fanduel", 126) in closing()


@pytest.mark.parametrize("state", [ReviewState.ACKNOWLEDGED, ReviewState.DISMISSED, ReviewState.CONFIRMED])
def test_decision_survives_a_rebuild(state):
    entry = collect()
    take(entry, state, note="Asked the book")
    before = set(Odds.objects.values_list("bookmaker__key", "price", "odds_timestamp", "is_valid", "validation_notes"))
    rebuild(entry.event_id)
    after = Odds.objects.values_list("bookmaker__key", "price", "odds_timestamp", "is_valid", "validation_notes")
    assert set(after) == before
    kept = DataQualityLog.objects.get(issue_type=IssueType.BOOKSUM_BELOW_ONE)
    assert (kept.pk, kept.review, kept.reviews.get().note) == (entry.pk, state, "Asked the book")


def test_decision_survives_an_answer_that_comes_late():
    entry = collect()
    take(entry, ReviewState.DISMISSED)
    look(5, h2h(-150, 311), totals())
    entry.refresh_from_db()
    assert entry.review == ReviewState.DISMISSED
    assert entry.first_seen == NOON + timedelta(minutes=5)
    assert flagged() == set()


def test_decision_holds_when_the_fault_comes_back():
    entry = collect()
    take(entry, ReviewState.DISMISSED)
    look(30, h2h(-150, 126), totals())
    look(40, h2h(-150, 320), totals())
    assert flagged() == set()
    assert DataQualityLog.objects.get(issue_type=IssueType.BOOKSUM_BELOW_ONE).review == ReviewState.DISMISSED
    assert best_away() == 320
