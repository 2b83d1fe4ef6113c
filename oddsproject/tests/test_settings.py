"""Settings: every variable is explained, and nothing secret has a default."""

import re
import stat
from pathlib import Path

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
