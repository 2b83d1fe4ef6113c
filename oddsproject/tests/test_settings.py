"""Settings: every variable is explained, and nothing secret has a default."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from oddsproject.environment import Environment
from oddsproject.secret_key import kept_secret_key
from oddsproject.settings import BASE_DIR, env


def test_every_variable_is_in_the_example_and_no_other():
    example = re.findall(r"^([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE)
    assert sorted(example) == sorted(env.scheme)


def test_a_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path):
    path = tmp_path / "var" / "secret_key"
    key = kept_secret_key(path)
    assert len(key) >= 50
    assert kept_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_a_folder_that_cannot_be_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "var").write_text("a file in the place of the folder")
    with pytest.raises(ImproperlyConfigured, match=r"secret_key: File exists; set VAR_DIR to a folder of your own"):
        kept_secret_key(tmp_path / "var" / "secret_key")


SHOW = "from django.conf import settings; print(settings.VAR_DIR)"


def settings_with(show: str = SHOW, **environment: str) -> subprocess.CompletedProcess:
    """What a command prints that shows VAR_DIR, or something else, in an environment of these variables."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", show],
        cwd=BASE_DIR, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_example_as_it_is_changes_nothing():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE))
    assert settings_with(**example).stdout == settings_with().stdout == f"{BASE_DIR / 'var'}\n"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DATABASE_URL", "sqlite:///odds.db", "DATABASE_URL: only PostgreSQL will do: postgres://"),
        (
            "DATABASE_URL",
            "postgres://odds:se/cret@db:5432/odds",
            "DATABASE_URL: not an address; percent-encode what is",
        ),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: 'LOUD' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("FIXED_INTERVAL_MINUTES", "abc", "FIXED_INTERVAL_MINUTES: 'abc' is no number; .env.example explains it"),
        ("FIXED_INTERVAL_MINUTES", "5m", "FIXED_INTERVAL_MINUTES: '5m' is no number"),
        ("CREDIT_RESERVE_FRACTION", "nan", "CREDIT_RESERVE_FRACTION: 'nan' is no finite number"),
        ("ODDS_API_QUOTA", "20k", "ODDS_API_QUOTA: '20k' is no whole number"),
        ("DEBUG", "ture", "DEBUG: 'ture' is neither true nor false"),
        ("ADAPTIVE_INTERVALS", "far=30", "ADAPTIVE_INTERVALS: medium, near, imminent missing"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_line(variable, value, said):
    told = settings_with(**{variable: value}).stderr
    assert told.startswith(f"manage.py: {said}")
    assert told.count("\n") == 1
    assert "se/cret" not in told


def environment(tmp_path: Path, text: str) -> Environment:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    read = Environment(A_WORD=(str, "none"), A_LIST=(list, ["x"]), A_NUMBER=(float, 1.5), A_SWITCH=(bool, True))
    read.read(tmp_path / ".env")
    return read


@pytest.fixture
def _own_environment(monkeypatch):
    """What is read from a file goes into the environment: into this one."""
    monkeypatch.setattr(os, "environ", environ := {"A_WORD": "from outside"})
    monkeypatch.setattr(Environment, "ENVIRON", environ)


@pytest.mark.usefixtures("_own_environment")
def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path):
    read = environment(tmp_path, "# said\n\nexport A_NUMBER=2\nA_WORD=from the file\nA_SWITCH=off\n")
    assert (read("A_WORD"), read.source("A_WORD")) == ("from outside", "environment")
    assert (read("A_NUMBER"), read.source("A_NUMBER")) == (2.0, ".env")
    assert (read("A_SWITCH"), read.source("A_SWITCH")) == (False, ".env")
    assert (read("A_LIST"), read.source("A_LIST")) == (["x"], "default")


@pytest.mark.usefixtures("_own_environment")
def test_what_is_empty_has_its_default_but_a_list_is_empty(tmp_path):
    read = environment(tmp_path, "A_NUMBER=\nA_SWITCH= \nA_LIST=\n")
    assert (read("A_NUMBER"), read("A_SWITCH"), read("A_LIST")) == (1.5, True, [])
    assert read.source("A_NUMBER") == "default"


@pytest.mark.usefixtures("_own_environment")
def test_blanks_between_are_no_part_of_a_value_and_a_dollar_means_itself(tmp_path):
    read = environment(tmp_path, "A_LIST=a, b ,,$c\n")
    assert read("A_LIST") == ["a", "b", "$c"]
    os.environ["A_WORD"] = "$HOME"
    assert read("A_WORD") == "$HOME"


@pytest.mark.usefixtures("_own_environment")
def test_a_line_that_would_be_passed_over_is_refused_without_being_shown(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"\.env, line 2: neither NAME=value") as raised:
        environment(tmp_path, "A_WORD=x\nODDS_API_KEY = CANARY\n")
    assert "CANARY" not in str(raised.value)


def test_a_file_that_is_no_text_is_told_in_one_line(tmp_path):
    (tmp_path / ".env").write_bytes(b"A_WORD=\xff\xfe")
    with pytest.raises(ImproperlyConfigured, match=r"\.env: not UTF-8 text; save it anew as such"):
        Environment().read(tmp_path / ".env")


def test_the_log_file_is_under_var_dir_unless_it_is_absolute():
    show = "from django.conf import settings; print(settings.LOGGING['handlers']['file']['path'])"
    assert settings_with(show).stdout == f"{BASE_DIR}/var/logs/odds_pipeline.log\n"
    assert settings_with(show, LOG_FILE="x.log").stdout == f"{BASE_DIR}/var/x.log\n"
    assert settings_with(show, LOG_FILE="/dev/null").stdout == "/dev/null\n"


PRODUCTION = {
    "HTTPS": "true",
    "ALLOWED_HOSTS": "odds.example.org",
    "SECRET_KEY": "k7Qz9fTw2LmX" * 5,
    "DATABASE_URL": "postgres://odds:k7Qz9fTw2LmX@db:5432/odds",
    "ODDS_API_KEY": "0123456789abcdef0123456789abcdef",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_production_settings_pass_every_check_for_deployment():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(("name", "value", "id"), [
    ("HTTPS", "false", "security.W012"),
    ("DEBUG", "true", "collectors.E020"),
    ("SECRET_KEY", "short", "collectors.E021"),
    ("ALLOWED_HOSTS", "*", "collectors.E022"),
    ("DATABASE_URL", "postgres://postgres:postgres@db:5432/odds", "collectors.E023"),
])  # fmt: skip
def test_each_weakness_fails_the_check_for_deployment(name, value, id):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, name: value})
    assert done.returncode == 1
    assert f"({id})" in done.stderr


def test_https_is_trusted_from_the_proxy_and_cookies_stay_on_it():
    show = """
from django.conf import settings as s
print(s.SECURE_PROXY_SSL_HEADER, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)
print(s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)
print(s.SECURE_HSTS_SECONDS, s.ALLOWED_HOSTS, s.SECURE_REDIRECT_EXEMPT)
"""
    assert settings_with(show, **PRODUCTION).stdout.splitlines() == [
        "('HTTP_X_FORWARDED_PROTO', 'https') True True True",
        "True True Lax Lax",
        "31536000 ['odds.example.org', '127.0.0.1'] ['^(health|ready)/']",
    ]
    plain = settings_with(show).stdout.splitlines()
    assert plain[0] == "None False False False"
    assert plain[2].startswith("0 ")
