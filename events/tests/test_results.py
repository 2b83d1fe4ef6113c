"""Results that were imported: all are kept, and of those the right one is shown."""

from __future__ import annotations

import html
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from events.choices import EventStatus
from events.models import Event, EventScore, TeamAlias
from events.records import EventRecord, ScoreRecord
from events.results import completed_at, shown
from events.services import Result, ResultCounts, record_results, record_scores
from events.statuses import advance_statuses, automatic_status, set_status, unset_status
from events.teams import TeamNames

from .factories import TIP, make_event, make_score

HOUR = timedelta(hours=1)
YEARS_LATER = TIP + timedelta(days=900)


def imported(event: Event, home: int | None = 110, away: int | None = 105, **over: Any) -> ResultCounts:
    """One result from a person's file, unless told otherwise."""
    result = {name: over.pop(name) for name in ("completed", "status") if name in over}
    options = {"origin": "csv", "trust": 0, "observed_at": YEARS_LATER, **over}
    counts = record_results([Result(event, home, away, **result)], **options)
    event.refresh_from_db()
    return counts


def provider_says(event: Event, home: int, away: int, at: Any = TIP + 3 * HOUR, *, completed: bool = True) -> None:
    fields = ("api_id", "sport_key", "sport_title", "home_team", "away_team", "commence_time")
    record = EventRecord(**{name: getattr(event, name) for name in fields}, observed_at=at)
    record_scores([ScoreRecord(event=record, completed=completed, home_score=home, away_score=away, last_update=None)])
    event.refresh_from_db()


def result_of(event: Event) -> tuple:
    return event.home_score, event.away_score, event.status


@pytest.mark.django_db
def test_a_result_ends_the_event_and_nobody_knows_when():
    event = make_event()
    assert imported(event) == ResultCounts(new=1)
    assert result_of(event) == (110, 105, "final")
    assert event.completed_at is None
    score = event.scores.get()
    assert (score.origin, score.trust, score.observed_at, score.completed) == ("csv", 0, YEARS_LATER, True)


@pytest.mark.django_db
def test_the_same_result_again_adds_nothing():
    event = make_event()
    imported(event)
    before = Event.objects.values().get()
    assert imported(event, observed_at=YEARS_LATER + HOUR) == ResultCounts(unchanged=1)
    assert event.scores.count() == 1
    assert Event.objects.values().get() == before
    assert imported(event, origin="sbr-sheet", trust=-1) == ResultCounts(unchanged=1)
    assert event.scores.count() == 2, "another witness of the same"


@pytest.mark.django_db
def test_a_correction_is_shown_and_what_was_before_is_kept():
    event = make_event()
    imported(event)
    assert imported(event, 112, observed_at=YEARS_LATER + HOUR) == ResultCounts(corrected=1)
    assert result_of(event) == (112, 105, "final")
    assert list(event.scores.values_list("home_score", flat=True)) == [110, 112]


@pytest.mark.django_db
def test_a_result_of_less_trust_is_kept_and_not_shown():
    event = make_event()
    provider_says(event, 110, 105)
    when = event.completed_at
    assert imported(event, 99, origin="sbr-sheet", trust=-1) == ResultCounts(outranked=1)
    assert result_of(event) == (110, 105, "final")
    assert event.completed_at == when == TIP + 3 * HOUR
    assert event.scores.count() == 2


@pytest.mark.django_db
def test_a_person_corrects_the_provider_and_the_provider_a_person_whoever_comes_last():
    event = make_event()
    provider_says(event, 110, 105)
    assert imported(event, 112, observed_at=TIP + 4 * HOUR) == ResultCounts(corrected=1)
    assert result_of(event) == (112, 105, "final")
    assert event.completed_at == TIP + 3 * HOUR, "that it ended was known"
    provider_says(event, 113, 105, TIP + 5 * HOUR)
    assert result_of(event) == (113, 105, "final")
    assert imported(event, 112, observed_at=TIP + 6 * HOUR) == ResultCounts(outranked=1), "said before"
    assert result_of(event) == (113, 105, "final")


@pytest.mark.django_db
def test_a_final_score_of_an_archive_goes_before_the_providers_of_half_time():
    event = make_event()
    provider_says(event, 55, 50, completed=False)
    assert event.status == EventStatus.LIVE
    assert imported(event, origin="sbr-sheet", trust=-1) == ResultCounts(corrected=1)
    assert result_of(event) == (110, 105, "final")
    provider_says(event, 111, 105, TIP + 4 * HOUR)
    assert (event.home_score, event.completed_at) == (111, TIP + 4 * HOUR)


