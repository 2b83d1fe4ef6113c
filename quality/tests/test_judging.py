"""What is thought of each quote, snapshot by snapshot, and the life of each fault."""

import pytest

from collectors.tests.factories import book, h2h, market, outcome, spreads, totals
from odds.choices import BookmakerKind, OddsFormat
from odds.records import Asked
from quality.choices import IssueType, Severity
from quality.records import Standards, Thresholds

from .watched import AWAY, BELOW_ONE, FREE_MONEY, HOME, MOVED, STALE, Watched, at, old


def test_a_sound_offer_has_no_notes_and_no_entry():
    game = Watched()
    game.look(0, h2h(), spreads(), totals())
    game.look(10, h2h(-155, 135), spreads(-4), totals())
    assert {(run.is_valid, run.notes) for run in game.runs.all()} == {(True, "")}
    assert game.judge.entries == {}


def test_an_error_makes_its_quotes_invalid_and_no_others():
    game = Watched()
    game.look(0, FREE_MONEY, spreads())
    assert game.of(HOME) == [(-150, False, "booksum_below_one")]
    assert game.of(AWAY) == [(310, False, "booksum_below_one")]
    assert game.of(HOME, "spreads") == [(-110, True, "")]
    entry = game.entry(BELOW_ONE)
    assert (entry.severity, entry.bookmaker, entry.market, entry.outcome) == (Severity.ERROR, "fanduel", "h2h", "")
    assert entry.description.startswith("Boston Celtics @ Los Angeles Lakers, fanduel h2h: the implied")
    assert b'"price": 310' in entry.raw


def test_a_warning_is_noted_and_its_quotes_stay_valid():
    game = Watched()
    game.look(0, h2h(-150, -150))
    assert game.of(HOME) == [(-150, True, "unusual_overround")]


def test_only_the_doubtful_outcome_is_flagged_and_named():
    game = Watched()
    game.look(0, h2h(-20000, 2500))
    assert game.of(HOME) == [(-20000, True, "price_out_of_range")]
    assert game.of(AWAY) == [(2500, True, "")]
    assert game.entry(IssueType.PRICE_OUT_OF_RANGE).outcome == HOME


def test_notes_are_in_alphabetical_order_and_name_each_fault_once():
    game = Watched()
    game.look(0, market("spreads", outcome(HOME, -20000), outcome(AWAY, -110, point=3.5)))
    assert game.of(HOME, "spreads") == [(-20000, False, "missing_field, price_out_of_range")]
    assert game.of(AWAY, "spreads") == [(-110, True, "")]


def test_a_run_is_split_where_the_verdict_turns_while_the_price_stands():
    game = Watched()
    game.look(0, h2h(-150, 130))
    game.look(10, FREE_MONEY)
    game.look(20, FREE_MONEY)
    game.look(30, h2h(-150, 130))
    assert [valid for _, valid, _ in game.of(HOME)] == [True, False, True]
    assert [(run.odds_timestamp, run.valid_until) for run in game.runs.all() if run.outcome.name == HOME] == [
        (at(0), at(10)), (at(10), at(30)), (at(30), None)
    ]  # fmt: skip


def test_a_run_is_not_split_by_a_warning_that_comes_or_goes():
    game = Watched()
    game.look(0, h2h(-150, 130))
    game.look(10, h2h(-150, -150))  # 20 %
    game.look(20, h2h(-150, 130))
    assert game.of(HOME) == [(-150, True, "")]
    assert game.of(AWAY) == [(130, True, ""), (-150, True, "unusual_overround"), (130, True, "")]


