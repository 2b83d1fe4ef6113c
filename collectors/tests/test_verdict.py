"""What the facts come to. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors.facts import Backups, Credits, Doubtful, Facts, Sport
from collectors.verdict import Verdict, judge, overdue

NOW = datetime(2026, 1, 14, 22, 0, 0, tzinfo=UTC)
MB = 1024**2


def ago(**span):
    return NOW - timedelta(**span)


def make_sport(**over):
    fields = {
        "sport_key": "basketball_nba",
        "events_to_come": 7,
        "last_fetch": ago(minutes=12),
        "interval": timedelta(minutes=30),
    }
    return Sport(**{**fields, **over})


def make_credits(**over):
    fields = {
        "quota": 20_000,
        "used": 100,
        "pending": 0,
        "remaining": 19_900,
        "percent": 0.5,
        "left_for_live": 19_500,
        "seen_at": ago(minutes=12),
        "resets_at": NOW + timedelta(days=18),
        "forecast_need": 3_000,
    }
    return Credits(**{**fields, **over})


def make_facts(**over):
    """All is well unless told otherwise."""
    fields = {
        "now": NOW,
        "calls_made": True,
        "last_fetch": ago(minutes=12),
        "paid_calls_24h": 48,
        "succeeded_24h": 48,
        "sports": (make_sport(),),
        "scheduler_leads": True,
        "scheduler_pid": 4711,
        "scheduler_host": "box",
        "scheduler_started_at": ago(days=3),
        "heartbeat_at": ago(seconds=3),
        "disk_free_bytes": 100_000 * MB,
        "disk_needed_bytes": 256 * MB,
        "credits": make_credits(),
    }
    return Facts(**{**fields, **over})


def judged(**over):
    verdict, findings = judge(make_facts(**over))
    return verdict, [finding.text for finding in findings]


def test_all_well_is_healthy_and_says_nothing():
    assert judged() == (Verdict.HEALTHY, [])


def test_before_anything_ran_it_is_new_and_tells_how_to_begin():
    verdict, findings = judge(Facts(now=NOW))
    assert verdict is Verdict.NEW
    assert [finding.text for finding in findings] == [
        "Nothing was collected yet: start it with `manage.py run_scheduler`, or fetch once with `manage.py fetch_odds`"
    ]


def test_new_does_not_hide_what_would_keep_it_from_ever_running():
    verdict, findings = judge(Facts(now=NOW, unapplied_migrations=3))
    assert verdict is Verdict.FAILING
    assert findings[0].text == "3 migrations are not applied: run `manage.py migrate`"


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"unapplied_migrations": 1}, "1 migration is not applied: run `manage.py migrate`"),
        (
            {"paused_at": ago(hours=1), "pause_reason": "the provider answered 401 INVALID_KEY; check ODDS_API_KEY"},
            "Nothing is bought since 2026-01-14 21:00:00 UTC: the provider answered 401 INVALID_KEY; check",
        ),
        (
            {"scheduler_leads": False},
            "The scheduler (process 4711 on box) ended unexpectedly, after 2026-01-14 21:59:57 UTC: start it",
        ),
        (
            {"heartbeat_at": ago(minutes=2)},
            "The scheduler (process 4711 on box) leads but gave no sign of life since 2026-01-14 21:58:00 UTC:",
        ),
        ({"missing_jobs": ("tidy",)}, "The scheduler has no job tidy: stop it and start it"),
        ({"disk_free_bytes": 255 * MB}, "Only 255 MB are free under VAR_DIR, and below 256 MB nothing is bought"),
        ({"credits": make_credits(left_for_live=0)}, "No credits are left for live collection until 2026-02-01"),
        (
            {"sports": (make_sport(last_fetch=ago(minutes=70)),)},
            "No odds of basketball_nba came for 1 h 10 min, though games are to come and every 30 min is planned",
        ),
    ],
)
def test_what_keeps_anything_from_being_collected_is_failing(over, told):
    verdict, texts = judged(**over)
    assert verdict is Verdict.FAILING
    assert len(texts) == 1
    assert texts[0].startswith(told)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        (
            {"scheduler_leads": False, "scheduler_pid": None},
            "No scheduler runs, so nothing is fetched by itself: start it with `manage.py run_scheduler`",
        ),
        ({"disk_free_bytes": 900 * MB}, "Only 900 MB are free under VAR_DIR"),
        ({"credits": make_credits(percent=83.4)}, "83 % of the credits are used or set aside"),
        ({"credits": make_credits(forecast_need=30_000)}, "30,000 credits are needed until 2026-02-01 and 19,500 are"),
        ({"throttle_note": "2 times as seldom"}, "Odds are fetched more seldom than set, to make the credits last: 2"),
        ({"succeeded_24h": 40}, "Only 40 of 48 paid calls of the last 24 h succeeded: see the ledger in the admin"),
        ({"ticks_missed_24h": 15}, "15 planned ticks were missed, as seen in the last 24 h"),
        ({"ticks_failed_24h": 1}, "1 tick failed in the last 24 h"),
        ({"ticks_interrupted_24h": 2}, "2 ticks were interrupted in the last 24 h"),
        ({"spool_depth": 2, "spool_oldest": timedelta(minutes=9)}, "2 answers wait on disk for the database, the old"),
        ({"spool_quarantined": 1}, "1 damaged answer lies in the folder spool/quarantine"),
        ({"unread_responses": 1}, "1 answer is stored and not read yet"),
        ({"parked_responses": 4}, "4 answers of the last 7 days could not be read"),
        (
            {"vanished": Doubtful(count=2, titles=("A @ B",))},
            "2 events vanished before the start (A @ B; …): set the status by hand in the admin",
        ),
        ({"unresolved": Doubtful(count=1, titles=("A @ B",))}, "1 event began and got no result (A @ B): set the"),
    ],
)
def test_what_a_person_should_look_into_is_degraded(over, told):
    verdict, texts = judged(**over)
    assert verdict is Verdict.DEGRADED
    assert len(texts) == 1
    assert texts[0].startswith(told)


def test_what_is_failing_is_told_first():
    verdict, texts = judged(ticks_failed_24h=1, unapplied_migrations=1)
    assert verdict is Verdict.FAILING
    assert [text.split()[1] for text in texts] == ["migration", "tick"]


def test_an_answer_on_its_way_from_the_disk_to_the_database_is_nothing_to_tell():
    assert judged(spool_depth=1, spool_oldest=timedelta(seconds=2)) == (Verdict.HEALTHY, [])


def test_a_scheduler_that_starts_may_wait_for_the_provider_before_its_first_round():
    begun = ago(seconds=90)
    assert judged(scheduler_started_at=begun, heartbeat_at=begun)[0] is Verdict.HEALTHY
    begun = ago(minutes=4)
    assert judged(scheduler_started_at=begun, heartbeat_at=begun)[0] is Verdict.FAILING


@pytest.mark.parametrize(
    ("sport", "over"),
    [
        ({"last_fetch": ago(minutes=60)}, {}),
        ({"last_fetch": ago(days=40), "events_to_come": 0}, {}),
        ({"last_fetch": ago(days=40), "found_none_at": ago(minutes=20)}, {}),
        ({"last_fetch": ago(days=40)}, {"scheduler_started_at": ago(minutes=2)}),
        ({"last_fetch": None}, {"scheduler_started_at": ago(minutes=2)}),
        ({"last_fetch": ago(days=40)}, {"scheduler_pid": None}),
    ],
    ids=["two intervals", "no game", "just found none", "just started", "never", "nobody runs it"],
)
def test_a_fetch_is_not_overdue(sport, over):
    assert overdue(make_facts(**over), make_sport(**sport)) is None


@pytest.mark.parametrize(
    ("sport", "late"),
    [
        ({"last_fetch": ago(minutes=61)}, timedelta(minutes=61)),
        ({"last_fetch": ago(minutes=11), "interval": timedelta(minutes=5)}, timedelta(minutes=11)),
        ({"last_fetch": None}, timedelta(days=3)),
        ({"last_fetch": ago(days=4), "found_none_at": ago(hours=2)}, timedelta(days=4)),
    ],
)
def test_a_fetch_is_overdue_after_two_intervals(sport, late):
    assert overdue(make_facts(), make_sport(**sport)) == late


def test_while_paused_the_pause_says_why_nothing_comes():
    texts = judged(paused_at=ago(days=1), pause_reason="no credits", sports=(make_sport(last_fetch=ago(days=1)),))[1]
    assert len(texts) == 1


def test_no_paid_call_is_no_rate():
    assert make_facts(paid_calls_24h=0, succeeded_24h=0).success_rate_24h is None
    assert make_facts(succeeded_24h=36).success_rate_24h == 0.75


@pytest.mark.parametrize(
    ("over", "scheduler"),
    [
        ({}, "running"),
        ({"heartbeat_at": None}, "silent"),
        ({"scheduler_leads": False}, "died"),
        ({"scheduler_leads": False, "scheduler_pid": None}, "stopped"),
        ({"scheduler_leads": False, "scheduler_pid": None, "scheduler_started_at": None}, "never started"),
    ],
)
def test_the_scheduler_in_a_word(over, scheduler):
    assert make_facts(**over).scheduler == scheduler


def test_a_clock_set_back_makes_no_sign_of_life_from_the_future():
    assert make_facts(heartbeat_at=NOW + timedelta(hours=1)).heartbeat_age == timedelta(0)


class TestBackups:
    def test_backups_that_are_young_enough_are_nothing_to_tell(self):
        known = Backups(is_daily=True, last_good=ago(hours=47), last_good_drill=ago(days=13))
        assert judged(backups=known) == (Verdict.HEALTHY, [])

    def test_before_the_first_ones_are_late_nothing_is_told(self):
        assert judged(backups=Backups(is_daily=True), first_call_at=ago(hours=47)) == (Verdict.HEALTHY, [])

    def test_a_backup_that_is_too_old_is_told(self):
        known = Backups(is_daily=True, last_good=ago(hours=49), last_good_drill=ago(days=1))
        verdict, (told,) = judged(backups=known)
        assert verdict is Verdict.DEGRADED
        assert told == ("No good backup was made for 2 d 1 h: see the job backup in `manage.py scheduler_status`")

    def test_so_is_a_drill(self):
        known = Backups(is_daily=True, last_good=ago(hours=1), last_good_drill=ago(days=15))
        assert judged(backups=known)[1] == [
            "No backup was restored as a drill for 15 d: run `manage.py backup --drill`"
        ]

    def test_none_at_all_is_as_old_as_the_first_call(self):
        _, told = judged(backups=Backups(is_daily=True), first_call_at=ago(days=20))
        assert [text.partition(":")[0] for text in told] == [
            "No good backup was made for 20 d", "No backup was restored as a drill for 20 d",
        ]  # fmt: skip

    def test_where_none_is_to_be_made_none_is_missed(self):
        known = Backups(is_daily=False, last_good=ago(days=300))
        assert judged(backups=known, first_call_at=ago(days=900)) == (Verdict.HEALTHY, [])

    def test_a_drill_that_failed_is_told_whatever_is_daily(self):
        verdict, told = judged(backups=Backups(is_daily=False, last_good=ago(hours=1), drill_problem="team is missing"))
        assert verdict is Verdict.DEGRADED
        assert told == ["The last restore drill failed: team is missing; see docs/backups.md"]
