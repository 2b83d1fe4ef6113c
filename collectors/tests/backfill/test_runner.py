"""A backfill against the sandbox, over sockets: planned, bought once, verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from collectors.backfill.planning import make_plan
from collectors.backfill.service import LOCK, Declined, NothingToBuy, gaps_of
from collectors.backfill.wish import parse_moments
from collectors.choices import ItemState, RunState
from collectors.clearing import clear_sandbox
from collectors.errors import AlreadyRunning
from collectors.models import BackfillItem, BackfillRun, FetchLog, RawResponse
from collectors.sandbox.faults import Fault
from collectors.the_odds_api.endpoints import Wanted
from events.models import Event
from odds.archiving.archive import archive
from odds.archiving.layout import ArchiveKind
from odds.fingerprint import fingerprint
from odds.models import Odds, OddsSnapshot

from .buying import COST, WISH, dates_bought, declines, lists_of, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_planned_is_what_was_charged_and_what_the_provider_says(stage):
    done = run(stage)
    assert done.plan is not None
    assert done.plan.credits == done.run.credits_planned == COST * len(done.plan.cover.points) > 0
    assert done.bought.credits == stage.charged == done.plan.credits + lists_of(done)
    assert done.report is not None
    assert done.report.is_clean, done.report.examples
    assert done.report.credits_charged == stage.charged
    assert done.report.credits_again == 0
    assert done.run.state == RunState.DONE
    assert set(done.run.items.values_list("state", flat=True)) == {ItemState.VERIFIED}
    assert done.report.there >= 0.95 * done.report.wanted > 0
    assert set(dates_bought(stage).values()) == {1}


def test_a_game_is_there_at_the_instants_that_were_wanted(stage):
    done = run(stage)
    found = 0
    for event in Event.objects.filter(api_id__in=done.run.games):
        times = OddsSnapshot.objects.filter(event=event, is_live=False).values_list("snapshot_time", flat=True)
        found += any(timedelta() < event.commence_time - time <= timedelta(minutes=10) for time in times)
        assert any(abs(event.commence_time - time - timedelta(hours=24)) <= timedelta(hours=3) for time in times)
    assert found >= 0.8 * len(done.run.games), "some starts moved after the last list: --gaps looks again"
    assert not OddsSnapshot.objects.exclude(source="sandbox").exists()


def test_a_purchase_shared_by_several_games_is_made_once(stage):
    done = run(stage)
    assert done.plan.cover.bought > 2 * len(done.plan.cover.points)
    assert done.plan.credits_one_by_one == COST * done.plan.cover.bought


def test_the_second_time_nothing_is_bought_and_nothing_changes(stage):
    run(stage)
    before = stage.charged, fingerprint(), OddsSnapshot.objects.count()
    again = run(stage)
    assert again.bought.calls == 0
    assert (stage.charged, fingerprint(), OddsSnapshot.objects.count()) == before
    assert again.report.is_clean


def test_an_overlapping_wish_buys_only_what_is_new(stage):
    run(stage)
    charged = stage.charged
    longer = run(stage, replace(WISH, end=date(2026, 1, 5)))
    assert longer.bought.credits == stage.charged - charged < charged / 2
    assert set(dates_bought(stage).values()) == {1}
    assert longer.report.is_clean


def test_snapshots_that_came_otherwise_count(stage):
    """What live collection, or an import, has stored is not bought."""
    run(stage)
    BackfillItem.objects.filter(endpoint="historical_odds").delete()
    BackfillRun.objects.all().delete()
    with stage.gate() as gate:
        plan = make_plan(WISH, gate.terms, gate.clock())
    assert plan.stored >= 0.95 * plan.windows
    assert len(plan.cover.points) <= 2


def test_a_snapshot_that_asked_for_less_does_not_count(stage):
    run(stage)
    BackfillItem.objects.filter(endpoint="historical_odds").delete()
    more = replace(WISH, wanted=Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle", "draftkings")))
    with stage.gate() as gate:
        assert make_plan(more, gate.terms, gate.clock()).stored == 0
        less = replace(WISH, wanted=Wanted(markets=("h2h",), bookmakers=("pinnacle",)))
        assert make_plan(less, gate.terms, gate.clock()).stored > 0


def test_a_plan_writes_asks_and_spends_nothing(stage, django_assert_max_num_queries):
    with stage.gate() as gate:
        gate.probe()
    before = FetchLog.objects.count(), Event.objects.count(), len(stage.sandbox.ledger.entries)
    with django_assert_max_num_queries(30):
        plan = make_plan(WISH, stage.terms, stage.clock())
    assert len(plan.lists_missing) == len(plan.lists) == 15
    assert (FetchLog.objects.count(), Event.objects.count(), len(stage.sandbox.ledger.entries)) == before
    assert not BackfillRun.objects.exists()


def test_lists_can_be_bought_alone_and_the_plan_is_exact_then(stage):
    listed = run(stage, lists_only=True)
    assert listed.plan is not None
    assert stage.charged == 15
    told = make_plan(WISH, stage.terms, stage.clock())
    done = run(stage)
    assert told.credits == listed.plan.credits == done.bought.credits == stage.charged - 15


def test_a_sample_is_drawn_and_kept(stage):
    done = run(stage, replace(WISH, games=6))
    assert len(done.run.games) == 6
    assert run(stage, replace(WISH, games=6)).run.games == done.run.games
    assert done.report.games == 6


def test_without_consent_nothing_dear_is_bought(stage):
    with pytest.raises(Declined):
        run(stage, confirm=declines)
    assert stage.charged == 15, "the lists"
    assert run(stage).report.is_clean


def test_days_without_games_are_said_to_be_so(stage):
    with pytest.raises(NothingToBuy, match="basketball_nba: no game from 2018-01-02 to 2018-01-03"):
        run(stage, replace(WISH, start=date(2018, 1, 2), end=date(2018, 1, 3)))


def test_listing_for_a_run_that_was_begun_buys_no_odds(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("status", endpoint="historical_odds", status=503))
    run(stage)
    stage.sandbox.faults.clear()
    charged = stage.charged
    listed = run(stage, lists_only=True)
    assert listed.plan is not None
    assert listed.left > 0
    assert stage.charged == charged


def test_other_books_at_the_same_instants_are_joined_and_no_difference(stage):
    run(stage)
    more = replace(WISH, wanted=Wanted(markets=("h2h", "spreads"), regions=("us", "eu")))
    done = run(stage, more)
    assert done.bought.calls > 0
    assert done.report.is_clean, done.report.examples


def test_a_price_in_play_is_no_close(stage):
    done = run(stage)
    wish = replace(WISH, gaps=1)
    before = make_plan(wish, stage.terms, stage.clock(), done.run.games).stored
    event = Event.objects.filter(api_id__in=done.run.games).order_by("-commence_time")[0]
    last = OddsSnapshot.objects.filter(event=event, snapshot_time__gt=event.commence_time - timedelta(minutes=12))
    pre_match = last.filter(is_live=False)
    assert pre_match.update(is_live=True, commence_time=event.commence_time - timedelta(minutes=12)) == 1
    assert make_plan(wish, stage.terms, stage.clock(), done.run.games).stored == before - 1


def test_a_snapshot_that_was_right_by_the_start_known_then_counts(stage):
    """The start moves by five minutes afterwards: the hour before it has moved out of its tolerance, and was right."""
    strict = replace(WISH, moments=parse_moments("1h~6m,close"))
    done = run(stage, strict)
    there = done.report.there
    for event in Event.objects.filter(api_id__in=done.run.games):
        Event.objects.filter(pk=event.pk).update(commence_time=event.commence_time + timedelta(minutes=5))
    assert make_plan(strict, stage.terms, stage.clock(), done.run.games).stored >= there


def test_gaps_want_an_earlier_run(stage):
    with pytest.raises(NothingToBuy, match="run it without --gaps first"):
        gaps_of(WISH, is_sandbox=True)


def test_one_backfill_at_a_time(stage):
    with stage.gate() as other:
        assert other.holder.take(LOCK)
        with pytest.raises(AlreadyRunning, match="a backfill is running elsewhere"):
            run(stage)
    assert stage.charged == 0


def test_gaps_are_what_is_missing_by_what_is_known_now(stage):
    done = run(stage)
    wish, sample = gaps_of(WISH, is_sandbox=True)
    assert (wish.gaps, sample) == (1, done.run.games)
    OddsSnapshot.objects.filter(event__api_id=sample[0]).delete()
    Odds.objects.filter(event__api_id=sample[0]).delete()
    BackfillItem.objects.filter(endpoint="historical_odds").update(
        answered_at=None, next_at=None, state=ItemState.FAILED
    )
    with stage.gate() as gate:
        plan = make_plan(wish, gate.terms, gate.clock(), sample)
    missing = {window.event_id for point in plan.cover.points for window in point.windows}
    assert sample[0] in missing
    assert plan.stored >= 0.8 * plan.windows


def test_what_was_played_with_the_sandbox_is_not_done_for_real(stage):
    done = run(stage)
    cleared = clear_sandbox()
    assert (cleared["backfills"], cleared["purchases"]) == (1, len(done.plan.lists) + len(done.plan.cover.points))
    assert not BackfillItem.objects.exists()
    assert not Event.objects.exists()


def test_the_report_sees_what_is_not_as_it_was_received(stage):
    done = run(stage)
    Odds.objects.filter(event__api_id=done.run.games[0]).first().delete()
    victim = RawResponse.objects.filter(call__endpoint="historical_odds").first()
    RawResponse.objects.filter(pk=victim.pk).update(sha256="0" * 64)
    again = run(stage)
    assert not again.report.is_clean
    told = " ".join(again.report.examples)
    assert "the bytes stored are not those received" in told
    assert "in the raw answer, not in the runs" in told


def test_what_lies_in_an_archive_is_not_bought_again(stage, tmp_path):
    """It was stored, and not by a backfill: nothing but the event's closing instant tells of it now."""
    run(stage)
    BackfillItem.objects.filter(endpoint="historical_odds").delete()
    BackfillRun.objects.all().delete()
    assert list(archive(ArchiveKind.WHOLE, stage.clock(), tmp_path))
    charged = stage.charged
    with pytest.raises(NothingToBuy, match=r"the odds of \d+ games lie in an archive: restore them first"):
        run(stage)
    assert stage.charged == charged
