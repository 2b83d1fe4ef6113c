"""The pages of backtests."""

import re

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backtesting import views
from backtesting.choices import BetState, RunKind, RunState

from .factories import make_bet, make_run, measure_run

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("owned")</script>'
LIST, COMPARISON, PAPER = "/backtests/", "/backtests/compare/", "/paper/"


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who is known and may see nothing of the admin: the pages are for every such person."""
    client.force_login(User.objects.create(username="reader"))
    return client


def page(client, url, query=None) -> str:
    response = client.get(url, query or {})
    assert response.status_code == 200
    return response.content.decode()


def queries(client, url, query=None) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, url, query)
    return len(captured)


def listed(client, **query) -> list[int]:
    """The numbers of the runs in the list, in its order."""
    return [int(number) for number in re.findall(r'name="run" value="(\d+)"', page(client, LIST, query))]


def measured(*states, **over):
    """A run with a bet of each of these states, and its figures."""
    run = make_run(**over)
    for state in states:
        make_bet(run, state=state, clv=0.02)
    return measure_run(run)


def make_account(*states, **over):
    return measured(*states, kind=RunKind.PAPER, **{"state": RunState.RUNNING, **over})


def cells(text, label) -> list[str]:
    """The texts of a row of the comparison, without their details."""
    row = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', text, re.DOTALL)
    assert row, label
    return [cell.strip() for cell in re.findall(r"<td>([^<]*)", row[1])]


# all pages


def test_pages_are_for_those_who_are_known(client):
    for url in (LIST, f"/backtests/{make_run().pk}/", COMPARISON, PAPER):
        assert client.get(url).url == f"/admin/login/?next={url}"


def test_pages_can_only_be_read(reader):
    for url in (LIST, f"/backtests/{make_run().pk}/", COMPARISON, PAPER):
        assert reader.post(url).status_code == 405


def test_pages_hold_neither_script_nor_style(reader):
    run, account = measured(BetState.WON, BetState.LOST), make_account(BetState.OPEN)
    for url in (LIST, f"/backtests/{run.pk}/", f"{COMPARISON}?run={run.pk}&run={account.pk}", PAPER):
        text = page(reader, url)
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", text)
        assert "{{" not in text
    assert finders.find("backtesting/pages.css")


def test_names_from_outside_are_shown_as_text(reader):
    names = {"home_team": EVIL, "outcome": EVIL, "bookmaker": EVIL, "market": EVIL, "note": EVIL}
    run = make_run(strategy=EVIL, parameters={EVIL: EVIL}, staking=EVIL, group=EVIL)
    make_bet(run, **names)
    measure_run(run, caveats=[EVIL])
    account = make_run(strategy=EVIL, parameters={EVIL: EVIL}, kind=RunKind.PAPER, state=RunState.RUNNING)
    make_bet(account, state=BetState.OPEN, **names)
    failed = make_run(state=RunState.FAILED, error=EVIL)
    compared = f"{COMPARISON}?run={run.pk}&run={EVIL}"
    for url in (LIST, f"/backtests/{run.pk}/", f"/backtests/{failed.pk}/", compared, PAPER):
        text = page(reader, url)
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
    assert listed(reader, strategy=EVIL) == [account.pk, run.pk]


# the list


def test_list_shows_what_came_of_a_run(reader):
    run = measured(BetState.WON, BetState.LOST)  # 110 won on a stake of 100, of 10,000
    text = page(reader, LIST)
    assert "<title>Backtests – Odds</title>" in text
    assert f'<a href="/backtests/{run.pk}/">expected_value</a>' in text
    assert "min_ev=0.03; sharp_book=pinnacle; 60m; flat:100" in text
    for shown in ("2025-09-30 to 2026-06-30", "+5.0\u00a0%", "+2.00\u00a0%", "10,010.00", ">Done<"):
        assert shown in text
    assert f'<time datetime="{run.created_at:%Y-%m-%dT%H:%M}' in text


def test_list_shows_the_interval_of_the_yield(reader):
    run = measured(BetState.WON)
    run.metrics["intervals"] |= {"yield": {"low": -0.021, "high": 0.083}, "level": 0.95}
    run.save()
    assert "95\u00a0%: -2.1\u00a0% to +8.3\u00a0%" in page(reader, LIST)


def test_run_without_figures_has_its_place(reader):
    run = make_run(state=RunState.FAILED, error="no event is stored")
    assert listed(reader) == [run.pk]
    assert '<span class="state failed">Failed</span>' in page(reader, LIST)


def test_a_run_that_is_not_over_shows_itself_anew(reader):
    waits = make_run(state=RunState.QUEUED, asked_by="reader")
    runs = make_run(state=RunState.RUNNING, asked_by="reader", progress=0.42)
    make_run(), make_run(state=RunState.RUNNING)  # over, and a command's own
    text = page(reader, LIST, {"strategy": "expected_value"})
    refreshing = re.findall(r'<tr id="run-(\d+)" hx-get="([^"]+)"[^>]* hx-select="#run-(\d+)"', text)
    address = f"{LIST}?strategy=expected_value"
    assert refreshing == [(f"{run.pk}", address, f"{run.pk}") for run in (runs, waits)]
    assert ">Running</span> <small>42\u00a0%</small>" in text


def test_runs_are_narrowed_by_strategy_and_kind(reader):
    plain, swept = make_run(), make_run(strategy="arbitrage", kind=RunKind.SWEEP)
    assert listed(reader) == [swept.pk, plain.pk]
    assert listed(reader, strategy="arbitrage") == listed(reader, kind="sweep") == [swept.pk]
    assert listed(reader, strategy="expected_value", kind="sweep") == []
    assert "No such run" in page(reader, LIST, {"strategy": "expected_value", "kind": "sweep"})


@pytest.mark.parametrize("bad", ["x", "-1", "\x00", "²", "1.5", "9" * 5_000])
def test_parameters_that_mean_nothing_do_no_harm(reader, bad):
    run = make_run()
    assert listed(reader, strategy=bad) == listed(reader, kind=bad) == listed(reader, page=bad) == [run.pk]
    page(reader, f"/backtests/{run.pk}/", {"page": bad})
    assert "There is no run of this number" in page(reader, COMPARISON, {"run": bad})


def test_list_goes_by_pages_and_keeps_what_was_chosen(reader, monkeypatch):
    monkeypatch.setattr(views, "RUNS_A_PAGE", 2)
    runs = [make_run().pk for _ in range(3)]
    assert listed(reader) == runs[:0:-1]
    assert listed(reader, page=2) == runs[:1]
    text = page(reader, LIST, {"strategy": "expected_value"})
    assert 'rel="next" href="?strategy=expected_value&amp;page=2"' in text
    assert "1 to 2 of 3" in text


def test_list_costs_the_same_for_3_and_for_30_and_reads_nothing_large(reader):
    for _ in range(3):
        measured(BetState.WON)
    few = queries(reader, LIST)
    for _ in range(27):
        measured(BetState.WON)
    assert queries(reader, LIST) == few
    with CaptureQueriesContext(connection) as captured:
        page(reader, LIST)
    assert not any('"backtesting_backtestrun"."equity"' in query["sql"] for query in captured)


def test_no_run_at_all_says_what_to_type(reader):
    assert "manage.py run_backtest expected_value --start" in page(reader, LIST)


# one run


def test_page_of_a_run_begins_with_what_may_be_said(reader):
    run = measured(BetState.WON, BetState.LOST, BetState.LOST)
    measure_run(run, caveats=["Few bets: 3 won or lost."], trials=12)
    text = page(reader, f"/backtests/{run.pk}/")
    order = ["Too little to judge the yield by", "Few bets: 3 won or lost.", 'id="equity"', "By month", "By bookmaker"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "12 configurations had been tried on these data" in text
    assert "The bankroll went from 10,000.00 on 2026-01-14 to 9,910.00 on 2026-01-15" in text
    assert re.search(r"Deepest drawdown \d+\.\d\u00a0%, since 2026-01-1", text)
    assert "<dt>Bankroll growth</dt><dd>-0.9\u00a0%" in text
    assert "<dt>staking</dt><dd>flat:100</dd>" in text


def test_bets_go_by_pages(reader, monkeypatch):
    monkeypatch.setattr(views, "BETS_A_PAGE", 2)
    run = measured(BetState.WON, BetState.LOST, BetState.VOID)
    first = page(reader, f"/backtests/{run.pk}/")
    assert 'rel="next" href="?page=2#bets"' in first
    assert ">void<" not in first.lower()
    assert "<td>Void</td>" in page(reader, f"/backtests/{run.pk}/", {"page": 2})


def test_page_of_a_run_costs_the_same_for_3_bets_and_for_30(reader):
    few, many = measured(*[BetState.WON] * 3), measured(*[BetState.WON] * 30)
    assert queries(reader, f"/backtests/{few.pk}/") == queries(reader, f"/backtests/{many.pk}/")


def test_failed_run_says_why_and_has_no_figures(reader):
    run = make_run(state=RunState.FAILED, error="3 of 100 events had fresh prices")
    text = page(reader, f"/backtests/{run.pk}/")
    assert "There are no figures of this run." in text
    assert "The run failed: 3 of 100 events had fresh prices" in text
    assert "manage.py run_backtest expected_value --start DAY --end DAY --param NAME=VALUE" in text


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30, "9" * 5_000, "x", "-1"])
def test_unknown_run_is_not_here(reader, number):
    assert reader.get(f"/backtests/{number}/").status_code == 404


# the comparison


def test_runs_stand_side_by_side_in_the_order_asked_for(reader):
    won, lost = measured(BetState.WON, BetState.LOST), measured(BetState.LOST, strategy="arbitrage")
    text = page(reader, COMPARISON, {"run": [lost.pk, won.pk, lost.pk]})
    assert re.findall(r">Run (\d+)<", text) == [str(lost.pk), str(won.pk)]
    assert cells(text, "Strategy") == ["arbitrage", "expected_value"]
    assert cells(text, "Yield") == ["-100.0\u00a0%", "+5.0\u00a0%"]
    assert cells(text, "Final bankroll") == ["9,900.00", "10,010.00"]
    assert "no run of" not in text


def test_run_without_figures_can_be_compared(reader):
    run = make_run(state=RunState.FAILED)
    text = page(reader, COMPARISON, {"run": [run.pk, measured(BetState.WON).pk]})
    assert cells(text, "State") == ["Failed", "Done"]
    assert cells(text, "Final bankroll")[0] == "–"


def test_what_is_no_run_is_told_in_one_line_and_the_others_are_compared(reader):
    run = measured(BetState.WON)
    text = page(reader, COMPARISON, {"run": [run.pk, run.pk + 1, "x", "", "2147483648"]})
    assert f"There is no run of these numbers: {run.pk + 1}, x, nothing, 2147483648." in text
    assert re.findall(r">Run (\d+)<", text) == [str(run.pk)]


def test_so_many_runs_are_compared_and_no_more(reader):
    runs = [make_run().pk for _ in range(10)]
    text = page(reader, COMPARISON, {"run": runs})
    assert re.findall(r">Run (\d+)<", text) == [str(number) for number in runs[:8]]
    assert "At most 8 runs are compared; 2 more were asked for and left out." in text


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"sport_key": "icehockey_nhl"}, "several sports"),
        ({"start": "2025-11-01T00:00Z"}, "different periods"),
        ({"data_fingerprint": "ef" * 32}, "read different data"),
        ({}, ""),
    ],
)
def test_runs_of_other_data_are_said_to_be_unlike(reader, over, told):
    text = page(reader, COMPARISON, {"run": [make_run().pk, make_run(**over).pk]})
    assert told in text
    assert ('<p class="verdict">' in text) == bool(told)


def test_comparison_costs_the_same_for_2_and_for_8(reader):
    runs = [make_run().pk for _ in range(8)]
    assert queries(reader, COMPARISON, {"run": runs[:2]}) == queries(reader, COMPARISON, {"run": runs})


def test_nothing_asked_for_leads_to_the_list(reader):
    text = page(reader, COMPARISON)
    assert "Nothing to compare" in text
    assert 'href="/backtests/"' in text


# paper accounts


def test_open_accounts_stand_with_their_open_bets(reader):
    account = make_account(BetState.WON, BetState.OPEN, BetState.UNFILLED)
    make_account(BetState.OPEN, state=RunState.DONE, strategy="closed_one")
    make_run(strategy="no_account")
    text = page(reader, PAPER)
    assert f"Account {account.pk}: expected_value" in text
    assert "10,110.00" in text
    assert "1 open, 1 wanted and not placed" in text
    assert text.count("<td>Open</td>") == 1
    assert "closed_one" not in text
    assert "no_account" not in text


def test_accounts_cost_the_same_for_1_and_for_5(reader):
    make_account(BetState.OPEN)
    few = queries(reader, PAPER)
    for _ in range(4):
        make_account(BetState.OPEN, BetState.WON)
    assert queries(reader, PAPER) == few


def test_no_account_says_what_to_type(reader):
    assert "manage.py paper_trade start expected_value" in page(reader, PAPER)
    make_account()
    assert "None waits for a result." in page(reader, PAPER)
