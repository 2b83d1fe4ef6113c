import json
import re
from base64 import b64encode
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backtesting.choices import BetState, RunKind, RunState
from backtesting.report import sheet, tear_sheet, write_tear_sheet
from events.tests.factories import TIP

from .factories import make_bet, make_run, measure_run

pytestmark = pytest.mark.django_db

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7|add:7 }}<!--<script>"


class Page(HTMLParser):
    """What a browser would find in a page: its tags with attributes, and the contents of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_data(self, data):
        if self.cdata_elem == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = attributes, before + data
        elif self.cdata_elem is None:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]

    def figures(self):
        [figures] = [text for attributes, text in self.scripts if attributes.get("id") == "figures"]
        return {each["id"]: each for each in json.loads(figures)}


def season(run, days=40, **over):
    """A bet on each of so many days: two in three won at +110."""
    for day in range(days):
        state = BetState.LOST if day % 3 == 0 else BetState.WON
        fields = {"state": state, "clv": 0.02, "commence_time": TIP + timedelta(days=day), **over}
        make_bet(run, **fields)
    return run


def page_of(run):
    return Page(tear_sheet(run))


def test_headline_says_how_sure_the_yield_is_and_on_what_it_stands():
    run = measure_run(
        season(make_run()),
        trials=24,
        deflated={"probability": 0.61, "benchmark_sharpe": 0.2, "sharpe": 0.3, "bonferroni": 0.4},
    )
    text = page_of(run).text
    interval = run.metrics["intervals"]["yield"]
    assert f"Yield +{run.metrics['yield']:.1%}".replace("%", " %") in text
    ends = f"+{interval['low']:.1%} to +{interval['high']:.1%}".replace("%", " %")
    assert f"95 % interval {ends}" in text
    assert "26 won, 14 lost" in text
    assert "+2.00 % ± 0.00 % standard error; 100 % of 40 bets beat the close" in text
    assert "Trials on these data 24 deflated result 0.61; 0.95 would convince" in text
    assert "Coverage 100 % 40 of 40 events had fresh, complete prices" in text
    assert text.index("Yield") < text.index("Read this first") < text.index("Bankroll growth")


def test_figures_are_those_that_are_stored():
    """Nothing is reckoned a second time: whatever the metrics say is shown."""
    run = measure_run(season(make_run()))
    run.metrics |= {"yield": 0.1234, "total_profit": 777.5, "win_rate": 0.4321}
    run.metrics["breakdowns"]["month"][0] |= {"profit": -55.5, "yield": -0.0987, "bets": 1234}
    text = page_of(run).text
    assert text.count("+12.3 %") == 3  # headline, intervals, all figures
    assert "+777.50" in text
    assert "43.2 %" in text
    assert "2026-01 1,234 -55.50 -9.9 %" in text


def test_caveats_come_first_and_name_trials_and_the_missing_sharpe_ratio():
    deflated = {"probability": 0.3, "benchmark_sharpe": 0.2, "sharpe": 0.1, "bonferroni": None}
    run = measure_run(season(make_run(), days=12), caveats=["Few bets: 12."], trials=500, deflated=deflated)
    run.coverage["notes"] = ["Two markets were never asked for."]
    text = page_of(run).text.partition("Read this first")[2].partition("How far luck")[0]
    assert "Few bets: 12." in text
    assert "Two markets were never asked for." in text
    assert "500 configurations had been tried on these data" in text
    assert "the deflated result is 0.30, below 0.95: this is no proof" in text
    assert "There is no Sharpe ratio: 12 days with settlements, at least 30 are needed." in text


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"state": RunState.FAILED, "error": "it broke"}, "The run failed: it broke"),
        ({"state": RunState.RUNNING}, "The run is running: what is shown is not all."),
        ({"kind": RunKind.PAPER}, "These are paper bets, decided on live prices"),
    ],
)
def test_run_without_figures_says_what_it_is(over, said):
    text = page_of(make_run(**over)).text
    assert said in text
    assert "There are no figures of this run." in text


def test_run_without_bets_says_so_and_needs_no_chart():
    html = tear_sheet(measure_run(make_run()))
    assert "The strategy placed no bet in this range." in html
    assert "No bet was won or lost, so there is nothing to judge." in html
    assert "plotly" not in html
    assert len(html) < 50_000


def test_one_bet_has_a_bankroll_and_no_distribution():
    run = make_run()
    make_bet(run, clv=0.02)
    page = page_of(measure_run(run))
    assert set(page.figures()) == {"equity"}
    assert "Too little to judge the yield by" in page.text
    assert "All 1 of them" in page.text


def test_bets_without_a_result_are_shown_without_profit():
    run = make_run()
    for _ in range(12):
        make_bet(run, state=BetState.UNRESOLVED)
    page = page_of(measure_run(run))
    assert "12 without a result" in page.text
    assert set(page.figures()) == {"odds"}
    assert "Unresolved" in page.text


def test_charts_are_figures_that_plotly_knows():
    """A name that plotly does not have raises here, and would be passed over in the browser."""
    from plotly.graph_objects import Figure

    run = measure_run(season(make_run()))
    figures = page_of(run).figures()
    assert set(figures) == {"equity", "clv", "odds", "calibration"}
    for each in figures.values():
        text = re.sub(r'"--[a-z-]+"', '"#000000"', json.dumps(each))
        drawn = json.loads(text)
        Figure(data=drawn["data"], layout=drawn["layout"])


def test_equity_stands_above_its_drawdown_on_the_same_days():
    run = make_run()
    make_bet(run)
    make_bet(run, state=BetState.LOST, commence_time=TIP + timedelta(days=1), stake=1_010.0)
    equity, falls = page_of(measure_run(run)).figures()["equity"]["data"]
    assert equity["x"] == falls["x"]
    assert equity["y"] == [10_000, 10_000, 10_110, 10_110, 9_100]
    assert falls["y"] == [0, 0, 0, 0, pytest.approx(-1_010 / 10_110)]
    assert (equity["line"]["shape"], falls["line"]["shape"], falls["yaxis"]) == ("hv", "hv", "y2")


def test_charts_have_words_and_tables_for_whoever_does_not_see_them():
    page = page_of(measure_run(season(make_run())))
    charts = [attributes for attributes in page.all("div") if attributes.get("role") == "img"]
    assert {chart["id"] for chart in charts} == {"equity", "clv", "odds", "calibration"}
    assert all(len(chart["aria-label"]) > 40 for chart in charts)
    assert page.text.count("As a table") == 3
    assert "Decimal price Bets 2.100 to 2.101 40" in page.text
    assert "50 % to 55 % 40 50.0 % 65.0 %" in page.text


def test_tables_have_captions_and_their_heads_say_what_they_head():
    page = page_of(measure_run(season(make_run())))
    names = Counter(name for name, _ in page.tags)
    assert names["table"] == names["caption"] > 6
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))


def test_all_bets_are_listed_with_prices_and_results():
    run = make_run()
    make_bet(
        run,
        state=BetState.LOST,
        market="spreads",
        side="away",
        outcome="Boston Celtics",
        point="3.5",
        price=-110,
        clv=-0.012,
    )
    make_bet(run, state=BetState.UNFILLED, note="the price was gone")
    text = page_of(measure_run(run)).text
    assert "spreads Boston Celtics +3.5 fanduel -110 1.909 +5.0 % 100.00 Lost -100.00 -1.2 %" in text
    assert "Unfilled – the price was gone" in text.replace("Unfilled  –", "Unfilled –")
    assert "All 2 of them, those not placed included." in text


def test_many_bets_are_cut_and_it_says_where_the_others_are(monkeypatch):
    monkeypatch.setattr(sheet, "MOST_BETS", 3)
    run = make_run()
    for _ in range(5):
        make_bet(run)
    text = page_of(measure_run(run)).text
    assert "Only the first 3 bets are here; 2 more are left out." in text
    assert f"All are in the admin under “Backtest bets” of run {run.pk}." in text


def test_settings_tell_how_to_make_it_again():
    terms = {"fills": {"must_stand": True, "limits": {"fanduel": 250.0}}, "bookmakers": [], "rules": "default"}
    text = page_of(make_run(terms=terms, seed=42, code_version="0a1b2c")).text
    for said in (
        "min_ev 0.03", "sharp_book pinnacle", "decides 60m", "staking flat:100", "fills: must stand yes",
        "fills: limits: fanduel 250.0", "bookmakers –", "seed of the resampling 42", "code version 0a1b2c", "ab" * 32,
    ):  # fmt: skip
        assert said in text


def test_names_from_outside_are_inert():
    def evil_run(text):
        run = make_run(
            strategy=text, sport_key=text, parameters={text: text}, terms={text: [text]}, group=text, error=text,
            decides=text, staking=text, code_version=text, data_fingerprint=text,
        )  # fmt: skip
        season(
            run,
            home_team=text,
            away_team=text,
            outcome=text,
            description=text,
            market=text,
            bookmaker=text,
            note=text,
            kind=text,
        )
        return measure_run(run, caveats=[text])

    tame, evil = page_of(evil_run("tame")), page_of(evil_run(EVIL))
    assert Counter(name for name, _ in evil.tags) == Counter(name for name, _ in tame.tags)
    assert [set(attributes) for _, attributes in evil.tags] == [set(attributes) for _, attributes in tame.tags]
    assert evil.text.count("{{ 7|add:7 }}") > 40 * 4


def test_what_is_in_a_chart_cannot_close_its_script():
    run = measure_run(season(make_run()))
    tame = page_of(run)
    run.equity[5][0] = EVIL
    evil = page_of(run)
    assert evil.figures()["equity"]["data"][0]["x"][6] == EVIL
    assert Counter(name for name, _ in evil.tags) == Counter(name for name, _ in tame.tags)


def test_nothing_is_asked_of_any_other_place():
    html = tear_sheet(measure_run(season(make_run())))
    page = Page(html)
    assert not [tag for tag, attributes in page.tags if tag in ("iframe", "img", "object", "embed", "base", "form")]
    assert {attributes.get("src") for attributes in page.all("script")} == {None}
    assert {attributes["href"] for attributes in page.all("link")} == {"data:,"}
    assert "@import" not in html.partition("</style>")[0]
    assert "url(" not in html.partition("</style>")[0]


def test_page_allows_its_own_scripts_and_no_others():
    page = page_of(measure_run(season(make_run())))
    [policy] = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    scripts = [text for attributes, text in page.scripts if "type" not in attributes]
    digests = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts]
    assert len(scripts) == 2
    assert f"default-src 'none'; script-src {' '.join(digests)}; style-src 'unsafe-inline'; img-src data:" == policy


def test_sheet_costs_the_same_queries_for_3_bets_and_for_30():
    def queries(days):
        run = measure_run(season(make_run(), days=days))
        with CaptureQueriesContext(connection) as captured:
            tear_sheet(run)
        return len(captured)

    assert queries(3) == queries(30)


def test_sheet_is_written_as_one_file(tmp_path):
    run = measure_run(make_run(strategy="überlegt"))
    write_tear_sheet(run, tmp_path / "sheet.html")
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8") == tear_sheet(run)
    with pytest.raises(OSError, match="No such file"):
        write_tear_sheet(run, tmp_path / "missing" / "sheet.html")
