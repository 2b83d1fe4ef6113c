"""From files into the database: which event, in any order, once, and never on a guess."""

import json
import zlib
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectors.archives import ArchiveGame
from collectors.archives.column_map import BadMap
from collectors.archives.placing import place
from collectors.choices import ArchiveFormat
from collectors.errors import UnreadablePayload
from collectors.models import ArchiveFile
from collectors.verification import verify
from events.models import Event, EventScore, TeamAlias
from events.tests.factories import make_event, make_score
from odds.archiving.archive import archive
from odds.archiving.layout import ArchiveKind
from odds.fingerprint import fingerprint
from odds.models import ArchivePrice, Bookmaker, OddsSnapshot
from odds.tests.factories import make_snapshot

from .recorded import importing
from .test_sbr_multibook import COLUMNS, row

pytestmark = pytest.mark.django_db

BOOK = ArchiveFormat.SBR_MULTIBOOK
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def save(tmp_path):
    def save(*rows, name="season.csv"):
        lines = [",".join(COLUMNS), *(",".join(each[column] for column in COLUMNS) for each in rows)]
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    return save


@pytest.fixture
def timed(tmp_path):
    """A generic file of moneylines with instants, and its map; with the provider's ids if `ids`."""

    def timed(*rows, ids=False):
        (tmp_path / "timed.csv").write_text("\n".join(["id,start,home,away,side,price,seen", *rows]))
        (tmp_path / "timed.toml").write_text(
            "[game]\n" + ('event_id = "id"\n' if ids else "") + 'start = "start"\nhome = "home"\naway = "away"\n'
            '[[prices]]\nbookmaker = { value = "betmgm" }\nmarket = { value = "h2h" }\nside = "side"\n'
            'price = "price"\nobserved_at = "seen"\n'
        )
        return importing(tmp_path / "timed.csv", ArchiveFormat.GENERIC, mapping=tmp_path / "timed.toml")

    return timed


def moneyline(away="-185", home="+157", **over):
    return row("moneyline", pinnacle1=away, pinnacle2=home, **over)


def prices():
    return sorted(ArchivePrice.objects.values_list("bookmaker__key", "outcome__name", "price", "is_valid"))


def texts(report):
    return [problem.text for problem in report.problems]


def game(**over):
    usual = {"sport_key": "basketball_nba", "day": date(2016, 11, 1), "home": "Toronto", "away": "Golden State"}
    return ArchiveGame(**{**usual, "where": "a.csv:2", **over})


def test_event_is_made_where_none_is_stored(save):
    report = importing(save(moneyline()), BOOK)
    event = Event.objects.get()
    assert (report.created, report.events, report.left_out, report.problems) == (1, 1, 0, [])
    assert event.api_id.startswith("archive-")
    assert (event.away_team, event.home_team) == ("Golden State Warriors", "Toronto Raptors")
    assert (event.commence_time, event.start_is_day) == (datetime(2016, 11, 1, 16, tzinfo=UTC), True)
    assert (event.away_score, event.home_score, event.status) == (93, 97, "final")
    assert EventScore.objects.get().trust == -2
    assert prices() == [("pinnacle", "Golden State Warriors", -185, True), ("pinnacle", "Toronto Raptors", 157, True)]
    assert Bookmaker.objects.get().title == "Pinnacle"


def test_stored_event_is_found_by_teams_and_league_day(save):
    event = make_event(
        home_team="Toronto Raptors", away_team="Golden State Warriors",
        commence_time=datetime(2016, 11, 2, 2, 30, tzinfo=UTC),
    )  # fmt: skip
    report = importing(save(moneyline()), BOOK)
    assert (report.created, Event.objects.count()) == (0, 1)
    assert event.archive_prices.count() == 2


def test_result_of_the_provider_stays(save):
    event = make_event(
        home_team="Toronto Raptors", away_team="Golden State Warriors",
        commence_time=datetime(2016, 11, 2, 0, 30, tzinfo=UTC), home_score=110, away_score=105,
    )  # fmt: skip
    make_score(event)
    report = importing(save(moneyline()), BOOK)
    event.refresh_from_db()
    assert (event.home_score, event.away_score, report.results.outranked) == (110, 105, 1)


