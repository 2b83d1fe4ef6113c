import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backtesting import bet_admin
from backtesting.choices import BetState, RunKind, RunState

from .factories import make_bet, make_run, measure_run

pytestmark = pytest.mark.django_db

RUNS = "/admin/backtesting/backtestrun/"
BETS = "/admin/backtesting/backtestbet/"
EVIL = '<script>alert("owned")</script>'


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Somebody who may see everything, without the time that hashing a password takes."""
    client.force_login(User.objects.create_superuser("admin"))
    return client


def page_of(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return captured


def listed(client, **query):
    """The numbers of the bets in the list, in its order."""
    return [int(number) for number in re.findall(r"field-place[^>]*><a [^>]*>(\d+)<", page_of(client, BETS, **query))]


def cells(page, name):
    return re.findall(rf'field-{name}[ "][^>]*>(?:<[^>]*>)*([^<]*)<', page)


# runs


def test_list_of_runs_costs_the_same_for_3_and_for_30(admin_client):
    def add(count):
        for _ in range(count):
            run = make_run()
            make_bet(run)
            measure_run(run)

    add(3)
    few = len(queries(admin_client, RUNS))
    add(27)
    assert len(queries(admin_client, RUNS)) == few


def test_list_of_runs_reads_no_equity_and_no_whole_metrics(admin_client):
    measure_run(make_run())
    for query in queries(admin_client, RUNS):
        assert '"backtesting_backtestrun"."equity"' not in query["sql"]
        assert '"backtesting_backtestrun"."metrics",' not in query["sql"]


def test_list_shows_what_came_of_a_run(admin_client):
    run = make_run()
    make_bet(run, clv=0.0213)  # 110 won on a stake of 100, of 10,000
    make_bet(run, state=BetState.LOST, clv=0.0187)
    measure_run(run)
    page = page_of(admin_client, RUNS)
    assert cells(page, "bets") == ["2"]
    assert cells(page, "shown_yield") == ["+5.0\u00a0%"]
    assert cells(page, "growth") == ["+0.1\u00a0%"]
    assert cells(page, "clv") == ["+2.00\u00a0%"]
    assert cells(page, "shown_state") == ["done"]
    assert "min_ev=0.03; sharp_book=pinnacle; 60m; flat:100" in page
    assert f'href="{BETS}?run={run.pk}"' in page


def test_run_that_failed_has_a_place_in_the_list_and_a_page_that_says_why(admin_client):
    run = make_run(state=RunState.FAILED, error="expected_value: 3 of 100 events had fresh prices")
    assert cells(page_of(admin_client, RUNS), "shown_yield") == ["–"]
    page = page_of(admin_client, f"{RUNS}{run.pk}/change/")
    assert "There are no figures of this run." in page
    assert "The run failed: expected_value: 3 of 100 events had fresh prices" in page


@pytest.mark.parametrize(
    ("query", "over"),
    [
        ({"state__exact": "failed"}, {"state": RunState.FAILED}),
        ({"kind__exact": "paper"}, {"kind": RunKind.PAPER}),
        ({"strategy": "arbitrage"}, {"strategy": "arbitrage"}),
        ({"sport_key": "icehockey_nhl"}, {"sport_key": "icehockey_nhl"}),
        ({"group": "sweep 7"}, {"group": "sweep 7"}),
        ({"q": "arbit"}, {"strategy": "arbitrage"}),
        ({"q": "deadbeef"}, {"configuration": "deadbeef" * 8}),
    ],
)
def test_runs_are_found(admin_client, query, over):
    make_run()
    wanted = make_run(**over)
    assert re.findall(rf"{RUNS}(\d+)/change/", page_of(admin_client, RUNS, **query)) == [str(wanted.pk)]


def test_page_of_a_run_shows_figures_bankroll_and_the_ways_on(admin_client):
    run = make_run(group="sweep 7")
    for state in (BetState.WON, BetState.LOST, BetState.LOST):
        make_bet(run, state=state)
    measure_run(run, caveats=["Few bets: 3 won or lost."], trials=12)
    page = page_of(admin_client, f"{RUNS}{run.pk}/change/")
    assert "Few bets: 3 won or lost." in page
    assert "12 configurations had been tried on these data" in page
    assert re.search(r'<polyline points="2\.0,\d', page)
    assert "The bankroll went from 10,000.00 on 2026-01-14 to 9,910.00 on 2026-01-15" in page
    assert "<dt>Bankroll growth</dt><dd>-0.9\u00a0%" in page
    assert f'href="{BETS}?run={run.pk}"' in page
    assert f'href="{RUNS}{run.pk}/tear-sheet/"' in page
    assert f'href="{RUNS}?group=sweep+7"' in page or f'href="{RUNS}?group=sweep%207"' in page


def test_page_of_a_run_costs_the_same_for_3_bets_and_for_30(admin_client):
    run = make_run()
    for _ in range(3):
        make_bet(run)
    few = len(queries(admin_client, f"{RUNS}{measure_run(run).pk}/change/"))
    for _ in range(27):
        make_bet(run)
    assert len(queries(admin_client, f"{RUNS}{measure_run(run).pk}/change/")) == few


def test_tear_sheet_is_for_whoever_may_see_runs(client):
    run = make_run()
    address = f"{RUNS}{run.pk}/tear-sheet/"
    assert client.get(address).status_code == 302
    clerk = User.objects.create(username="clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(address).status_code == 403
    clerk.user_permissions.add(Permission.objects.get(codename="view_backtestrun"))
    assert "The strategy placed no bet" in page_of(client, address)
    assert "Content-Security-Policy" not in client.get(address)  # its own, in the page, allows its scripts
    assert client.get(f"{RUNS}{run.pk + 1}/tear-sheet/").status_code == 404


# bets


def test_list_of_bets_costs_the_same_for_3_and_for_30(admin_client):
    run = make_run()

    def add(count):
        for _ in range(count):
            make_bet(run)

    add(3)
    few, few_of_run = len(queries(admin_client, BETS)), len(queries(admin_client, f"{BETS}?run={run.pk}"))
    add(27)
    assert len(queries(admin_client, BETS)) == few
    assert len(queries(admin_client, f"{BETS}?run={run.pk}")) == few_of_run


def test_bets_of_a_run_stand_in_their_order_and_alone(admin_client):
    run, other = make_run(), make_run()
    for place in (2, 1, 3):
        make_bet(run, number=place)
    make_bet(other, number=9)
    assert listed(admin_client, run=run.pk) == [1, 2, 3]
    assert listed(admin_client) == [9, 3, 1, 2]
    assert f"Bets of run {run.pk}" in page_of(admin_client, BETS, run=run.pk)


def test_list_of_all_bets_goes_back_so_many_rows(admin_client, monkeypatch):
    monkeypatch.setattr(bet_admin, "NEWEST_BETS", 2)
    run = make_run()
    for _ in range(3):
        make_bet(run)
    assert listed(admin_client) == [3, 2]
    assert listed(admin_client, run=run.pk) == [1, 2, 3]


@pytest.mark.parametrize("asked", ["x", "", "-1", "0", "9" * 30, "²"])
def test_what_is_no_number_of_a_run_does_no_harm(admin_client, asked):
    make_bet()
    assert admin_client.get(BETS, {"run": asked}).status_code == 200


@pytest.mark.parametrize(
    ("query", "over"),
    [
        ({"state__exact": "void"}, {"state": BetState.VOID}),
        ({"market": "spreads"}, {"market": "spreads"}),
        ({"bookmaker": "betmgm"}, {"bookmaker": "betmgm"}),
        ({"q": "Nuggets"}, {"home_team": "Denver Nuggets"}),
        ({"q": "abcdef"}, {"event_id": "abcdef0123"}),
    ],
)
def test_bets_of_a_run_are_narrowed_down(admin_client, query, over):
    run = make_run()
    make_bet(run)
    wanted = make_bet(run, **over)
    measure_run(run)
    assert listed(admin_client, run=run.pk, **query) == [wanted.number]


def test_only_what_occurs_in_a_run_can_be_chosen(admin_client):
    run = make_run()
    make_bet(run, bookmaker="betmgm")
    measure_run(run)
    page = page_of(admin_client, BETS, run=run.pk)
    assert "bookmaker=betmgm" in page
    assert "bookmaker=fanduel" not in page
    assert "By bookmaker" not in page_of(admin_client, BETS)


def test_list_of_bets_shows_signed_prices_results_and_the_close(admin_client):
    run = make_run()
    make_bet(
        run,
        state=BetState.LOST,
        price=-110,
        clv=-0.012,
        market="spreads",
        outcome="Boston Celtics",
        side="away",
        point="3.5",
    )
    make_bet(run, state=BetState.OPEN)
    page = page_of(admin_client, BETS, run=run.pk)
    assert cells(page, "shown_price") == ["-110", "+110"]
    assert cells(page, "shown_profit") == ["-100.00", "–"]
    assert cells(page, "shown_clv") == ["-1.2\u00a0%", "–"]
    assert "Boston Celtics +3.5" in page


def test_page_of_a_bet_shows_every_verdict(admin_client):
    verdicts = [["2026-01-15T03:00:00Z", "lost", 0.0], ["2026-01-16T03:00:00Z", "won", 210.0]]
    bet = make_bet(settlements=verdicts, closing_decimal=2.05, closing_fair=0.49, clv=0.029)
    page = page_of(admin_client, f"{BETS}{bet.pk}/change/")
    assert page.index("2026-01-15 03:00:00: Lost, 0.00 came back") < page.index(
        "2026-01-16 03:00:00: Won, 210.00 came back"
    )
    assert "2.050" in page
    assert "49.0\u00a0%" in page
    assert f'href="{RUNS}{bet.run_id}/change/"' in page


def test_runs_and_bets_are_read_only(admin_client):
    bet = make_bet()
    for base, pk in ((RUNS, bet.run_id), (BETS, bet.pk)):
        assert admin_client.get(f"{base}add/").status_code == 403
        assert admin_client.get(f"{base}{pk}/delete/").status_code == 403
        assert admin_client.post(f"{base}{pk}/change/", {"note": "x"}).status_code == 403


def test_names_from_outside_are_escaped(admin_client):
    run = make_run(strategy=EVIL, group=EVIL, parameters={EVIL: EVIL}, terms={EVIL: {EVIL: [EVIL]}}, error=EVIL)
    bet = make_bet(run, home_team=EVIL, outcome=EVIL, description=EVIL, note=EVIL, bookmaker=EVIL, market=EVIL)
    measure_run(run, caveats=[EVIL])
    for address in (RUNS, f"{RUNS}{run.pk}/change/", BETS, f"{BETS}?run={run.pk}", f"{BETS}{bet.pk}/change/"):
        page = page_of(admin_client, address)
        assert EVIL not in page
        assert "&lt;script&gt;alert(" in page
