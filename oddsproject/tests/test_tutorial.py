"""The tutorial and the notebook do what they say: every command in order, then the notebook on what they left."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.core.management import call_command

from collectors.sandbox.clock import Clock
from collectors.sandbox.server import Sandbox
from collectors.tests.children import environment
from oddsproject.documentation import notebook
from oddsproject.settings import BASE_DIR

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DOCS = BASE_DIR / "docs"
MANAGE = ".venv/bin/python manage.py "
# What starts everything: tests of `run` do that.
START = ("git clone ", "cd ", "make run")
# Their output is of the reader's day.
OF_TODAY = ("status", "list_events --days")


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each command in the tutorial's listings with the lines that it is said to print."""
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    for listing in re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", listing, flags=re.MULTILINE)[1:]:
            command, *shown = step.splitlines()
            yield command, shown


def words(text: str) -> str:
    """Without figures, rules and the widths of columns."""
    return " ".join(re.sub(r"[─═║]+|\d+", " ", text).split())


def run(command: str, sandbox: Sandbox) -> str:
    if command.startswith("curl "):
        *_, path, url = shlex.split(command)
        with urlopen(url.replace("http://127.0.0.1:8100", f"http://127.0.0.1:{sandbox.port}"), timeout=10) as answer:
            Path(path).write_bytes(answer.read())
        return ""
    assert command.startswith(MANAGE), f"nobody knows how to run this: {command}"
    out = StringIO()
    call_command(*shlex.split(command.removeprefix(MANAGE)), stdout=out)
    return out.getvalue()


@pytest.fixture
def sandbox(settings, tmp_path, monkeypatch) -> Iterator[Sandbox]:
    """A sandbox at this very time, in a folder of its own, that commands without a key go to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    with Sandbox(clock=Clock(datetime.now(UTC)), quota=200_000, rate_limit=100_000) as sandbox:
        settings.ODDS_API_BASE_URL, settings.ODDS_API_QUOTA = sandbox.url, 200_000
        settings.VAR_DIR, settings.BACKFILL_CALLS_PER_SECOND = tmp_path / "var", 1_000
        yield sandbox


def test_the_tutorial_and_the_notebook_do_what_they_say(sandbox, tmp_path):
    call_command("fetch_odds", stdout=StringIO())  # as `make run` has done by then
    for command, shown in steps():
        if command.startswith(START):
            continue
        printed = words(run(command, sandbox))
        if not command.removeprefix(MANAGE).startswith(OF_TODAY):
            missing = [line for line in shown if words(line.replace("…", "")) not in printed]
            assert missing == [], f"{command}\n{printed}"
    assert Path("favourite.html").read_text().startswith("<!doctype html>")

    assert '"outputs": [],' in (text := notebook.NOTEBOOK.read_text())
    assert text.count('"outputs": []') == text.count('"outputs": ')
    tables = notebook.run(environment(sandbox.url, tmp_path / "var"))
    assert [words(table) for table in tables] == [words(table) for table in json.loads(notebook.TABLES.read_text())]
