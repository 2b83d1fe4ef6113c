"""Every setting is shown, from where it comes, and no secret."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command

from oddsproject.management.commands import show_config
from oddsproject.settings import BASE_DIR, env

KEY = "CANARY00112233445566778899aa3f2a"
DATABASE = "postgres://odds:CANARY-password-x@db.example.org:5432/odds"


def show(*arguments: str, **environment: str) -> str:
    """What the command prints, in an environment of these variables."""
    done = subprocess.run(
        [sys.executable, "manage.py", "show_config", *arguments],
        cwd=BASE_DIR, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_every_setting_has_one_line_with_its_source_and_value():
    lines = [line for line in show(SPORTS="a_sport,another", VAR_DIR="").splitlines() if line.startswith("  ")]
    shown = {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines}
    assert set(env.scheme) <= set(shown)
    assert shown["SPORTS"] == ["environment", "a_sport,another"]
    assert shown["SAMPLING_MODE"][1] == "fixed"
    assert shown["ADAPTIVE_INTERVALS"][1] == "far=30,medium=15,near=5,imminent=1"
    assert shown["VAR_DIR"][1] == str(BASE_DIR / "var")


def test_values_are_written_as_in_the_file_with_what_they_came_to():
    lines = show(
        OVERROUND_RANGES="retail=2..15", MOVEMENT_PER_HOUR="h2h=25,spreads=10", LOG_FORMAT="auto", VAR_DIR="var",
        ALLOWED_HOSTS="odds.example.org", FIXED_INTERVAL_MINUTES="0.5", CLOSE_LEAD_MINUTES="0",
    ).splitlines()  # fmt: skip
    shown = {line.split()[0]: line.split(maxsplit=2)[2] for line in lines if " environment " in line}
    assert shown == {
        "OVERROUND_RANGES": "retail=2..15",
        "MOVEMENT_PER_HOUR": "h2h=25,spreads=10",
        "LOG_FORMAT": "auto (json)",
        "VAR_DIR": f"var ({BASE_DIR / 'var'})",
        "ALLOWED_HOSTS": "odds.example.org (odds.example.org,127.0.0.1)",
        "FIXED_INTERVAL_MINUTES": "0.5",
        "CLOSE_LEAD_MINUTES": "0",
    }


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_no_secret_is_shown(arguments):
    out = show(*arguments, ODDS_API_KEY=KEY, SECRET_KEY=f"CANARY{'y' * 50}", DATABASE_URL=DATABASE)
    assert "CANARY" not in out
    assert "set (ends in 3f2a)" in out
    assert "postgres://odds:***@db.example.org:5432/odds" in out


def test_json_is_one_document_with_what_follows():
    answer = json.loads(show("--json", ODDS_API_KEY=KEY, MARKETS="h2h,spreads", SPORTS="a,b", BOOKMAKERS="x,y"))
    settings = {each["name"]: each for each in answer["settings"]}
    assert settings["MARKETS"] == {
        "name": "MARKETS", "group": "The Odds API", "source": "environment", "value": ["h2h", "spreads"]
    }  # fmt: skip
    assert settings["ADAPTIVE_INTERVALS"]["value"] == {"far": 30.0, "medium": 15.0, "near": 5.0, "imminent": 1.0}
    assert settings["DEBUG"]["value"] is False
    assert answer["derived"]["provider"] == "real"
    assert answer["derived"]["base_url"] == "https://api.the-odds-api.com/v4"
    assert answer["derived"]["credits_per_fetch"] == 2
    assert answer["derived"]["credits_per_round"] == 4


def test_without_a_key_it_is_the_sandbox():
    derived = json.loads(show("--json", ODDS_API_KEY="", SANDBOX_PORT="8123"))["derived"]
    assert derived["provider"] == "sandbox"
    assert derived["base_url"] == "http://127.0.0.1:8123/v4"
    assert derived["database"].startswith("embedded, in ")


@pytest.mark.parametrize(
    ("books", "regions", "credits"),
    [(["a"] * 1, ["us"], 3), ([f"b{n}" for n in range(11)], ["us"], 6), ([], ["us", "eu"], 6)],
)
def test_a_fetch_costs_markets_times_regions_or_tens_of_books(settings, books, regions, credits):
    settings.BOOKMAKERS, settings.REGIONS = books, regions
    assert show_config.derived()["credits_per_fetch"] == credits


def test_wrong_settings_can_be_looked_at():
    assert "clever" in show(SAMPLING_MODE="clever")


def test_a_setting_to_come_appears_by_itself_and_a_secret_one_masked(monkeypatch):
    monkeypatch.setitem(env.scheme, "LEFT_HANDED", (bool, False))
    monkeypatch.setitem(env.scheme, "PIGEON_WEBHOOK_URL", (str, ""))
    monkeypatch.setenv("PIGEON_WEBHOOK_URL", "https://example.org/CANARY/token-of-it")
    out = StringIO()
    call_command("show_config", stdout=out)
    assert "Others:" in out.getvalue()
    assert "LEFT_HANDED" in out.getvalue()
    assert "CANARY" not in out.getvalue()
