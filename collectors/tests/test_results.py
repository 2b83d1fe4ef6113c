"""Results from files into the database, by the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from collectors.archives import ArchiveGame, read_archive
from collectors.results_csv import COLUMNS, TEMPLATE
from events.game_days import bounds
from events.models import Event, EventScore, TeamAlias
from events.teams import TeamNames
from events.tests.factories import TIP, make_event

pytestmark = pytest.mark.django_db

NBA = "basketball_nba"
SHEETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "historical"


@pytest.fixture(autouse=True)
def _one_sport(settings):
    settings.SPORTS = [NBA]


@pytest.fixture
def run(tmp_path):
    """Runs the command on rows given as text, and returns its JSON."""

    def go(*rows: str, header: str = "date,home_team,away_team,home_score,away_score", **options: Any) -> dict:
        path = tmp_path / "results.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        out = StringIO()
        try:
            call_command("import_results", path, "--json", stdout=out, **options)
        except CommandError as error:
            return {"error": str(error), **json.loads(out.getvalue() or "{}")}
        return json.loads(out.getvalue())

    return go


def shown(event: Event) -> tuple:
    event.refresh_from_db()
    return event.home_score, event.away_score, event.status


def test_a_result_by_an_archives_names_and_the_leagues_day(run):
    event = make_event()
    report = run("2026-01-14,LALakers,Boston,110,105")
    assert report == {
        "rows": 1,
        "matched": 1,
        "new": 1,
        "corrected": 0,
        "unchanged": 0,
        "outranked": 0,
        "dry_run": False,
        "unmatched": [],
        "problems": [],
    }
    assert shown(event) == (110, 105, "final")
    assert (event.scores.get().origin, event.scores.get().trust) == ("csv", 0)


def test_imported_twice_it_is_there_once_and_a_correction_is_told(run):
    event = make_event()
    run("2026-01-14,LALakers,Boston,110,105")
    again = run("2026-01-14,L.A. Lakers,BOS,110,105")
    assert (again["new"], again["unchanged"], EventScore.objects.count()) == (0, 1, 1)
    assert run("2026-01-14,LALakers,Boston,112,105")["corrected"] == 1
    assert shown(event) == (112, 105, "final")


def test_a_dry_run_counts_and_changes_nothing(run):
    event = make_event()
    report = run("2026-01-14,LALakers,Boston,110,105", dry_run=True)
    assert (report["new"], report["dry_run"]) == (1, True)
    assert shown(event) == (None, None, "scheduled")
    assert not EventScore.objects.exists()


def test_what_belongs_to_no_event_is_named_with_its_line_and_what_might_be_meant(run):
    event = make_event(api_id="a1")
    report = run(
        "2026-01-14,LALakers,Boston,110,105",
        "2026-01-14,Boston,LALakers,105,110",
        "2026-01-15,LALakers,Boston,110,105",
        "2026-01-14,LA Laker,Boston,110,105",
        "2026-01-14,LALakers,Boston,W,105",
    )
    assert (report["rows"], report["matched"], report["new"]) == (5, 1, 1)
    named = "Boston Celtics @ Los Angeles Lakers, 2026-01-15 00:30:00 UTC, event a1"
    assert report["unmatched"] == [
        {
            "where": "results.csv:3",
            "reason": "Los Angeles Lakers @ Boston Celtics on 2026-01-14 (league time) is stored the other way round",
            "suggestions": [named],
        },
        {
            "where": "results.csv:4",
            "reason": "Boston Celtics @ Los Angeles Lakers on 2026-01-15 (league time) is not stored, "
            "only on the day before or after",
            "suggestions": [named],
        },
        {
            "where": "results.csv:5",
            "reason": "no team of basketball_nba is called 'LA Laker'; an alias for it can be added in the admin",
            "suggestions": ["Los Angeles Lakers"],
        },
    ]
    assert report["problems"] == [
        {"kind": "bad_row", "text": "results.csv:6: home_score 'W' is no whole number; left out"}
    ]
    assert shown(event) == (110, 105, "final")


def test_an_alias_of_ones_own_helps(run):
    make_event()
    row = "2026-01-14,Lake Show,Boston,110,105"
    assert run(row)["error"].endswith("results.csv: none of 1 result could be used")
    TeamAlias.objects.create(sport_key=NBA, alias="lake show", team="Los Angeles Lakers")
    assert run(row)["new"] == 1


def test_a_game_by_its_id_needs_neither_teams_nor_sport(run, settings):
    settings.SPORTS = [NBA, "icehockey_nhl"]
    event = make_event(api_id="a1", sport_key="icehockey_nhl")
    assert run("a1,3,2", header="event_id,home_score,away_score")["new"] == 1
    assert shown(event) == (3, 2, "final")


def test_without_a_sport_teams_mean_nothing(run, settings):
    settings.SPORTS = [NBA, "icehockey_nhl"]
    event = make_event()
    row = "2026-01-14,LALakers,Boston,110,105"
    assert run(row)["unmatched"][0]["reason"] == "of which sport? It has no sport_key, and no --sport is given"
    assert run(row, sport="nba")["new"] == 1
    assert shown(event)[2] == "final"


def test_a_night_game_is_of_the_evening_before_in_utc(run):
    late = make_event(commence_time=datetime(2026, 1, 15, 3, 30, tzinfo=UTC))  # 22:30 in New York
    assert run("2026-01-15,LALakers,Boston,110,105")["matched"] == 0
    assert run("2026-01-14,LALakers,Boston,110,105")["matched"] == 1
    assert shown(late)[2] == "final"


def test_a_doubleheader_is_told_apart_by_its_starts_and_refused_without(run):
    first = make_event(commence_time=datetime(2026, 1, 14, 18, tzinfo=UTC))
    second = make_event(commence_time=datetime(2026, 1, 14, 23, tzinfo=UTC))
    by_day = run("2026-01-14,LALakers,Boston,110,105", "2026-01-14,LALakers,Boston,99,98")
    assert by_day["matched"] == 0
    assert len(by_day["unmatched"][0]["suggestions"]) == 2
    run(
        "2026-01-14T18:10:00Z,LALakers,Boston,110,105",
        "2026-01-14T23:10:00Z,LALakers,Boston,99,98",
        header="commence_time,home_team,away_team,home_score,away_score",
    )
    assert (shown(first)[:2], shown(second)[:2]) == ((110, 105), (99, 98))


def test_rows_that_say_different_things_of_one_event_are_all_refused(run):
    event = make_event()
    report = run("2026-01-14,LALakers,Boston,110,105", "2026-01-14,LALakers,Boston,111,105")
    assert (report["matched"], len(report["unmatched"])) == (0, 2)
    assert report["unmatched"][0]["reason"].endswith(
        "00:30 UTC: the file says different things of this event, and none is taken"
    )
    assert shown(event) == (None, None, "scheduled")
    assert run("2026-01-14,LALakers,Boston,110,105", "2026-01-14,LALakers,Boston,110,105")["new"] == 1


def test_a_score_of_a_game_that_has_not_begun_is_refused(run):
    to_come = make_event(api_id="a1", commence_time=datetime(2099, 1, 14, 18, tzinfo=UTC))
    report = run("a1,110,105", header="event_id,home_score,away_score")
    assert report["unmatched"][0]["reason"] == "event a1 has not begun: it starts at 2099-01-14 18:00:00 UTC"
    assert run("a1,postponed", header="event_id,status")["matched"] == 1
    assert shown(to_come) == (None, None, "postponed")


def test_games_of_the_sandbox_get_results_by_their_ids_alone(run):
    made_up = make_event(api_id="a1", is_sandbox=True)
    assert run("2026-01-14,LALakers,Boston,110,105")["matched"] == 0
    assert run("a1,110,105", header="event_id,home_score,away_score")["matched"] == 1
    assert shown(made_up) == (110, 105, "final")


def test_the_template_can_be_imported(run):
    out = StringIO()
    call_command("import_results", "--template", stdout=out)
    assert out.getvalue() == TEMPLATE
    make_event()
    make_event(home_team="Denver Nuggets", away_team="Utah Jazz", commence_time=TIP + timedelta(hours=2.5))
    header, *rows = out.getvalue().splitlines()
    assert header == ",".join(COLUMNS)
    assert run(*rows, header=header)["matched"] == 2
    assert set(Event.objects.values_list("status", flat=True)) == {"final", "postponed"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nowhere.csv"], "nowhere.csv: No such file or directory; nothing was imported"),
        ([], "which file? import_results --template prints one to fill in"),
    ],
)
def test_a_mistake_is_one_line(arguments, error):
    with pytest.raises(CommandError) as raised:
        call_command("import_results", *arguments)
    assert str(raised.value) == error


def test_people_see_the_counts_and_the_first_twenty_of_what_was_left_out(tmp_path):
    make_event()
    path = tmp_path / "r.csv"
    rows = ["2026-01-14,LALakers,Boston,110,105", *(f"2026-01-14,Nobody \x1b[2J{n},Boston,1,2" for n in range(25))]
    path.write_text("date,home_team,away_team,home_score,away_score\n" + "\n".join(rows))
    out = StringIO()
    call_command("import_results", path, stdout=out)
    text = out.getvalue()
    assert text.count("⚠") == 20
    assert "… and 5 more; --json lists all" in text
    assert "\x1b[2J" not in text


def test_people_see_one_line_for_rows_of_one_fault_and_the_file(tmp_path):
    make_event()
    path = tmp_path / "r.csv"
    rows = [*["2026-01-14,LALakers,Boston,110,105"] * 2, "2026-01-14,LALakers,Boston,99,105", "2026-01-14,x,Boston,1,2"]
    path.write_text("date,home_team,away_team,home_score,away_score\n" + "\n".join(rows))
    out = StringIO()
    with pytest.raises(CommandError, match=r"r.csv: none of 4 results could be used"):
        call_command("import_results", path, stdout=out)
    text = out.getvalue()
    assert "Imported from r.csv" in text
    assert text.count("⚠") == 2
    assert (
        "⚠ r.csv:2, r.csv:3, r.csv:4: Boston Celtics @ Los Angeles Lakers, 2026-01-15 00:30 UTC: the file says" in text
    )


def test_a_file_without_rows_says_so(run):
    assert run()["error"].endswith("results.csv: it has no rows")


@pytest.mark.parametrize(("option", "meant"), [("season", "sbr-sheet"), ("map", "generic")])
def test_an_option_that_the_format_has_no_use_for_is_refused(run, option, meant):
    error = run("2026-01-14,LALakers,Boston,110,105", **{option: "2016-17"})["error"]
    assert error == f"--{option} is for --format {meant}, not for csv"


SHEET, MULTIBOOK = SHEETS / "sbr_raw_nba_odds_2016-17.xlsx", SHEETS / "nba_sbr_multibook_2016-17_glyph.csv.gz"


def imported(format: str, file: Path) -> dict:
    out = StringIO()
    call_command("import_results", file, "--json", format=format, stdout=out)
    return json.loads(out.getvalue())


def counted(report: dict) -> dict:
    return {name: report[name] for name in ("rows", "matched", "new", "corrected", "unchanged", "outranked")}


@pytest.fixture
def season():
    """The games of a season as its sheet has them."""
    if not SHEET.exists():
        pytest.skip("the recorded data are not here")
    names = TeamNames.of(NBA)
    for game in read_archive(SHEET, "sbr-sheet", NBA):
        if isinstance(game, ArchiveGame):
            noon = bounds(game.day)[0] + timedelta(hours=12)
            make_event(home_team=names.team(game.home), away_team=names.team(game.away), commence_time=noon)
    assert Event.objects.count() == 1309


@pytest.mark.slow
def test_two_archives_of_one_season_give_the_same_results_in_either_order(season):
    """44 scores of the file with many books are wrong, mostly for want of the last minutes; the sheet's are shown."""
    sheet_first, multibook_first = {}, {}
    with transaction.atomic():
        sheet = imported("sbr-sheet", SHEET)
        multibook = imported("sbr-multibook", MULTIBOOK)
        sheet_first.update(Event.objects.values_list("api_id", "home_score"))
        transaction.set_rollback(True)
    assert counted(sheet) == {
        "rows": 1309, "matched": 1308, "new": 1308, "corrected": 0, "unchanged": 0, "outranked": 0
    }  # fmt: skip
    assert counted(multibook) == {
        "rows": 1393, "matched": 1259, "new": 1, "corrected": 0, "unchanged": 1214, "outranked": 44
    }  # fmt: skip

    multibook = imported("sbr-multibook", MULTIBOOK)
    sheet = imported("sbr-sheet", SHEET)
    multibook_first.update(Event.objects.values_list("api_id", "home_score"))
    assert multibook_first == sheet_first
    assert counted(multibook)["new"] == 1259
    assert counted(sheet) == {
        "rows": 1309, "matched": 1308, "new": 50, "corrected": 44, "unchanged": 1214, "outranked": 0
    }  # fmt: skip
    assert not Event.objects.exclude(status="final").exists()
    assert not Event.objects.exclude(completed_at=None).exists()


@pytest.mark.slow
def test_what_a_real_archive_has_and_the_season_has_not_is_named(season):
    """Preseason games, the stars' games, and three of the play-offs that the two archives have on different days."""
    report = imported("sbr-multibook", MULTIBOOK)
    strangers = [each["reason"] for each in report["unmatched"] if each["reason"].startswith("no team")]
    other_day = [each for each in report["unmatched"] if each["reason"].endswith("only on the day before or after")]
    absent = [each for each in report["unmatched"] if each["reason"].endswith("is not stored")]
    assert [reason.split("'")[1] for reason in strangers] == ["USA All Stars", "West"]
    assert [len(each["suggestions"]) for each in other_day] == [1, 1, 1]
    assert all("Utah" in each["reason"] or " on 2017-05-07 " in each["reason"] for each in other_day)
    assert len(absent) == 86
    assert len(report["unmatched"]) == 91