@pytest.mark.django_db
def test_a_status_set_by_a_person_stays_and_what_follows_is_final_when_left_to_the_jobs():
    event = make_event()
    set_status(event, EventStatus.POSTPONED)
    imported(event)
    assert result_of(event) == (110, 105, "postponed")
    assert automatic_status(event, YEARS_LATER) == EventStatus.FINAL
    assert unset_status(event, YEARS_LATER) == EventStatus.FINAL
    assert not advance_statuses(YEARS_LATER).changed


@pytest.mark.django_db
@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_a_game_that_was_called_off_is_told_without_a_score(status):
    event = make_event()
    assert imported(event, None, None, completed=False, status=status) == ResultCounts(corrected=1)
    assert result_of(event) == (None, None, status)
    assert imported(event, None, None, completed=False, status=status) == ResultCounts(unchanged=1)
    assert not event.scores.exists()
    assert not advance_statuses(YEARS_LATER).unresolved
    assert imported(event) == ResultCounts(new=1), "it was played after all"
    assert result_of(event) == (110, 105, "final")
    assert imported(event, None, None, completed=False, status=status) == ResultCounts(outranked=1)
    assert result_of(event) == (110, 105, "final")


@pytest.mark.django_db
def test_a_status_by_hand_is_not_called_off():
    event = make_event()
    set_status(event, EventStatus.SCHEDULED)
    off = {"completed": False, "status": EventStatus.CANCELLED}
    assert imported(event, None, None, **off) == ResultCounts(outranked=1)
    assert event.status == EventStatus.SCHEDULED


@pytest.mark.django_db
def test_of_two_scores_of_one_event_in_one_file_the_further_one_counts():
    for order in ((False, True), (True, False)):
        event = make_event()
        rows = [Result(event, 110 if completed else 55, 105 if completed else 50, completed) for completed in order]
        counts = record_results(rows, origin="csv", trust=0, observed_at=YEARS_LATER)
        assert counts == ResultCounts(new=1)
        event.refresh_from_db()
        assert result_of(event) == (110, 105, "final")


@pytest.mark.django_db
def test_results_take_as_many_queries_for_forty_events_as_for_two(django_assert_max_num_queries):
    for count in (2, 40):
        rows = [Result(make_event(), 110, 105) for _ in range(count)]
        with django_assert_max_num_queries(7):
            counts = record_results(rows, origin="csv", trust=0, observed_at=YEARS_LATER)
        assert counts.new == count


# What was said of one game: by whom, of which trust, the home side's score, and whether it was over.
ORIGINS = {"": 0, "csv": 0, "sbr-sheet": -1, "sbr-multibook": -2, "generic": -2}
sayings = st.lists(
    st.tuples(st.sampled_from(sorted(ORIGINS)), st.integers(90, 93), st.booleans(), st.integers(0, 9)),
    min_size=1,
    max_size=6,
)


def as_score(saying: tuple[str, int, bool, int]) -> EventScore:
    origin, home, completed, minute = saying
    at = TIP + timedelta(minutes=minute)
    return EventScore(
        event_id=1,
        origin=origin,
        trust=ORIGINS[origin],
        observed_at=at,
        completed=completed,
        home_score=home,
        away_score=88,
    )


@given(sayings, st.randoms(use_true_random=False))
def test_what_is_shown_does_not_depend_on_the_order_of_rows(said, chance):
    rows = [as_score(each) for each in said]
    mixed = chance.sample(rows, len(rows))

    def told(score):
        return score.home_score, score.completed, score.trust, score.observed_at

    result = shown(rows)
    assert told(shown(mixed)) == told(result)
    assert completed_at(mixed) == completed_at(rows)
    assert all(row.observed_at <= result.observed_at for row in rows if row.trust == result.trust), "newest of equals"
    better = [row for row in rows if row.trust > result.trust]
    assert not better or not shown(better).completed, "only a score under way gives way to less trust"


@given(sayings)
def test_when_a_game_ended_is_told_by_the_provider_alone(said):
    rows = [as_score(each) for each in said]
    over = [row.observed_at for row in rows if row.completed and row.origin == ""]
    assert completed_at(rows) == min(over, default=None)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(st.permutations(["", "sbr-sheet", "sbr-multibook"]), st.lists(st.integers(90, 93), min_size=3, max_size=3))
