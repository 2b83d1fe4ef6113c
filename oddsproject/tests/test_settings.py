"""Settings: every variable is explained, and nothing secret has a default."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

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


def settings_with(**environment: str) -> subprocess.CompletedProcess:
    """What a command prints that shows VAR_DIR, in an environment of these variables."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", SHOW],
        cwd=BASE_DIR, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_example_as_it_is_changes_nothing():
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE))
    assert settings_with(**example).stdout == settings_with().stdout == f"{BASE_DIR / 'var'}\n"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DATABASE_URL", "sqlite:///odds.db", "DATABASE_URL: only PostgreSQL will do: postgres://"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: 'LOUD' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_line(variable, value, said):
    told = settings_with(**{variable: value}).stderr
    assert told.startswith(f"manage.py: {said}")
    assert told.count("\n") == 1