def test_a_bookmaker_seen_for_the_first_time_is_of_the_kind_it_is_known_for():
    """Pinnacle keeps 1.96 % every day; at an exchange two offers cross."""
    game = Watched(Standards(thresholds=Thresholds()))
    game.look(0, book("pinnacle", h2h(-104, -104)), book("smarkets", h2h(101, 105)), book("fanduel", h2h(-104, -104)))
    assert game.of(HOME, bookmaker="pinnacle") == [(-104, True, "")]
    assert game.of(HOME, bookmaker="smarkets") == [(101, True, "booksum_below_one")]
    assert game.of(HOME, bookmaker="fanduel") == [(-104, True, "unusual_overround")]
    told = Watched(Standards(thresholds=Thresholds(), kinds={"pinnacle": BookmakerKind.RETAIL}))
    told.look(0, book("pinnacle", h2h(-104, -104)))
    assert told.of(HOME, bookmaker="pinnacle") == [(-104, True, "unusual_overround")]  # the table has the last word


def test_the_range_of_one_bookmaker_goes_before_its_kind():
    game = Watched(Standards(thresholds=Thresholds(), ranges={"fanduel": (0.01, 0.03)}))
    game.look(0, h2h(-104, -104), spreads())
    assert game.of(HOME) == [(-104, True, "")]
    assert game.of(HOME, "spreads") == [(-110, True, "unusual_overround")]


def test_the_note_of_a_movement_stays_with_the_run_that_it_began():
    game = Watched()
    game.look(0, h2h(130, -150))
    game.look(10, h2h(-400, 300))
    game.look(20, h2h(-400, 300))
    game.look(30, h2h(-400, 310))
    assert game.of(HOME) == [(130, True, ""), (-400, True, "line_movement")]
    assert game.of(AWAY) == [(-150, True, ""), (300, True, "line_movement"), (310, True, "")]
    assert game.life(MOVED) == (10, 10, 1, 20)


def test_every_movement_is_an_entry_of_its_own():
    game = Watched()
    for minutes, prices in enumerate([(130, -150), (-400, 300), (130, -150)]):
        game.look(minutes, h2h(*prices))
    entries = sorted(game.judge.entries.values(), key=lambda entry: entry.first_seen)
    assert [(entry.type, entry.first_seen, entry.ended_at) for entry in entries] == [
        (MOVED, at(1), at(2)), (MOVED, at(2), None)
    ]  # fmt: skip


def test_a_market_that_comes_back_has_not_moved():
    game = Watched()
    game.look(0, h2h(130, -150))
    game.look(10, spreads())
    game.look(20, h2h(-400, 300), spreads())
    assert game.kinds == set()


def test_one_standing_fault_is_one_entry_with_a_count():
    game = Watched()
    game.look(0, h2h())
    for minutes in (10, 20, 30):
        game.look(minutes, FREE_MONEY)
    assert game.life(BELOW_ONE) == (10, 30, 3, None)


def test_it_stays_one_while_its_figures_change():
    game = Watched()
    game.look(0, h2h(-150, 310))
    game.look(10, h2h(-150, 320))
    assert game.life(BELOW_ONE) == (0, 10, 2, None)
    assert "at +320" in game.entry(BELOW_ONE).description
    assert b"320" in game.entry(BELOW_ONE).raw


def test_it_ends_at_the_first_snapshot_without_it_and_returns_as_the_same():
    game = Watched()
    game.look(0, FREE_MONEY)
    game.look(10, h2h())
    game.look(20, h2h())
    assert game.life(BELOW_ONE) == (0, 0, 1, 10)
    game.look(30, FREE_MONEY)
    assert game.life(BELOW_ONE) == (0, 30, 2, None)
    game.look(40, h2h())
    assert game.life(BELOW_ONE) == (0, 30, 2, 40)


@pytest.mark.parametrize(
    "asked",
    [
        Asked.of(OddsFormat.AMERICAN, ["spreads"]),
        Asked.of(OddsFormat.AMERICAN, ["h2h", "spreads"], ["draftkings"]),
    ],
    ids=["another market", "other bookmakers"],
)
def test_an_answer_that_does_not_speak_for_it_neither_ends_nor_counts_it(asked):
    game = Watched()
    game.look(0, FREE_MONEY)
    game.look(10, book("draftkings", spreads()), asked=asked)
    assert game.life(BELOW_ONE) == (0, 0, 1, None)
    game.look(20, FREE_MONEY)
    assert game.life(BELOW_ONE) == (0, 20, 2, None)