def test_the_order_in_which_sources_of_different_trust_come_does_not_matter(order, homes):
    said = dict(zip(["", "sbr-sheet", "sbr-multibook"], homes, strict=True))
    with transaction.atomic():
        event = make_event()
        for number, origin in enumerate(order):
            if origin:
                at = YEARS_LATER + number * HOUR
                imported(event, said[origin], origin=origin, trust=ORIGINS[origin], observed_at=at)
            else:
                provider_says(event, said[""], 105)
        assert result_of(event) == (said[""], 105, "final")
        assert event.completed_at == TIP + 3 * HOUR
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_of_archives_of_one_trust_the_one_imported_last_is_shown():
    for first, second in permutations(("sbr-multibook", "generic")):
        event = make_event()
        imported(event, 98, origin=first, trust=-2)
        assert imported(event, 99, origin=second, trust=-2, observed_at=YEARS_LATER + HOUR) == ResultCounts(corrected=1)
        assert event.home_score == 99


@pytest.mark.django_db
def test_the_page_of_an_event_says_where_its_scores_come_from(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("admin"))
    event = make_event()
    make_score(event)
    make_score(event, origin="sbr-sheet", trust=-1, home_score=99)
    page = client.get(f"/admin/events/event/{event.pk}/change/").content.decode()
    assert "the provider" in page
    assert "sbr-sheet" in page


@pytest.mark.django_db
def test_an_alias_that_would_name_two_teams_is_refused(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("admin"))
    make_event()
    alias = {"sport_key": "basketball_nba", "alias": "L.A.", "team": "Los Angeles Lakers"}
    add = "/admin/events/teamalias/add/"
    assert client.post(add, alias).status_code == 302
    again = client.post(add, {**alias, "alias": "la", "team": "Los Angeles Clippers"}).content.decode()
    assert "&#x27;L.A.&#x27; is Los Angeles Lakers already" in again
    assert "It has neither letters nor digits." in client.post(add, {**alias, "alias": "--"}).content.decode()


@pytest.fixture
def add_alias(client, django_user_model):
    """Saves an alias in the admin, and returns the page that comes."""
    client.force_login(django_user_model.objects.create_superuser("admin"))

    def add(sport_key, alias, team):
        given = {"sport_key": sport_key, "alias": alias, "team": team}
        return html.unescape(client.post("/admin/events/teamalias/add/", given, follow=True).content.decode())

    return add


@pytest.mark.django_db
def test_an_alias_of_a_team_or_a_sport_that_is_not_known_is_refused(add_alias):
    make_event(home_team="Sandcastles", is_sandbox=True)
    told = "no team of basketball_nba 'Lakerz'; did you mean Los Angeles Lakers?"
    assert told in add_alias("basketball_nba", "New York Nicks", "Lakerz")
    assert "no team of basketball_nba 'Sandcastles'" in add_alias("basketball_nba", "Sand", "Sandcastles")
    assert "nba is not one of the available choices" in add_alias("nba", "New York Nicks", "New York Knicks")
    assert not TeamAlias.objects.exists()
    page = add_alias("basketball_nba", "New York Nicks", "New York Knicks")
    assert TeamAlias.objects.get().team == "New York Knicks"
    assert "already means" not in page


@pytest.mark.django_db
def test_the_first_alias_of_a_sport_may_name_any_team(add_alias, settings):
    settings.SPORTS = ["cricket_test_match"]
    told = "No team of cricket_test_match is known yet; is 'Australia' the provider's name?"
    assert told in add_alias("cricket_test_match", "Aussies", "Australia")
    assert TeamAlias.objects.get().team == "Australia"
    make_event(sport_key="cricket_test_match", home_team="England", away_team="India")
    assert "no team of cricket_test_match 'Wales'" in add_alias("cricket_test_match", "Cymru", "Wales")


@pytest.mark.django_db
def test_an_alias_that_takes_another_teams_name_is_told(add_alias):
    page = add_alias("basketball_nba", "Lakers", "Boston Celtics")
    assert "'Lakers' already means Los Angeles Lakers; from now on every import takes it for Boston Celtics" in page
    assert TeamNames.of("basketball_nba").team("Lakers") == "Boston Celtics"


@pytest.mark.django_db
def test_the_form_of_an_alias_offers_the_known_teams(client, add_alias, django_assert_max_num_queries):
    make_event(sport_key="rugby_union", home_team="Ulster <b>")
    with django_assert_max_num_queries(5):
        page = client.get("/admin/events/teamalias/add/").content.decode()
    assert '<option value="rugby_union">' in page
    assert '<option value="Ulster &lt;b&gt;">rugby_union</option>' in page
    assert 'list="team_names"' in page
