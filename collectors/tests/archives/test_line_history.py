"""The change log: real clocks, so real snapshots."""

from datetime import UTC, datetime
from decimal import Decimal

import pandas
import pytest

from collectors.archives.line_history import _COLUMNS, read_line_history
from collectors.choices import ArchiveFormat
from collectors.errors import UnreadablePayload
from collectors.verification import verify
from events.models import Event
from odds.choices import Side
from odds.fingerprint import fingerprint
from odds.models import ArchivePrice, Odds, OddsSnapshot
from odds.queries import get_odds_at_time

from .recorded import LINE_HISTORY, importing, needs_recordings

TIP = "2026-01-15T00:30:00+00:00"


def row(seen, outcome="home", price="-110", line="", **over):
    """Celtics at Lakers, a moneyline of FanDuel."""
    usual = {
        "first_seen_at": f"2026-01-14T{seen}:00Z",
        "first_last_updated": f"2026-01-14T{seen}:00.5+00:00",
        "book": "fanduel",
        "event_id": "a" * 32,
        "market_type": "spread" if line else "moneyline",
        "outcome": outcome,
        "event_start_time": TIP,
        "current_price": price,
        "current_line": line,
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
    }
    return usual | over


def read(*rows):
    return list(read_line_history(list(_COLUMNS), enumerate(rows, start=2), "basketball_nba", name="h.csv"))


def quoted(game):
    return {(q.bookmaker, q.market, q.side): (q.price, q.point) for q in game.quotes}


def save(path, *rows):
    pandas.DataFrame(rows).to_csv(path, index=False)
    return path


def test_line_that_changed_on_one_side_is_given_whole():
    first, second = read(
        row("12:00", "home", "-110", "-3.5"), row("12:00", "away", "-110", "3.5"), row("13:00", "home", "-115", "-3.5")
    )
    assert first.start == datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
    assert quoted(second) == {
        ("fanduel", "spreads", Side.HOME): (-115, Decimal("-3.5")),
        ("fanduel", "spreads", Side.AWAY): (-110, Decimal("3.5")),
    }
    assert {quote.observed_at.hour for quote in second.quotes} == {13}


def test_what_did_not_change_is_not_spoken_of():
    both = [row("12:00", book=book, outcome=side) for book in ("fanduel", "betmgm") for side in ("home", "away")]
    _, later = read(*both, row("13:00", price="-120", book="betmgm"))
    assert {quote.bookmaker for quote in later.quotes} == {"betmgm"}


def test_of_several_starts_at_one_instant_the_earliest_counts():
    told, game = read(row("12:00"), row("12:00", "away", event_start_time="2026-01-15T00:10:00+00:00"))
    assert game.start.minute == 10
    assert "begins at 2026-01-15T00:10:00Z and 2026-01-15T00:30:00Z; the earliest is taken" in told.text


@pytest.mark.parametrize(
    "damage",
    [{"market_type": "corners"}, {"outcome": "yes"}, {"current_price": "even"}, {"current_line": "x"},
     {"first_seen_at": "2026-01-14 12:00"}, {"event_id": ""}],
    ids=str,
)  # fmt: skip
def test_row_that_cannot_be_read_costs_itself_alone(damage):
    told, game = read(row("12:00", "away") | damage, row("12:00"))
    assert told.text.startswith("h.csv:2: ")
    assert len(game.quotes) == 1


def test_other_columns_are_refused():
    with pytest.raises(UnreadablePayload, match="column 'first_seen_at' is missing"):
        list(read_line_history(["book"], iter(()), "basketball_nba", name="h.csv"))


@pytest.mark.django_db
def test_price_is_seen_from_its_instant_on_and_silence_withdraws_nothing(tmp_path):
    books = [row("12:00", side, price, book=book) for book in ("fanduel", "betmgm")
             for side, price in (("home", "-150"), ("away", "130"))]  # fmt: skip
    path = save(tmp_path / "log.csv", *books, row("13:00", "home", "-160"))
    importing(path, ArchiveFormat.LINE_HISTORY)

    def seen(at):
        rows = get_odds_at_time("a" * 32, datetime.fromisoformat(f"2026-01-14T{at}:00Z"), None)
        return sorted((each.bookmaker.key, each.price) for each in rows)

    assert seen("11:59") == []
    assert seen("12:00") == [("betmgm", -150), ("betmgm", 130), ("fanduel", -150), ("fanduel", 130)]
    assert seen("13:00") == [("betmgm", -150), ("betmgm", 130), ("fanduel", -160), ("fanduel", 130)]


