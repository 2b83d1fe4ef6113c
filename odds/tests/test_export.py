"""What is exported is what is stored, in every format, whatever the names are."""

import csv
import gzip
import io
import json
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from events.tests.factories import TIP, make_event, make_score
from odds.exports import excel
from odds.exports.export import Format, export, format_of
from odds.exports.selection import ExportError, Selection
from odds.models import Odds

from .factories import make_odds, make_outcome, make_pair, make_snapshot

pytestmark = pytest.mark.django_db

# Names as feeds have had them, or might: formulas, markup, line breaks, quotes, other scripts, very long ones.
HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-110", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1", "＋1", "－1", "＠x", "#N/A", "#REF!",
    '"><img src=x onerror=alert(1)>', "{{7*7}}", 'a "quoted" name', "a,b;c", "line\r\nbreak", "NULL", "\\N", "\\.", "",
    "Zoë", "Zoe\u0308", "\u202eevil", "\u200b", "🏀", "名前", "x" * 10_000, "'=1", "true", "1.5", "2026-01-15",
    "\x1b[31m",
]  # fmt: skip


def described(name: str, **over):
    """A price whose outcome has this for a description."""
    event = over.pop("event", None) or make_event()
    odds = make_odds(event, **over)
    odds.outcome = make_outcome(name=odds.outcome.name, side=odds.outcome.side, description=name)
    odds.save()
    return odds


def stored() -> list[tuple]:
    """All rows, by the ORM, in the columns and order of an export."""
    return list(
        Odds.objects.order_by(
            "event__sport_key", "event__commence_time", "event_id", "odds_timestamp", "bookmaker_id", "market_id",
            "outcome_id",
        )
        .values_list(
            "event__api_id", "event__commence_time", "event__home_team", "event__away_team", "bookmaker__key",
            "market__key", "outcome__name", "outcome__side", "outcome__description", "point", "price", "decimal_price",
            "odds_timestamp", "valid_until", "last_update", "is_live", "is_valid", "validation_notes",
        )
    )  # fmt: skip


def rows_in(folder: Path) -> list[tuple]:
    return [
        tuple(row.values())
        for file in sorted(folder.rglob("*.parquet"))
        for row in pq.ParquetFile(file).read().to_pylist()
    ]


def csv_rows(path: Path) -> list[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture
def season():
    """Two sports, two months, hostile names, every kind of null, a time with microseconds."""
    event = make_event()
    for number, name in enumerate(HOSTILE):
        described(name, event=event, bookmaker=f"book{number}", market="player_points", point="25.5")
    make_odds(make_event(commence_time=TIP + timedelta(days=30)), price=150, valid_until=TIP + timedelta(days=31))
    hockey = make_event(sport_key="icehockey_nhl", home_team="=Leafs", away_team="@Sens")
    make_odds(
        hockey, odds_timestamp=TIP + timedelta(microseconds=1), last_update=TIP, is_valid=False,
        validation_notes="stale_quote",
    )  # fmt: skip


def test_parquet_has_every_value_of_every_row(season, tmp_path):
    report = export(Selection(), tmp_path / "odds")
    assert rows_in(tmp_path / "odds") == stored()
    assert (report.rows, report.events, report.files) == (len(HOSTILE) + 2, 3, 3)
    assert sorted(str(path.relative_to(tmp_path / "odds")) for path in tmp_path.rglob("*.parquet")) == [
        "sport_key=basketball_nba/month=2026-01/part-0.parquet",
        "sport_key=basketball_nba/month=2026-02/part-0.parquet",
        "sport_key=icehockey_nhl/month=2026-01/part-0.parquet",
    ]


def test_pandas_reads_all_parts_as_one_table_with_their_types(season, tmp_path):
    export(Selection(), tmp_path / "odds")
    frame = pd.read_parquet(tmp_path / "odds")
    assert set(frame.sport_key) == {"basketball_nba", "icehockey_nhl"}
    assert set(frame.month) == {"2026-01", "2026-02"}
    assert str(frame.odds_timestamp.dtype) == "datetime64[us, UTC]"
    assert str(frame.price.dtype) == "int32"
    assert isinstance(frame.bookmaker.dtype, pd.CategoricalDtype)
    assert frame.point.dropna().iloc[0] == Decimal("25.500")


def test_null_and_the_empty_text_stay_apart_in_parquet(tmp_path):
    described("", price=-110)
    export(Selection(), tmp_path / "odds")
    (row,) = pq.read_table(next(tmp_path.rglob("*.parquet")), partitioning=None).to_pylist()
    assert (row["description"], row["valid_until"], row["point"]) == ("", None, None)


def test_csv_has_numbers_as_they_are_and_no_live_formula(season, tmp_path):
    export(Selection(), tmp_path / "odds.csv", file_format=Format.CSV)
    rows, expected = csv_rows(tmp_path / "odds.csv"), stored()
    assert [int(row["price"]) for row in rows] == [row[10] for row in expected]
    assert [float(row["decimal_price"]) for row in rows] == [row[11] for row in expected]
    assert [row["description"].removeprefix("'") for row in rows] == [row[8].removeprefix("'") for row in expected]
    assert {row["price"] for row in rows} == {"-110", "150"}
    for column in ("description", "home_team", "away_team", "outcome"):
        assert not [row[column] for row in rows if row[column][:1] in tuple("=+-@\t\r\n＝＋－＠")]


def test_csv_is_as_rfc_4180_has_it(season, tmp_path):
    export(Selection(), tmp_path / "odds.csv", file_format=Format.CSV)
    content = (tmp_path / "odds.csv").read_bytes()
    assert content.startswith(b"sport_key,event_id,commence_time,")
    assert content.endswith(b"\r\n")
    assert b'"a ""quoted"" name"' in content
    row = next(row for row in csv_rows(tmp_path / "odds.csv") if row["sport_key"] == "icehockey_nhl")
    assert row["odds_timestamp"] == "2026-01-15T00:30:00.000001Z"
    assert (row["last_update"], row["is_live"], row["is_valid"]) == ("2026-01-15T00:30:00Z", "true", "false")


def test_csv_is_gzipped_where_its_name_says_so(season, tmp_path):
    for name in ("odds.csv", "odds.csv.gz"):
        export(Selection(), tmp_path / name, file_format=format_of(tmp_path / name))
    assert csv_rows(tmp_path / "odds.csv.gz") == csv_rows(tmp_path / "odds.csv")


def test_text_in_excel_is_never_a_formula(season, tmp_path):
    export(Selection(), tmp_path / "odds.xlsx", file_format=Format.XLSX)
    sheet = load_workbook(tmp_path / "odds.xlsx")["odds"]
    headings = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "A2"
    assert headings[2] == "commence_time (UTC)"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "b"}
    place = headings.index("description")
    shown = [row[place].value or "" for row in sheet.iter_rows(min_row=2)]
    expected = [row[8].replace("\x1b", "\ufffd").replace("\r\n", "\n").replace("\r", "\n") for row in stored()]
    assert shown == expected  # XML knows one end of a line, and no control characters
    price, when = headings.index("price"), headings.index("odds_timestamp (UTC)")
    assert [row[price].value for row in sheet.iter_rows(min_row=2)] == [row[10] for row in stored()]
    assert sheet.cell(2, when + 1).value == datetime(2026, 1, 14, 22, 30)  # noqa: DTZ001 - Excel has no zones


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(season, tmp_path, monkeypatch):
    monkeypatch.setattr("odds.exports.export.MOST_ROWS", 10)
    with pytest.raises(ExportError, match=r"rows are more than the 9 that a sheet of Excel holds.*--format csv"):
        export(Selection(), tmp_path / "odds.xlsx", file_format=Format.XLSX)
    assert list(tmp_path.iterdir()) == []
    assert excel.MOST_ROWS == 2**20


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"sports": ["icehockey_nhl"]}, 1),
        ({"team": "Boston Celtics"}, 2),
        ({"bookmakers": ["pinnacle"]}, 1),
        ({"markets": ["totals"]}, 1),
        ({"live": False}, 3),
        ({"valid_only": True}, 3),
        ({"start": date(2026, 1, 15)}, 1),
        ({"end": date(2026, 1, 14)}, 3),
        ({"event_ids": ["b" * 32]}, 1),
        ({}, 4),
    ],
    ids=lambda value: next(iter(value), "all") if isinstance(value, dict) else "",
)
def test_only_what_is_chosen_is_exported(chosen, expected, tmp_path):
    """The games begin at 19:30 on the 14th in New York, which is the 15th in UTC, and one a day later."""
    make_odds(make_event(), "pinnacle")
    make_odds(make_event(), market="totals", side="over", is_valid=False)
    make_odds(make_event(api_id="b" * 32, sport_key="icehockey_nhl", home_team="Leafs", away_team="Sens"))
    later = make_event(commence_time=TIP + timedelta(days=1), home_team="Heat", away_team="Bulls")
    make_odds(later, odds_timestamp=later.commence_time)
    assert export(Selection(**chosen), tmp_path / "odds").rows == expected


def test_points_are_every_price_at_every_snapshot(tmp_path):
    event = make_event()
    make_pair(event, prices={"home": -110, "away": -110})
    for hours in (2, 1):
        make_snapshot(event, snapshot_time=TIP - timedelta(hours=hours))
    assert export(Selection(), tmp_path / "points", what="points").rows == 4
    times = {row[4] for row in rows_in(tmp_path / "points")}
    assert times == {TIP - timedelta(hours=hours) for hours in (2, 1)}


def test_events_have_their_results(tmp_path):
    event = make_score(make_event(status="final", home_score=110, away_score=105)).event
    export(Selection(), tmp_path / "events.csv", what="events", file_format=Format.CSV)
    (row,) = csv_rows(tmp_path / "events.csv")
    assert (row["event_id"], row["home_score"], row["away_score"]) == (event.api_id, "110", "105")


def test_what_cannot_be_chosen_by_is_refused(tmp_path):
    with pytest.raises(ExportError, match="--bookmaker: what is exported here has nothing to choose by it"):
        export(Selection(bookmakers=["fanduel"]), tmp_path / "events", what="events")


def test_what_is_there_is_not_replaced_unless_told(tmp_path):
    make_odds()
    export(Selection(), tmp_path / "odds")
    with pytest.raises(ExportError, match="is there already; give --overwrite"):
        export(Selection(), tmp_path / "odds")
    make_odds()
    assert export(Selection(), tmp_path / "odds", overwrite=True).rows == 2
    assert len(rows_in(tmp_path / "odds")) == 2


def test_a_folder_that_is_no_export_is_never_replaced(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("dear")
    for overwrite in (False, True):
        with pytest.raises(ExportError, match=r"is there already, and no folder of an export; take another --out$"):
            export(Selection(), tmp_path / "home", overwrite=overwrite)
    assert (tmp_path / "home" / "letters.txt").read_text() == "dear"


def test_an_export_that_fails_leaves_what_was_there(tmp_path):
    make_odds()
    export(Selection(), tmp_path / "odds.csv", file_format=Format.CSV)
    before = (tmp_path / "odds.csv").read_bytes()

    def full(events: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        export(Selection(), tmp_path / "odds.csv", file_format=Format.CSV, overwrite=True, advance=full)
    assert (tmp_path / "odds.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["odds.csv"]


@pytest.mark.parametrize("sport_key", ["../../../tmp/x", "a/b", "CON", ".", "=cmd", "a\x01b", "a\\b", "ü"])
def test_a_sport_key_never_leads_out_of_the_folder(sport_key, tmp_path):
    make_odds(make_event(sport_key=sport_key))
    (tmp_path / "in").mkdir()
    export(Selection(), tmp_path / "in" / "odds")
    (file,) = tmp_path.rglob("*.parquet")
    assert len(file.relative_to(tmp_path / "in" / "odds").parts) == 3
    assert set(pd.read_parquet(tmp_path / "in" / "odds").sport_key) == {sport_key}


def test_the_command_takes_names_as_people_write_them(tmp_path, capsys):
    make_odds(make_event(), "williamhill_us")
    make_odds(make_event(commence_time=datetime(2026, 3, 1, tzinfo=UTC)))
    call_command(
        "export_odds", "--out", str(tmp_path / "o.csv"), "--bookmaker", "williamhill_us", "--market", "moneyline",
        "--team", "Lakers", "--sport", "nba", "--start", "2026-01-14", "--end", "2026-01-14", "--no-live", "--json",
    )  # fmt: skip
    assert '"rows": 1' in capsys.readouterr().out
    assert len(csv_rows(tmp_path / "o.csv")) == 1


def test_the_command_ends_with_one_line_where_it_cannot(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_odds", out=tmp_path / "file")
    for parent in ("file", "absent"):
        with pytest.raises(CommandError, match=f"^there is no folder {tmp_path / parent}; make it, or take another"):
            call_command("export_odds", out=tmp_path / parent / "below")
    assert not (tmp_path / "absent").exists()
    with pytest.raises(CommandError, match="--end 2026-01-01 is before --start 2026-01-02"):
        call_command("export_odds", out=tmp_path / "x", start="2026-01-02", end="2026-01-01")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_above_a_refusal_there_is_no_bar(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("dear")
    out = Terminal()
    with pytest.raises(CommandError, match="no folder of an export"):
        call_command("export_odds", out=tmp_path / "home", stdout=out)
    assert out.getvalue() == ""
    call_command("export_odds", out=tmp_path / "new", stdout=out)
    assert "✓ 0 rows of 0 events" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "wanted", "meant"),
    [
        ("odds", None, Format.PARQUET), ("o.CSV", None, Format.CSV), ("o.csv.gz", None, Format.CSV),
        ("o.2026.xlsx", None, Format.XLSX), ("o.txt", Format.CSV, Format.CSV),
        ("o.parquet", Format.PARQUET, Format.PARQUET), ("odds", Format.XLSX, Format.XLSX),
    ],
)  # fmt: skip
def test_the_format_is_what_the_name_or_the_option_says(name, wanted, meant):
    assert format_of(Path(name), wanted) is meant


@pytest.mark.parametrize(
    ("name", "wanted", "line"),
    [
        ("o.txt", None, r"'o\.txt' ends in none of .csv, .csv.gz, .xlsx; give --format"),
        ("o.json", None, "give --format"),
        ("pts.parquet", None, "Parquet is written to a folder"),
        ("o.csv", Format.XLSX, r"'o\.csv' is a name for csv, and --format says xlsx"),
        ("o.csv.gz", Format.PARQUET, "is a name for csv"),
        ("o.parquet", Format.CSV, "is a name for parquet"),
    ],
)
def test_a_name_that_says_nothing_or_something_else_is_refused(name, wanted, line, tmp_path):
    with pytest.raises(CommandError, match=line):
        call_command("export_odds", out=tmp_path / name, format=wanted)
    assert list(tmp_path.iterdir()) == []


def test_nothing_takes_the_place_of_a_pipe_or_a_link(tmp_path):
    """As root `--out /dev/stdout --overwrite` would put a file there."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(CommandError, match="cannot be piped"):
            call_command("export_odds", out=tmp_path / name, format="csv", overwrite=True)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
    with pytest.raises(CommandError, match="cannot be piped"):
        call_command("export_odds", "--out", "-")


class TestSandbox:
    """Made-up prices are never among real ones."""

    @pytest.fixture(autouse=True)
    def _both(self):
        make_odds(make_event(api_id="real"))
        make_odds(make_event(api_id="made-up", is_sandbox=True))

    def exported(self, path, *options):
        call_command("export_odds", "--out", str(path), *options)
        return {row["event_id"] for row in csv_rows(path)}

    def test_it_is_left_out(self, tmp_path, capsys):
        assert self.exported(tmp_path / "o.csv") == {"real"}
        assert "⚠ 1 made-up event of the sandbox left out; --sandbox" in capsys.readouterr().out

    def test_it_comes_alone_where_it_is_asked_for(self, tmp_path, capsys):
        assert self.exported(tmp_path / "o.csv", "--sandbox") == {"made-up"}
        assert "⚠ made up by the sandbox, all of it" in capsys.readouterr().out

    def test_it_comes_where_nothing_else_is_chosen(self, tmp_path, capsys):
        assert self.exported(tmp_path / "o.csv", "--event-id", "made-up", "--json") == {"made-up"}
        report = json.loads(capsys.readouterr().out)
        assert (report["is_sandbox"], report["sandbox_left_out"], report["events"]) == (True, 0, 1)

    def test_a_dry_run_tells_the_same(self, tmp_path, capsys):
        call_command("export_odds", "--out", str(tmp_path / "o.csv"), "--dry-run", "--json")
        report = json.loads(capsys.readouterr().out)
        assert (report["is_sandbox"], report["sandbox_left_out"], report["events"]) == (False, 1, 1)


@pytest.mark.parametrize(("what", "missing"), [("odds", 1), ("points", 1), ("events", 0)])
def test_events_whose_odds_are_archived_are_counted(what, missing, tmp_path, capsys):
    make_odds(make_event())
    make_event(closing_at=TIP - timedelta(hours=1))
    report = export(Selection(), tmp_path / what, what=what)
    assert (report.events, report.archived) == (2, missing)
    call_command("export_odds", out=tmp_path / "again", what=what)
    assert ("the odds of 1 of these events lie in archives" in capsys.readouterr().out) is bool(missing)