def test_importing_twice_changes_nothing(save):
    path = save(moneyline(), row("spread", pinnacle1=f"-4½{NBSP}-110", pinnacle2=f"+4½{NBSP}-110"))
    first = importing(path, BOOK)
    stored, once = fingerprint(), list(ArchivePrice.objects.order_by("pk").values())
    again = importing(path, BOOK)
    assert (first.prices.new, again.prices.new, again.prices.unchanged, again.created) == (4, 0, 4, 0)
    assert (again.results.new, again.results.unchanged) == (0, 1)
    assert list(ArchivePrice.objects.order_by("pk").values()) == once
    assert fingerprint() == stored
    assert ArchiveFile.objects.count() == 1


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_files_that_disagree_the_same_one_stays_whatever_the_order(save, first):
    files = [save(moneyline("-185", "+157"), name="a.csv"), save(moneyline("-190", "+150"), name="b.csv")]
    reports = [importing(files[first], BOOK), importing(files[1 - first], BOOK)]
    assert [price for _, _, price, _ in prices()] == [-190, 150]
    assert reports[1].prices.changed + reports[1].prices.outranked == 2


def test_unknown_team_is_left_out_with_suggestions_and_known_by_its_alias_later(save):
    path = save(moneyline(home_team="", home_Team="Torronto"), moneyline(Date="20161103"))
    report = importing(path, BOOK)
    assert (report.left_out, report.created) == (1, 1)
    assert texts(report)[0].startswith(
        "season.csv:2: Golden State @ Torronto: no team 'Torronto' is known; perhaps Toronto Raptors"
    )
    TeamAlias.objects.create(sport_key="basketball_nba", alias="Torronto", team="Toronto Raptors")
    assert importing(path, BOOK).created == 1
    assert Event.objects.count() == 2


def test_teams_the_other_way_round_are_no_new_event(save):
    importing(save(moneyline()), BOOK)
    report = importing(save(moneyline(home_Team="Golden State", away_Team="Toronto"), name="other.csv"), BOOK)
    assert (report.created, report.left_out) == (0, 1)
    assert "is stored the other way round" in texts(report)[0]


def test_game_that_is_stored_a_day_off_is_no_new_event(save):
    importing(save(moneyline(Date="20161101")), BOOK)
    report = importing(save(moneyline(Date="20161102"), name="other.csv"), BOOK)
    assert (report.created, report.left_out) == (0, 1)
    assert "only on the day before or after" in texts(report)[0]


def test_series_of_two_days_is_two_games(save):
    importing(save(moneyline(Date="20161101")), BOOK)
    report = importing(save(moneyline(Date="20161101"), moneyline(Date="20161102"), name="other.csv"), BOOK)
    assert (report.created, report.left_out) == (1, 0)


def test_two_games_of_a_pairing_on_one_day_are_two_events_and_the_same_two_again():
    games = [game(), game(where="a.csv:5")]
    first, again = place(games), place(games)
    assert (first.created, again.created) == (2, 0)
    assert [event.pk for event in first.events] == [event.pk for event in again.events]


def test_placing_takes_as_many_queries_for_one_game_as_for_many(django_assert_max_num_queries):
    days = [date(2016, 11, number) for number in range(1, 29, 2)]
    with django_assert_max_num_queries(8):
        place([game(day=day) for day in days])


def test_start_is_learned_by_an_event_of_which_the_day_was_known():
    place([game()])
    start = datetime(2016, 11, 2, 0, 30, tzinfo=UTC)
    place([game(day=None, start=start)])
    event = Event.objects.get()
    assert (event.commence_time, event.start_is_day) == (start, False)


def test_prices_that_cannot_be_are_kept_and_not_valid(save):
    pairs = {"pinnacle": ("-525", "-525"), "fiveDimes": ("+120", "+120"), "bookmaker": ("-105", "-105")}
    quotes = {f"{book}{n}": price for book, pair in pairs.items() for n, price in zip("12", pair, strict=True)}
    importing(save(row("moneyline", **quotes)), BOOK)
    verdicts = ArchivePrice.objects.values_list("bookmaker__key", "is_valid", "validation_notes").distinct()
    assert sorted(verdicts) == [
        ("bookmaker_eu", True, ""), ("fivedimes", False, "booksum_below_one"), ("pinnacle", False, "unusual_overround"),
    ]  # fmt: skip


def test_points_that_do_not_fit_are_not_valid(save):
    report = importing(save(row("spread", pinnacle1=f"-4{NBSP}-110", pinnacle2=f"+5{NBSP}-110")), BOOK)
    assert set(ArchivePrice.objects.values_list("is_valid", "validation_notes")) == {(False, "inconsistent_pair")}
    assert report.flagged == 2