def test_a_withdrawn_offer_takes_its_fault_with_it():
    game = Watched()
    game.look(0, FREE_MONEY)
    game.look(10, spreads())
    assert game.life(BELOW_ONE) == (0, 0, 1, 10)


@pytest.mark.parametrize("bad", [h2h(0, 130), h2h("-150", 130), market("h2h", {"name": AWAY}, outcome(HOME, -150))])
def test_what_cannot_be_a_quote_is_an_entry_with_what_was_sent(bad):
    game = Watched()
    game.look(0, bad)
    game.look(10, bad)
    entries = [entry for entry in game.judge.entries.values() if entry.severity is Severity.ERROR]
    assert [(entry.occurrences, entry.bookmaker, entry.market) for entry in entries] == [(2, "fanduel", "h2h")]
    assert entries[0].raw


def test_stale_markets_of_a_bookmaker_are_one_fault():
    game = Watched()
    game.look(0, old("fanduel", h2h(), totals()), book("draftkings", h2h()))
    entry = game.entry(STALE)
    assert (entry.bookmaker, entry.market) == ("fanduel", "")
    assert "fanduel: h2h, totals: last_update 2026-01-14T10:00:00Z is 2 h old" in entry.description
    assert game.of(HOME) == [(-150, True, "stale")]
    assert game.of(HOME, bookmaker="draftkings") == [(-150, True, "")]


def test_what_all_bookmakers_show_is_one_fault_of_the_answer():
    game = Watched()
    game.look(0, *(old(key, h2h()) for key in ("betmgm", "draftkings", "fanduel")))
    assert game.entry(STALE).bookmaker == ""
    assert "all 3 bookmakers, for instance betmgm: last_update" in game.entry(STALE).description
    game.look(10, *(old(key, h2h()) for key in ("betmgm", "draftkings")), book("fanduel", h2h()))
    lives = {entry.bookmaker: (entry.occurrences, entry.ended_at) for entry in game.judge.entries.values()}
    assert lives == {"": (1, at(10)), "betmgm": (1, None), "draftkings": (1, None)}


def test_a_stale_bookmaker_is_not_fresh_because_others_are_asked():
    game = Watched()
    game.look(0, old("fanduel", h2h()))
    game.look(10, book("draftkings", h2h()), asked=Asked.of(OddsFormat.AMERICAN, ["h2h"], ["draftkings"]))
    assert game.life(STALE) == (0, 0, 1, None)
    game.look(20, h2h())
    assert game.life(STALE) == (0, 0, 1, 20)


def test_a_quote_goes_stale_without_a_change_of_price():
    game = Watched()
    for minutes in (0, 30, 59, 61):
        game.look(minutes, old("fanduel", h2h(), minutes=-1))
    assert game.life(STALE) == (61, 61, 1, None)
    assert game.of(HOME) == [(-150, True, "")]  # it began without a fault


def test_swapped_teams_make_every_quote_of_the_answer_invalid():
    game = Watched()
    game.look(0, h2h(), totals())
    game.look(10, h2h(), totals(), home_team=AWAY, away_team=HOME)
    game.look(20, h2h(), totals())
    assert [valid for _, valid, _ in game.of("Over", "totals")] == [True, False, True]
    assert game.life(IssueType.TEAMS_SWAPPED) == (10, 10, 1, 20)


def test_a_start_that_moved_is_told_once_and_flags_no_quote():
    game = Watched()
    game.look(0, h2h())
    game.look(10, h2h(), commence_time="2026-01-15T02:30:00Z")
    game.look(20, h2h(), commence_time="2026-01-15T02:30:00Z")
    assert game.life(IssueType.START_MOVED) == (10, 10, 1, 20)
    assert game.of(HOME) == [(-150, True, "")]
