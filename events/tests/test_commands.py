import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from events.cli import ReadCommand

from .factories import TIP, make_event

pytestmark = pytest.mark.django_db


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def listed(*args):
    return [event["event_id"] for event in json.loads(run("list_events", *args, "--json"))]


def test_of_a_day_alone_no_time_is_shown():
    make_event(api_id="old", commence_time=datetime(2013, 10, 29, 16, tzinfo=UTC), start_is_day=True)
    row = next(line for line in run("list_events").splitlines() if " old" in line)
    assert "2013-10-29" in row
    assert "16:00" not in row


def test_json_is_one_list_of_objects_with_the_names_of_the_data_model():
    make_event(
        api_id="e1", status="final", home_score=110, away_score=105, completed_at=TIP + timedelta(hours=2, minutes=20)
    )
    assert json.loads(run("list_events", "--json")) == [
        {
            "event_id": "e1",
            "sport_key": "basketball_nba",
            "sport_title": "NBA",
            "commence_time": "2026-01-15T00:30:00Z",
            "start_is_day": False,
            "home_team": "Los Angeles Lakers",
            "away_team": "Boston Celtics",
            "status": "final",
            "home_score": 110,
            "away_score": 105,
            "completed_at": "2026-01-15T02:50:00Z",
            "closing_at": None,
        }
    ]


def test_no_events_is_an_empty_list():
    assert json.loads(run("list_events", "--json")) == []
    assert run("list_events") == "No such events. None is stored yet.\n"


def test_filters():
    make_event(api_id="lakers")
    make_event(api_id="nuggets", home_team="Denver Nuggets", away_team="Utah Jazz", status="final")
    make_event(api_id="wnba", sport_key="basketball_wnba", sport_title="WNBA", home_team="New York Liberty")
    assert listed("--team", "LA Lakers") == ["lakers"]
    assert listed("--team", "jazz") == ["nuggets"]
    assert listed("--status", "final") == ["nuggets"]
    assert listed("--sport", "wnba") == ["wnba"]
    assert listed("--sport", "nba", "--status", "final") == ["nuggets"]


def test_a_game_that_began_more_than_a_day_ago_without_a_result_is_not_shown_as_live():
    now = timezone.now()
    make_event(api_id="open", status="live", commence_time=now - timedelta(hours=25))
    make_event(api_id="never", commence_time=now - timedelta(days=3000))
    make_event(api_id="playing", status="live", commence_time=now - timedelta(hours=1))
    make_event(api_id="by hand", status="live", status_is_manual=True, commence_time=now - timedelta(days=2))
    lines = run("list_events").splitlines()
    shown = {line.split("  ")[1].strip(): line for line in lines if "Lakers" in line}
    assert {name: "? no result" in line for name, line in shown.items()} == {
        "never": True, "by hand": False, "open": True, "playing": False
    }  # fmt: skip
    assert listed("--status", "live") == ["by hand", "playing"]


def test_a_game_that_began_more_than_a_day_ago_without_a_result_is_not_to_come():
    now = timezone.now()
    make_event(api_id="to come", commence_time=now + timedelta(hours=1))
    make_event(api_id="late", commence_time=now - timedelta(hours=1))
    make_event(api_id="over", commence_time=now - timedelta(hours=25))
    assert listed("--status", "scheduled") == ["late", "to come"]


def test_days_reach_back_and_ahead():
    now = timezone.now()
    for days in (-9, -3, 3, 9):
        make_event(api_id=f"{days:+d}", commence_time=now + timedelta(days=days))
    assert listed("--days", "7") == ["-3", "+3"]
    assert listed() == ["-9", "-3", "+3", "+9"]


def test_date_is_the_day_in_new_york():
    make_event(api_id="evening", commence_time=datetime(2026, 1, 15, 0, 30, tzinfo=UTC))
    make_event(api_id="next", commence_time=datetime(2026, 1, 15, 18, 0, tzinfo=UTC))
    assert listed("--date", "2026-01-14") == ["evening"]
    assert listed("--date", "2026-01-15") == ["next"]


def test_limit_keeps_the_last_ones():
    for day in range(5):
        make_event(api_id=str(day), commence_time=TIP + timedelta(days=day))
    assert listed("--limit", "2") == ["3", "4"]


def test_table_shows_score_and_state():
    make_event(api_id="e1234567890", status="final", home_score=110, away_score=105)
    text = run("list_events")
    assert "2026-01-15 00:30" in text
    assert "Boston Celtics @ Los Angeles Lakers" in text
    assert "✓ final" in text
    assert "105–110" in text
    assert "1 of 1 event" in text


def test_short_ids_in_a_narrow_table_still_tell_events_apart(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    make_event(api_id="season-2026-game-001")
    make_event(api_id="season-2026-game-002")
    text = run("list_events")
    assert "season-2026-game-001" in text
    assert "season-2026-game-002" in text
    assert max(map(len, text.splitlines())) <= 80


def test_names_from_outside_cannot_steer_the_terminal():
    make_event(home_team="\x1b[31mRed\x1b[0m", away_team="[bold]Bold[/bold]")
    text = run("list_events")
    assert "\x1b" not in text
    assert "[bold]Bold[/bold]" in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--team", "Lakres"), "no team 'Lakres'; did you mean Los Angeles Lakers?"),
        (("--sport", "chess"), "no sport 'chess'; known: basketball_nba"),
        (("--date", "yesterday"), "--date: 'yesterday' is no day; write it as 2026-01-15"),
        (("--days", "-1"), "Error: argument --days: '-1' is no whole number above 0"),
    ],
)
def test_mistakes_are_one_line(args, message):
    make_event()
    with pytest.raises(CommandError) as caught:
        run("list_events", *args)
    assert str(caught.value) == message


def test_wrong_usage_is_one_line_and_exit_code_1(capsys):
    class Command(ReadCommand):
        def add_arguments(self, parser):
            super().add_arguments(parser)
            parser.add_argument("--event-id", required=True)

    with pytest.raises(SystemExit) as caught:
        Command().run_from_argv(["manage.py", "ask"])
    assert caught.value.code == 1
    assert capsys.readouterr().err == ("the following arguments are required: --event-id; see manage.py ask --help\n")


def test_queries_do_not_grow_with_events(django_assert_num_queries):
    for number in range(30):
        make_event(api_id=str(number))
    with django_assert_num_queries(1):
        run("list_events", "--json")