class TestRecorded:
    """What is stored is what pandas counts in the file."""

    pytestmark = [*needs_recordings, pytest.mark.django_db]

    @pytest.fixture
    def log(self):
        log = pandas.read_csv(LINE_HISTORY).sort_values("first_seen_at", kind="stable")
        times = ["first_seen_at", "event_start_time"]
        return log.assign(**{name: pandas.to_datetime(log[name]) for name in times})

    def test_all_of_it(self, log):
        report = importing(LINE_HISTORY, ArchiveFormat.LINE_HISTORY)
        series = ["event_id", "book", "market_type", "outcome"]
        assert (len(log), log.event_id.nunique()) == (13_445, 80)
        assert (report.events, report.created, report.odds.rejected) == (80, 80, 0)
        assert OddsSnapshot.objects.count() == len(log.groupby(["event_id", "first_seen_at"])) == 1_405

        # Each row a price, and for each line that changed on one side alone the other side as it stood.
        one_sided = (log.groupby([*series[:3], "first_seen_at"]).outcome.nunique() == 1).sum()
        assert (report.odds.price_points, one_sided) == (len(log) + one_sided, 187)

        # A new run for each row whose price or line differs from that before it; the others tell of a moved start.
        before = log.groupby(series)[["current_price", "current_line"]].shift()
        lines = log.current_line.fillna(0), before.current_line.fillna(0)
        same = (log.current_price == before.current_price) & (lines[0] == lines[1])
        assert (Odds.objects.count(), same.sum()) == (len(log) - same.sum(), 49)
        changes = log[~same].groupby("book").size().to_dict()
        assert {book: Odds.objects.filter(bookmaker__key=book).count() for book in changes} == changes

        # Rows of 50 games state several starts, in two of them at one instant alone, of which the earliest counts.
        # In-play rows are those at or after the start they state.
        starts = log.groupby(["event_id", "first_seen_at"]).event_start_time.min().groupby("event_id").nunique()
        moved = [e for e in Event.objects.all() if e.snapshots.values("commence_time").distinct().count() > 1]
        assert len(moved) == (starts > 1).sum() == 48
        assert (log.groupby("event_id").event_start_time.nunique() > 1).sum() == 50
        live = log[log.first_seen_at >= log.event_start_time]
        stored = set(OddsSnapshot.objects.filter(is_live=True).values_list("event__api_id", "snapshot_time"))
        assert len(live) == 2_401
        assert stored == {(e, at.to_pydatetime()) for e, at in zip(live.event_id, live.first_seen_at, strict=True)}

        verified = verify(Event.objects.all())
        assert (verified.differences, verified.price_points) == (0, report.odds.price_points)

    def test_again_and_its_opening_prices(self, log):
        importing(LINE_HISTORY, ArchiveFormat.LINE_HISTORY)
        once = fingerprint()
        again = importing(LINE_HISTORY, ArchiveFormat.LINE_HISTORY)
        assert (again.created, again.odds.snapshots, again.odds.duplicates) == (0, 0, 1_405)
        assert fingerprint() == once
        # `opening_price` is the first sighting of its series but where the log began again: nothing to keep of it.
        assert not ArchivePrice.objects.exists()
        first = log.groupby(["event_id", "book", "market_type", "outcome"]).current_price.transform("first")
        other = log[first != log.opening_price]
        assert (len(other), set(other.first_seen_at.dt.date.astype(str))) == (217, {"2026-01-12", "2026-01-02"})


def test_a_game_is_of_one_event_and_instant():
    games = read(row("12:00"), row("12:00", event_id="b" * 32), row("12:30"))
    assert [(game.event_id[0], game.quotes[0].observed_at.minute) for game in games] == [("a", 0), ("b", 0), ("a", 30)]
