"""The command: what it prints, and how it ends."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.tests.factories import make_event

from .lookahead_games import season

pytestmark = pytest.mark.django_db

RANGE = {"start": "2026-01-14", "end": "2026-01-20"}
CHEAT = "backtesting.tests.test_lookahead_audit:ReadsTheResult"


def audited(strategy, *options, **over):
    out = StringIO()
    call_command("audit_lookahead", strategy, *options, **{**RANGE, "twins": 2, **over}, stdout=out)
    return out.getvalue()


def test_it_says_how_much_was_looked_at_where_nothing_is_found():
    season(games=2)
    told = audited("favourite", decisions=1)
    assert told.startswith("✓ favourite: nothing found in 1 of 2 decisions on cut and on scrambled data, 2 whole runs")
    assert "2 bets in 2 events, seed 0" in told


def test_a_leak_is_shown_with_its_row_and_ends_in_an_error():
    [game, *_] = season(games=2)
    out = StringIO()
    with pytest.raises(
        CommandError, match=r"ReadsTheResult looks ahead: (1 decision differs|2 decisions differ), looked at 2 of 2"
    ):
        call_command("audit_lookahead", CHEAT, **RANGE, twins=1, stdout=out)
    assert "bet vanished" in out.getvalue()
    assert f"score {game.scores.latest('observed_at').away_score}–" in out.getvalue()


def test_as_json_it_is_one_document_and_ends_with_1_as_well(capsys):
    [game, *_] = season(games=1)
    with pytest.raises(SystemExit) as ended:
        call_command("audit_lookahead", CHEAT, **RANGE, as_json=True)
    assert ended.value.code == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["strategy"], document["decisions"], document["is_clean"]) == ("ReadsTheResult", 1, False)
    [finding, *_] = document["findings"]
    assert (finding["event_id"], finding["change"], finding["leak"]["event_id"]) == (
        game.api_id, "bet vanished", game.api_id,
    )  # fmt: skip


def test_an_audit_that_saw_no_decision_proves_nothing():
    make_event()
    with pytest.raises(CommandError, match="favourite: no decision in 1 event, so nothing was looked at"):
        audited("favourite")


@pytest.mark.parametrize(
    ("strategy", "over", "line"),
    [
        ("favorite", {}, "no strategy 'favorite'.*favourite"),
        ("favourite", {"start": "2025-01-01", "end": "2025-01-02"}, "no basketball_nba event begins from 2025-01-01"),
        ("favourite", {"end": "2026-01-01"}, "--end: 2026-01-01 is before"),
        ("favourite", {"bankroll": -1.0}, "initial bankroll -1.0"),
    ],
)
def test_what_is_wrong_is_one_line(strategy, over, line):
    with pytest.raises(CommandError, match=line):
        audited(strategy, **over)
