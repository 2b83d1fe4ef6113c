"""The pages that start, stop and repeat backtests, and those that have their charts."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from backtesting import queue
from backtesting.choices import BetState, RunKind, RunState
from backtesting.models import BacktestRun
from events.tests.factories import make_event
from odds.tests.factories import make_bookmaker

from .factories import make_bet, make_run, measure_run

pytestmark = pytest.mark.django_db

NEW = "/backtests/new/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(User.objects.create(username="reader"))
    return client


@pytest.fixture
def asker() -> Client:
    """Somebody with the right, and no other."""
    client, user = Client(), User.objects.create(username="asker")
    user.user_permissions.add(Permission.objects.get(codename="add_backtestrun"))
    client.force_login(user)
    return client


def typed(client, **over) -> dict:
    """What a browser sends of the form as it is shown, with these changes."""
    make_event()
    form = client.get(NEW, {"strategy": over.get("strategy", "expected_value")}).context["form"]
    shown = {field.html_name: field.value() for field in form if field.value() is not None}
    return {**shown, "strategy": form.chosen.name, "start": "2026-01-10", "end": "2026-01-30", **over}


def refusal(client, **over) -> str:
    """What the form says of a fault, and nothing is asked for then."""
    response = client.post(NEW, typed(client, **over))
    assert not BacktestRun.objects.exists()
    form = response.context["form"]
    return " ".join(message for messages in form.errors.values() for message in messages)


def test_the_form_as_shown_makes_the_run_of_the_command_with_its_defaults(asker):
    response = asker.post(NEW, typed(asker))
    run = BacktestRun.objects.get()
    assert response.url == f"/backtests/{run.pk}/"
    assert (run.state, run.asked_by, run.kind, run.strategy) == ("queued", "asker", "backtest", "expected_value")
    assert (run.staking, run.decides, run.initial_bankroll, run.min_coverage) == ("flat:100", "60m", 10_000, 0.5)
    assert run.parameters["min_ev"] == 0.03
    assert run.terms["closing"] == {"bookmaker": "pinnacle", "method": "multiplicative", "max_close_age_minutes": 10}
    assert (run.terms["max_age_minutes"], run.terms["bookmakers"]) == (60, [])
    assert f"{run.start:%Y-%m-%d %H:%M} {run.end:%Y-%m-%d %H:%M}" == "2026-01-10 05:00 2026-01-31 05:00"


def test_every_field_reaches_the_run(asker):
    make_bookmaker("fanduel")
    over = {
        "param-min_ev": "0.02", "param-suspect_above": "none", "param-markets": "", "stake": "kelly:0.25,cap=0.05",
        "decide": "3h", "bankroll": "500", "bookmaker": ["fanduel"], "fill": "limit=40", "rules": "72h",
        "clv_book": "own", "devig": "power", "max_close_age": "5", "max_age": "120", "min_coverage": "0", "seed": "7",
        "bet_again": "on",
    }  # fmt: skip
    asker.post(NEW, typed(asker, **over))
    run = BacktestRun.objects.get()
    parameters = run.parameters
    assert (parameters["min_ev"], parameters["suspect_above"], parameters["markets"]) == (0.02, None, [])
    assert (run.staking, run.decides, run.initial_bankroll, run.seed) == ("kelly:0.25,cap=0.05", "3h", 500, 7)
    assert (run.terms["bookmakers"], run.terms["bet_again"], run.min_coverage) == (["fanduel"], True, 0)
    assert run.terms["closing"] == {"bookmaker": None, "method": "power", "max_close_age_minutes": 5}


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"param-min_ev": "2"}, "expected_value: min_ev is '2', expected a number from -0.99 to 0.99"),
        ({"param-devig": "magic"}, "expected_value: devig is 'magic', expected one of multiplicative"),
        ({"stake": "all"}, "staking plan 'all' is not known, expected flat:AMOUNT"),
        ({"decide": "soon"}, "decision time 'soon': give minutes or hours before the start"),
        ({"fill": "limit=x"}, "limit"),
        ({"end": "2026-01-09"}, "--end: 2026-01-09 is before --start 2026-01-10"),
        ({"end": "9999-12-31"}, "beyond the calendar"),
        ({"start": "yesterday"}, "Enter a valid date."),
        ({"bankroll": "-1"}, "initial bankroll -1.0: it has to be above 0"),
        ({"bankroll": "nan"}, "Enter a number."),
        ({"min_coverage": "1.5"}, "less than or equal to 1"),
        ({"seed": str(2**63)}, "less than or equal to"),
        ({"sport": "curling"}, "curling is not one of the available choices"),
        ({"bookmaker": ["nobody"]}, "nobody is not one of the available choices"),
        ({"param-sharp_book": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_nothing_is_asked_for(asker, over, told):
    assert told in refusal(asker, **over)


@pytest.mark.parametrize("name", ["os:system", "backtesting.strategies.baselines:Favourite", "/etc/passwd", "", "\x00"])
def test_only_registered_strategies_are_taken_from_a_page(asker, name):
    assert asker.get(NEW, {"strategy": name}).status_code == 404
    assert asker.post(NEW, {"strategy": name}).status_code == 404


def test_whoever_lacks_the_right_sees_the_form_and_why_not(reader):
    text = reader.get(NEW).content.decode()
    assert "those with the right “Can add backtest run”" in text
    assert "Start the backtest" not in text
    run = make_run(state=RunState.QUEUED, asked_by="asker")
    assert "Cancel</button>" not in reader.get(f"/backtests/{run.pk}/").content.decode()
    for url in (NEW, f"/backtests/{run.pk}/cancel/", f"/backtests/{run.pk}/again/"):
        assert reader.post(url, {"strategy": "random"}).status_code == 403
    assert BacktestRun.objects.get().state == "queued"


def test_strangers_are_led_to_the_login_and_forged_requests_refused(asker):
    run = make_run()
    urls = (NEW, f"/backtests/{run.pk}/cancel/", f"/backtests/{run.pk}/again/", f"/backtests/{run.pk}/charts/")
    assert all(Client().post(url).url.startswith("/admin/login/?next=") for url in urls)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="asker"))
    assert [strict.post(url).status_code for url in urls[:3]] == [403] * 3
    assert [asker.get(url).status_code for url in urls[1:3]] == [405, 405]


def test_page_of_a_run_that_waits_tells_how_far_it_is_and_refreshes_at_its_end(asker):
    make_run(state=RunState.QUEUED, asked_by="asker")
    run = make_run(state=RunState.QUEUED, asked_by="asker", started_at=None)
    address = f"/backtests/{run.pk}/"
    text = asker.get(address).content.decode()
    assert "Waiting: 1 before it." in text
    assert "Nothing takes backtests at the moment. Start everything with <code>make run</code>" in text
    BacktestRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, progress=0.4)
    polled = asker.get(address, headers={"HX-Request": "true"})
    assert re.search(r'<progress max="100" value="40"', polled.content.decode())
    assert "HX-Refresh" not in polled.headers
    asker.post(f"{address}cancel/")
    assert asker.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "The run was cancelled before it was done." in asker.get(address).content.decode()


def test_a_run_is_repeated_as_it_was_unless_its_strategy_is_not_registered(asker):
    asker.post(NEW, typed(asker, seed="3"))
    first = BacktestRun.objects.get()
    queue.cancel(first.pk)
    asker.post(f"/backtests/{first.pk}/again/")
    again = BacktestRun.objects.exclude(pk=first.pk).get()
    assert (again.configuration, again.seed, again.state) == (first.configuration, 3, "queued")
    for run in (make_run(strategy="os:system"), make_run(kind=RunKind.PAPER)):
        assert asker.post(f"/backtests/{run.pk}/again/").status_code == 404
    changed = make_run(parameters={"gone": 1})
    response = asker.post(f"/backtests/{changed.pk}/again/")
    assert (response.status_code, response.content.decode().count("\n")) == (400, 1)
    assert "expected_value has no parameter 'gone'" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda terms: terms.pop("bet_again"), "KeyError('bet_again')"),
        (lambda terms: terms["closing"].pop("method"), "KeyError('method')"),
        (lambda terms: terms["closing"].update(gone=1), "unexpected keyword argument 'gone'"),
        (lambda terms: terms.update(closing=None), "TypeError"),
    ],
    ids=["a term lacks", "a part lacks", "a part is unknown", "a part is none"],
)
def test_terms_of_another_version_cannot_be_repeated_and_the_answer_says_so(asker, change, told):
    asker.post(NEW, typed(asker))
    run = BacktestRun.objects.get()
    queue.cancel(run.pk)
    change(run.terms)
    run.save()
    response = asker.post(f"/backtests/{run.pk}/again/")
    text = response.content.decode()
    assert (response.status_code, text.count("\n")) == (400, 1)
    assert text.startswith("its terms are of another version, which this one cannot read: ")
    assert told in text
    assert BacktestRun.objects.count() == 1


def test_so_many_wait_and_no_more(asker, monkeypatch):
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    for _ in range(3):
        last = asker.post(NEW, typed(asker))
    told = "2 backtests wait already: ask again when some are done, or cancel some"
    assert told in last.content.decode()
    assert BacktestRun.objects.count() == 2
    again = asker.post(f"/backtests/{BacktestRun.objects.first().pk}/again/")
    assert (again.status_code, again.content.decode()) == (400, f"{told}\n")
    queue.cancel(BacktestRun.objects.first().pk)
    assert asker.post(NEW, typed(asker)).status_code == 302


def test_charts_of_a_run_and_of_several_have_their_figures(reader):
    run, lost = make_run(), make_run(strategy="<b>mine</b>")
    for _ in range(12):
        make_bet(run, clv=0.02)
        make_bet(lost, state=BetState.LOST)
    for each in (run, lost):
        measure_run(each)
    figures = reader.get(f"/backtests/{run.pk}/charts/").json()["figures"]
    assert [figure["id"] for figure in figures] == ["equity", "clv", "odds", "calibration"]
    [compared] = reader.get("/backtests/compare/charts/", {"run": [lost.pk, run.pk, "x"]}).json()["figures"]
    assert [trace["name"] for trace in compared["data"][::2]] == [
        f"Run {lost.pk}: &lt;b&gt;mine&lt;/b&gt;", f"Run {run.pk}: expected_value",
    ]  # fmt: skip
    assert compared["data"][0]["y"][-1] == pytest.approx(-0.12)
    assert compared["data"][1]["y"][-1] == pytest.approx(-0.12)
    assert reader.get("/backtests/compare/charts/").json() == {"figures": []}