def test_result_of_a_game_to_come_is_none(save):
    report = importing(save(moneyline(Date="20270101")), BOOK)
    assert "still to begin; no result" in texts(report)[0]
    assert not EventScore.objects.exists()


def test_file_is_kept_byte_for_byte_with_what_it_takes_to_read_it_again(save):
    path = save(moneyline())
    importing(path, BOOK, season="2016-17")
    kept = ArchiveFile.objects.get()
    assert zlib.decompress(kept.body) == path.read_bytes()
    assert (kept.name, kept.size, kept.format) == ("season.csv", path.stat().st_size, "sbr-multibook")
    assert (kept.report["sport_key"], kept.report["season"], kept.report["games"]) == ("basketball_nba", "2016-17", 1)


def test_timed_prices_without_ids_become_snapshots_of_the_event(timed):
    report = timed(
        ",2026-01-15T00:30:00Z,Lakers,Celtics,home,-150,2026-01-14T12:00:00Z",
        ",2026-01-15T00:30:00Z,Lakers,Celtics,away,130,2026-01-14T12:00:00Z",
        ",2026-01-15T00:40:00Z,Lakers,Celtics,home,-160,2026-01-14T18:00:00Z",
    )
    event = Event.objects.get()
    assert (report.problems, report.games, report.odds.snapshots, report.odds.runs) == ([], 2, 2, 3)
    assert (event.commence_time.minute, event.start_is_day) == (40, False)
    assert OddsSnapshot.objects.latest("snapshot_time").scope.asked == {"h2h": ["betmgm"]}
    assert verify([event]).differences == 0


def test_provider_id_goes_before_teams_and_day(timed):
    make_event(api_id="a" * 32)
    report = timed(f"{'b' * 32},2026-01-15T00:30:00Z,Lakers,Celtics,home,-150,2026-01-14T12:00:00Z", ids=True)
    assert (report.created, report.left_out) == (1, 0)
    assert Event.objects.get(api_id="b" * 32).home_team == "Los Angeles Lakers"


def test_known_id_of_another_game_is_left_out(timed):
    make_event(api_id="a" * 32, home_team="Chicago Bulls")
    report = timed(f"{'a' * 32},2026-01-15T00:30:00Z,Lakers,Celtics,home,-150,2026-01-14T12:00:00Z", ids=True)
    assert (report.created, report.left_out, OddsSnapshot.objects.count()) == (0, 1, 0)
    assert "is Boston Celtics @ Chicago Bulls, not Boston Celtics @ Los Angeles Lakers" in texts(report)[0]


