"""Settings: every variable is explained, and nothing secret has a default."""

import re
import stat
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
