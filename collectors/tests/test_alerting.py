"""What is told of which facts. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from collectors.alerting import Day, alarms, database_down, summary
from collectors.facts import Backups, Facts
from quality.alerts.messages import DAY
from quality.choices import Severity

from .test_verdict import MB, NOW, ago, make_credits, make_facts, make_sport


def told(**over):
    return {message.key: message for message in alarms(make_facts(**over))}


def test_where_all_is_well_nothing_is_told():
    assert told() == {}
    assert alarms(Facts(now=NOW)) == []


@pytest.mark.parametrize(
    ("facts", "key", "severity", "title"),
    [
        (
            {"paused_at": ago(minutes=1), "pause_code": "INVALID_KEY", "pause_reason": "401"},
            "key_refused/INVALID_KEY", Severity.CRITICAL, "The provider refuses the key",
        ),
        (
            {"paused_at": ago(minutes=1), "pause_code": "OUT_OF_USAGE_CREDITS", "pause_reason": "401"},
            "credits_exhausted", Severity.CRITICAL, "The provider says that no credits are left",
        ),
        (
            {"sports": (make_sport(last_fetch=ago(minutes=61)),), "scheduler_started_at": ago(hours=2)},
            "no_fetch/basketball_nba", Severity.ERROR, "No odds of basketball_nba come in",
        ),
        ({"disk_free_bytes": 255 * MB}, "disk_full", Severity.CRITICAL, "The disk is full"),
        ({"disk_free_bytes": 1_000 * MB}, "disk_low", Severity.WARNING, "Little room is left on the disk"),
        ({"scheduler_leads": False}, "scheduler_died", Severity.CRITICAL, "The scheduler died"),
        ({"heartbeat_at": ago(minutes=5)}, "scheduler_silent", Severity.ERROR, "The scheduler is silent"),
        ({"missing_jobs": ("tidy",)}, "jobs_missing", Severity.ERROR, "The scheduler lacks jobs"),
        ({"parked_responses": 1}, "answers_unreadable", Severity.ERROR, "Answers cannot be read"),
        ({"spool_quarantined": 1}, "answers_damaged", Severity.WARNING, "Answers were damaged"),
        (
            {"spool_depth": 2, "spool_oldest": timedelta(minutes=6)},
            "answers_waiting", Severity.WARNING, "Answers are not stored",
        ),
        (
            {"backups": Backups(drill_problem="team is missing")},
            "drill_failed", Severity.CRITICAL, "The restore drill failed",
        ),
        ({"unapplied_migrations": 2}, "migrations", Severity.ERROR, "The database is not up to date"),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_one_message_of_its_own(facts, key, severity, title):
    (message,) = alarms(make_facts(**facts))
    assert (message.key, message.severity, message.title, message.quiet) == (key, severity, title, DAY)


def test_a_scheduler_that_was_stopped_is_no_fault():
    assert told(scheduler_leads=False, scheduler_pid=None) == {}


@pytest.mark.parametrize(
    ("percent", "key", "severity"),
    [
        (79.9, None, None),
        (80.0, "quota/2026-02-01/80", Severity.INFO),
        (94.9, "quota/2026-02-01/90", Severity.WARNING),
        (95.0, "quota/2026-02-01/95", Severity.ERROR),
        (130.0, "quota/2026-02-01/100", Severity.CRITICAL),
    ],
)
def test_the_highest_threshold_is_told_once_a_period(percent, key, severity):
    known = make_credits(percent=percent, resets_at=datetime(2026, 2, 1, tzinfo=UTC))
    messages = alarms(make_facts(credits=known))
    assert [(each.key, each.severity) for each in messages] == ([(key, severity)] if key else [])
    assert all(each.quiet > timedelta(days=31) for each in messages)


def test_after_a_reset_the_count_of_the_month_before_says_nothing():
    known = make_credits(
        percent=96.0,
        seen_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC),
        resets_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    midnight = datetime(2026, 2, 1, 0, 5, tzinfo=UTC)
    assert told(now=midnight, credits=known, sports=(), heartbeat_at=midnight) == {}


def test_that_nothing_is_left_for_collecting_is_told_beside_the_threshold():
    known = make_credits(percent=98.2, left_for_live=0, resets_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert set(told(credits=known)) == {"quota/2026-02-01/95", "quota/2026-02-01/none_left"}


def test_in_a_sandbox_all_keys_are_others():
    (message,) = alarms(make_facts(sandbox=True, disk_free_bytes=MB))
    assert (message.key, message.title) == ("sandbox/disk_full", "(sandbox) The disk is full")


def test_a_reason_from_outside_cannot_draw_lines_of_its_own():
    (message,) = alarms(make_facts(paused_at=NOW, pause_code="X", pause_reason="\x1b[2J\u202eno\x00"))
    assert message.text.isprintable()
    assert "�[2J�no�" in message.text
    assert len(database_down("x" * 10_000).text) <= 1500


def make_day(**over):
    fields = {
        "facts": make_facts(),
        "verdict": "degraded",
        "findings": ("3 ticks failed", "b", "c", "d"),
        "credits_spent": 144,
        "new_entries": {"warning": 2, "critical": 1},
        "open_entries": {"error": 12},
        "worst_entry": "Impossible Quote: betmgm h2h: price 0",
    }
    return Day(**{**fields, **over})


def test_the_summary_says_what_a_day_came_to():
    message = summary(make_day())
    assert (message.key, message.severity) == ("summary/2026-01-14", Severity.INFO)
    assert message.title == "2026-01-14: collecting is degraded"
    assert message.text.splitlines() == [
        "Fetches: 48 of 48 paid calls brought something",
        "Credits: 144 spent; 100 of 20,000 used in this period",
        "Games to come: 7",
        "New in the quality log: 1 critical, 2 warning",
        "Open there: 12 error; worst: Impossible Quote: betmgm h2h: price 0",
        "To look at: 3 ticks failed",
        "To look at: b",
        "To look at: c",
    ]


def test_a_day_on_which_nothing_happened_is_short():
    facts = Facts(now=NOW, sandbox=True)
    message = summary(make_day(facts=facts, verdict="new", findings=(), credits_spent=0, new_entries={},
                               open_entries={}, worst_entry=""))  # fmt: skip
    assert (message.key, message.title) == ("sandbox/summary/2026-01-14", "2026-01-14 (sandbox): collecting is new")
    assert message.text.splitlines() == [
        "Fetches: 0 of 0 paid calls brought something",
        "Credits: 0 spent",
        "Games to come: 0",
        "New in the quality log: nothing",
        "Open there: nothing",
    ]