def test_unreadable_file_stores_nothing(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\x1f\x8b not gzip")
    with pytest.raises(UnreadablePayload, match="no CSV in UTF-8"):
        importing(tmp_path / "x.csv", BOOK)
    with pytest.raises(UnreadablePayload, match="No such file"):
        importing(tmp_path / "y.csv", BOOK)
    with pytest.raises(BadMap, match="give --map"):
        importing(save_text(tmp_path / "z.csv", "a,b\n"), ArchiveFormat.GENERIC)
    assert not ArchiveFile.objects.exists()


def test_file_that_the_database_refuses_stores_nothing(timed):
    with pytest.raises(UnreadablePayload, match=r"timed.csv: the database refuses it: .*NUL"):
        timed("b,2026-01-15T00:30:00Z,No\0body,Celtics,home,-150,2026-01-14T12:00:00Z", ids=True)
    assert not Event.objects.exists()


def save_text(path, text):
    path.write_text(text)
    return path


def run(*args, **options):
    out = StringIO()
    call_command("import_archive", *args, stdout=out, **options)
    return out.getvalue()


def test_command_reports_each_file_as_json(save, settings):
    settings.SPORTS = ["basketball_nba"]
    path = save(moneyline(), moneyline(home_Team="Beijing Ducks"))
    [report] = json.loads(run(path, format=BOOK.value, as_json=True))
    counted = ("file", "games", "events", "created", "left_out", "results_new", "prices_new", "snapshots", "dry_run")
    assert {name: report[name] for name in counted} == {
        "file": "season.csv", "games": 2, "events": 1, "created": 1, "left_out": 1, "results_new": 1, "prices_new": 2,
        "snapshots": 0, "dry_run": False,
    }  # fmt: skip
    assert [problem["kind"] for problem in report["problems"]] == ["unknown_team"]


def test_dry_run_tells_the_same_and_stores_nothing(save):
    path = save(moneyline())
    told = run(path, format=BOOK.value, sport="basketball_nba", dry_run=True)
    assert "Would be imported from season.csv" in told
    assert not any(model.objects.exists() for model in (Event, EventScore, ArchivePrice, ArchiveFile))


def test_command_names_what_is_wrong_in_one_line(save, tmp_path, settings):
    settings.SPORTS = ["basketball_nba", "icehockey_nhl"]
    path = save(moneyline())
    with pytest.raises(CommandError, match=r"of which sport\? SPORTS has 2: give --sport"):
        run(path, format=BOOK.value)
    bad = save_text(tmp_path / "bad.csv", "a,b\n")
    with pytest.raises(
        CommandError, match=r"column 'Date' is missing; nothing of this file was imported; imported before it: 1 of 2"
    ):
        run(path, bad, format=BOOK.value, sport="basketball_nba")
    with pytest.raises(CommandError, match="no game of it could be used"):
        run(save(moneyline(home_Team="Nobody"), name="n.csv"), format=BOOK.value, sport="basketball_nba")


def test_file_that_is_not_there_imports_nothing_of_the_others(save, tmp_path):
    with pytest.raises(CommandError, match=r"nope.csv: no such file; nothing was imported"):
        run(save(moneyline()), tmp_path / "nope.csv", format=BOOK.value, sport="basketball_nba")
    with pytest.raises(CommandError, match=r"a folder; those are of --format parquet; nothing was imported"):
        run(save(moneyline()), tmp_path, format=BOOK.value, sport="basketball_nba")
    assert not ArchiveFile.objects.exists()


def test_json_tells_what_was_imported_before_a_file_that_cannot_be_read(save, tmp_path):
    files = [save(moneyline()), save_text(tmp_path / "bad.csv", "a,b\n"), save(moneyline(), name="c.csv")]
    out = StringIO()
    with pytest.raises(CommandError, match=r"imported before it: 1 of 3 files, 1 not tried"):
        call_command("import_archive", *files, "--json", stdout=out, format=BOOK.value, sport="basketball_nba")
    assert [report["file"] for report in json.loads(out.getvalue())] == ["season.csv"]
    assert ArchiveFile.objects.count() == 1


def test_problems_that_a_person_can_act_on_go_first_and_the_others_are_counted(save):
    quiet = [moneyline(away_Team="", Date=f"201611{day:02}") for day in range(1, 26)]
    path = save(*quiet, moneyline(), moneyline(home_Team="Torronto"))
    told = run(path, format=BOOK.value, sport="basketball_nba", dry_run=True)
    assert told.index("no team 'Torronto' is known") < told.index("without teams")
    assert "… and 6 more (6 no teams); --json lists all" in told


@pytest.mark.parametrize(
    ("format", "option", "meant"),
    [("sbr-multibook", "map", "generic"), ("generic", "season", "sbr-sheet"), ("parquet", "map", "generic")],
)
def test_option_that_the_format_has_no_use_for_is_refused(save, format, option, meant):
    with pytest.raises(CommandError, match=f"--{option} is for --format {meant}, not for {format}; nothing was"):
        run(save(moneyline()), format=format, sport="basketball_nba", **{option: "2016-17"})


def test_own_archives_come_back(tmp_path):
    event = make_event(sport_key="basketball_nba")
    make_snapshot(event)
    assert len(list(archive(ArchiveKind.WHOLE, event.commence_time + timedelta(days=400), tmp_path))) == 1
    assert not OddsSnapshot.objects.exists()
    [report] = json.loads(run(tmp_path, format="parquet", as_json=True))
    assert (report["archives"], report["events"], report["snapshots"]) == (1, 1, 1)
    assert OddsSnapshot.objects.count() == 1
    with pytest.raises(CommandError, match="nowhere: no such file or folder; nothing was imported"):
        run(tmp_path / "nowhere", format="parquet")


def test_admin_shows_files_without_their_bytes(client, save):
    importing(save(moneyline()), BOOK)
    client.force_login(User.objects.create_superuser("admin"))
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/admin/collectors/archivefile/").content.decode()
    assert "season.csv" in page
    assert not [query for query in captured if '"body"' in query["sql"]]
    [kept] = ArchiveFile.objects.all()
    page = client.get(f"/admin/collectors/archivefile/{kept.pk}/change/").content.decode()
    assert "results_new" in page
    assert "SHA-256" in page
    assert client.post(f"/admin/collectors/archivefile/{kept.pk}/delete/", {"post": "yes"}).status_code == 403
