"""Verdicts and the log where things come together: decisions, joined answers, quotes left out, other writers."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from collectors.clearing import clear_sandbox
from collectors.gate import SANDBOX_KEY
from collectors.intake import take_in
from collectors.pipeline import ingest, rebuild
from collectors.revalidation import revalidate
from collectors.the_odds_api.endpoints import Wanted, odds
from collectors.verification import verify
from events.models import Event
from odds.models import Odds
from quality.choices import IssueType, ReviewState
from quality.event_checks import check_events
from quality.log import known_of
from quality.models import Alert, DataQualityLog
from quality.review import decide

from .factories import NOON, book, event, h2h, snapshot, totals
from .quality_log import FREE_MONEY, NBA, START, at, entry, fresh, kinds, life, look, received, runs, take

pytestmark = pytest.mark.django_db

CHANNEL = "json://127.0.0.1:9/"  # where nobody listens
LAKERS = "Los Angeles Lakers"


def log() -> list[tuple[Any, ...]]:
    columns = ("fingerprint", "review", "first_seen", "last_seen", "occurrences", "ended_at")
    return list(DataQualityLog.objects.filter(is_derived=True).order_by("fingerprint").values_list(*columns))


def review(kind: IssueType, state: ReviewState, **of: Any) -> None:
    decide([entry(kind, **of)], state, reviewer=None, now=NOON)


# Decisions


def test_a_reviewed_fault_that_a_joined_answer_took_away_begins_anew_when_it_is_back():
    look(0, FREE_MONEY)
    review(IssueType.BOOKSUM_BELOW_ONE, ReviewState.ACKNOWLEDGED)
    ingest([snapshot(event(fresh(0.5, h2h())), at(0))])  # the same instant, and fresher
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (0, 0, 1, 0)
    look(10, FREE_MONEY)
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (10, 10, 1, None)
    appended = log()
    rebuild(Event.objects.get().pk)
    assert log() == appended


def test_a_confirmed_movement_concerns_the_price_that_moved_and_none_that_only_began_then():
    """With the home side at +120 both could be bet without risk; the away side never moved."""
    for minutes, home in ((0, -500), (10, 120), (20, -500)):
        look(minutes, h2h(home, 310))
    review(IssueType.LINE_MOVEMENT, ReviewState.CONFIRMED, first_seen=at(10))
    assert runs() == [(310, True, ""), (310, False, "booksum_below_one"), (310, True, "")]
    assert [valid for _, valid, _ in runs(LAKERS)] == [True, False, True]


def test_a_decision_about_an_event_that_is_over_has_no_fault_of_it_stand_again():
    look(0, FREE_MONEY, totals(220.5, -104, -104))
    over = START + timedelta(hours=25)
    check_events(over)
    decide([entry(IssueType.BOOKSUM_BELOW_ONE)], ReviewState.DISMISSED, reviewer=None, now=over)
    assert runs() == [(310, True, "booksum_below_one")]
    assert not DataQualityLog.objects.standing().filter(is_derived=True).exists()


def test_changes_that_are_over_are_not_read_again_with_each_answer_unless_somebody_decided():
    for minutes, sides in ((0, (-150, 130)), (10, (300, -400)), (20, (-150, 130))):
        look(minutes, h2h(*sides))
    review(IssueType.LINE_MOVEMENT, ReviewState.CONFIRMED, first_seen=at(10))
    look(30, h2h(-150, 130))
    known = known_of([Event.objects.get().pk])[Event.objects.get().pk]
    assert [each.first_seen for each in known.entries if each.type is IssueType.LINE_MOVEMENT] == [at(10)]


def test_a_movement_that_a_late_answer_makes_another_is_told_as_that():
    look(0, h2h(-150, 130))
    look(20, h2h(300, 130))
    assert entry(IssueType.LINE_MOVEMENT).outcome == LAKERS
    look(10, h2h(300, -400))
    told = entry(IssueType.LINE_MOVEMENT, first_seen=at(20))
    assert (told.outcome, told.description.count(" moved ")) == ("Boston Celtics", 1)


# Quotes that are left out


@pytest.fixture
def rejecting(settings: Any) -> None:
    settings.REJECT_INVALID_ODDS = True


def test_verifying_finds_no_difference_where_invalid_quotes_are_left_out(rejecting):
    look(0, FREE_MONEY, totals())
    look(10, h2h())
    assert verify(Event.objects.all()).examples == []
    Odds.objects.filter(market__key="totals").first().delete()
    assert verify(Event.objects.all()).differences == 1


def test_a_price_that_came_with_a_confirmed_movement_stays_out_of_use_for_as_long_as_it_stands(rejecting):
    for minutes, sides in ((0, (130, -150)), (10, (-400, 300)), (20, (-400, 300)), (30, (-400, 310))):
        look(minutes, h2h(*sides))
    review(IssueType.LINE_MOVEMENT, ReviewState.CONFIRMED)
    look(40, h2h(-400, 310))
    assert [(price, valid) for price, valid, _ in runs(LAKERS)] == [(130, True), (-400, False)]
    appended = runs(), runs(LAKERS), log()
    rebuild(Event.objects.get().pk)
    assert (runs(), runs(LAKERS), log()) == appended


# Whole answers


def test_an_answer_ends_nothing_that_it_was_not_asked_for():
    take(0, event(fresh(0, h2h())))
    assert kinds() == {"missing_market", "missing_bookmaker"}  # totals, and Pinnacle
    take(10, event(fresh(10, h2h())), call=odds(NBA, Wanted(markets=("h2h",), bookmakers=("fanduel",))))
    assert kinds(ended_at=None) == {"missing_market", "missing_bookmaker"}
    take(20, event(fresh(20, h2h(), totals()), fresh(20, h2h(), totals(), key="pinnacle")))
    assert not kinds(ended_at=None) & {"missing_market", "missing_bookmaker"}


def test_a_fault_that_stands_for_a_thousand_answers_is_one_entry():
    game = event(book("fanduel", FREE_MONEY), colour="red", commence_time="2026-01-20T00:30:00Z")  # stale after an hour
    ingest([snapshot(game, at(minutes)) for minutes in range(980)])
    for minutes in range(980, 1_000):
        ingest([snapshot(game, at(minutes))])
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (0, 999, 1_000, None)
    assert DataQualityLog.objects.count() == len(kinds()) == 3


def test_what_is_imported_of_an_event_that_is_over_does_not_wait_as_standing(tmp_path):
    recording = tmp_path / "odds.json"
    recording.write_text(json.dumps([event(fresh(0, FREE_MONEY, totals(220.5, -104, -104)))]))
    call_command("import_responses", str(recording), "--captured-at", f"{NOON:%Y-%m-%dT%H:%M:%SZ}")
    assert kinds() == {"booksum_below_one", "unusual_overround"}
    assert not DataQualityLog.objects.standing().exists()
    assert kinds(pk__in=DataQualityLog.objects.to_review()) == {"booksum_below_one"}


# The sandbox


def take_from(account: str, minutes: float, *events: Any) -> None:
    answer = received(minutes, *events)
    answer.row.account = account
    answer.row.save()
    take_in(answer)


def test_clearing_the_sandbox_takes_its_faults_along_and_no_other():
    take_from(SANDBOX_KEY, 0, {"id": ""}, event(fresh(0, FREE_MONEY), colour="red"))
    take_from("key-1", 10, event(fresh(10, h2h(), totals()), id="b" * 32, colour="red"))
    removed = clear_sandbox()
    assert (removed["events"], removed["entries"]) == (1, 3)
    assert kinds() == {"schema_drift", "missing_bookmaker", "new_market"}  # which the other answer showed too


def test_what_is_told_of_the_sandbox_keeps_nothing_quiet_of_the_real_feed(settings):
    settings.ALERT_ENABLED, settings.ALERT_URLS = True, [CHANNEL]
    take_from(SANDBOX_KEY, 0, event(fresh(0, h2h()), colour="red"))
    alert = Alert.objects.get()
    assert alert.key.startswith("sandbox/quality/")
    assert alert.title.startswith("(sandbox) New in the quality log: ")


# Other writers


@pytest.mark.django_db(transaction=True)
def test_an_outbox_that_somebody_else_has_locked_holds_up_no_answer(settings):
    settings.ALERT_ENABLED, settings.ALERT_URLS = True, [CHANNEL]
    before = monotonic()
    with elsewhere("LOCK TABLE quality_alert IN ACCESS EXCLUSIVE MODE"):
        take(0, event(fresh(0, h2h()), colour="red"))
        assert monotonic() - before < 4
    assert Odds.objects.count() == 2
    assert "schema_drift" in kinds()


@contextmanager
def elsewhere(sql: str) -> Iterator[None]:
    """What holds in a transaction of somebody else, for at most ten seconds."""
    begun, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            begun.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join()


GAMES = 8


def slate(minutes: int, chance: random.Random) -> list[dict[str, Any]]:
    offers = (h2h(), FREE_MONEY, h2h(-110, -110), h2h(-20000, 2500), h2h(0, 130))
    games = [
        event(
            *(fresh(minutes, chance.choice(offers), totals(), key=key) for key in ("fanduel", "pinnacle")),
            id=f"{number:032x}",
            **{f"colour_{chance.randrange(4)}": "red"},
        )
        for number in range(GAMES)
    ]
    return chance.sample(games, GAMES)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_people_answers_and_checks_at_once_neither_lock_each_other_up_nor_lose_anything():
    minutes = iter(range(1, 100_000))
    take(0, *slate(0, random.Random(0)))

    def decide_something(chance: random.Random) -> None:
        some = list(DataQualityLog.objects.order_by("?")[: chance.choice([1, 20])])
        decide(some, chance.choice(list(ReviewState)), reviewer=None, now=NOON)

    def take_something(chance: random.Random) -> None:
        take(minute := next(minutes), *slate(minute, chance))

    writers: tuple[Callable[[random.Random], object], ...] = (
        take_something,
        take_something,
        decide_something,
        lambda chance: revalidate(list(Event.objects.values_list("pk", flat=True)), NOON),
        lambda chance: check_events(NOON),
    )
    assert at_once(writers, seconds=8) == []
    assert verify(Event.objects.all()).examples == []
    appended = log()
    for game in Event.objects.all():
        rebuild(game.pk)
    assert log() == appended


def at_once(writers: tuple[Callable[[random.Random], object], ...], seconds: float) -> list[str]:
    """What failed while these were done again and again, each on a connection of its own."""
    failed: list[str] = []
    end = monotonic() + seconds

    def work(number: int, write: Callable[[random.Random], object]) -> None:
        chance = random.Random(number)
        try:
            while monotonic() < end:
                write(chance)
        except Exception as error:  # told to the test
            failed.append(f"{type(error).__name__}: {error}")
        connections.close_all()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed
