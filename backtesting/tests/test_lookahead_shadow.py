"""The shadow: copies that stand before the real tables on one connection, and leave nothing behind."""

import pytest
from django.db import connection

from backtesting.lookahead.shadow import TABLES, VIEWS, shadow, undone
from events.models import Event, EventScore
from events.tests.factories import make_event, make_score
from odds.models import ArchivePrice, Odds, OddsSnapshot
from odds.tests.factories import make_odds, make_snapshot

from .recordings import Look, before, finish, record

pytestmark = pytest.mark.django_db

MODELS = (Event, EventScore, OddsSnapshot, Odds, ArchivePrice)
H2H = {("fanduel", "h2h", "home"): -110, ("fanduel", "h2h", "away"): -110}


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in MODELS}


def price_points():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM odds_price_points ORDER BY event_id, snapshot_time, odds_id")
        return cursor.fetchall()


@pytest.fixture
def game():
    game = record(Look(before(60), H2H), Look(before(30), H2H | {("fanduel", "h2h", "home"): -120}))
    finish(game, 110, 105)
    return game


def test_every_question_gets_the_same_answer_as_before(game):
    stored, points = rows(), price_points()
    assert len(points) == 4
    with shadow([game.pk]):
        assert rows() == stored
        assert price_points() == points


def test_events_not_asked_for_are_not_there(game):
    other = make_event()
    make_score(other)
    make_snapshot(other)
    make_odds(other)
    with shadow([game.pk]):
        assert list(Event.objects.all()) == [game]
        assert {odds.event_id for odds in Odds.objects.all()} == {game.pk}
        assert not OddsSnapshot.objects.filter(event=other).exists()
        assert not EventScore.objects.filter(event=other).exists()


def test_what_is_written_inside_never_reaches_the_real_tables(game):
    stored, points = rows(), price_points()
    with shadow([game.pk]):
        Odds.objects.update(price=400)
        Event.objects.update(home_score=1)
        EventScore.objects.all().delete()
        assert price_points() != points
    assert rows() == stored
    assert price_points() == points


def test_nothing_is_left_after_an_error_either(game):
    stored = rows()
    with pytest.raises(ZeroDivisionError), shadow([game.pk]):
        Odds.objects.update(price=1 / len(Odds.objects.all().delete()[1] and []))
    assert rows() == stored
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")
        assert cursor.fetchone() == (0,)


def test_what_is_done_in_between_is_taken_back_alone(game):
    with shadow([game.pk]):
        Event.objects.update(home_score=1)
        with undone():
            Event.objects.update(home_score=2)
        assert Event.objects.get().home_score == 1


def test_every_view_on_the_tables_is_shadowed():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT view_name FROM information_schema.view_table_usage WHERE table_name = ANY(%s)",
            [list(TABLES)],
        )
        assert {name for (name,) in cursor.fetchall()} == set(VIEWS)


def test_every_table_about_an_event_is_shadowed():
    """A table of these two apps that refers to events would otherwise tell what was not known."""
    from django.apps import apps

    models = [*apps.get_app_config("events").get_models(), *apps.get_app_config("odds").get_models()]
    about = {model for model in models if any(field.related_model is Event for field in model._meta.fields)}
    assert {model._meta.db_table for model in about | {Event}} == set(TABLES)
