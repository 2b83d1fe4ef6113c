"""The documentation names what exists: every command, every column, no dead link, and nothing still to be filled in."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class

from oddsproject.settings import env

ROOT = Path(__file__).resolve().parents[2]
OWN = ("events", "odds", "quality", "collectors", "backtesting", "oddsproject")
COMMANDS = {name: app for name, app in get_commands().items() if app in OWN}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_its_options_are_documented(name):
    text = (ROOT / "docs" / "commands.md").read_text()
    section = re.search(rf"^### `{name}`(.*?)(?=^##|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert section, f"docs/commands.md has no section `{name}`"
    django = {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
              "--skip-checks", "--force-rich-color", "--help"}  # fmt: skip
    parser = load_command_class(COMMANDS[name], name).create_parser("manage.py", name)
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    missing = sorted(option for option in options - django if option not in section[1])
    assert missing == []


def test_the_references_are_up_to_date_and_leave_nothing_out():
    call_command("write_reference", "--check")
    settings = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert [name for name in env.scheme if f"- `{name}`: " not in settings] == []
    commands = (ROOT / "docs" / "reference" / "commands.md").read_text()
    assert [name for name in COMMANDS if f"### `{name}`\n\n" not in commands] == []


WITH_TABLES = ("events", "odds", "quality", "collectors", "backtesting")


@pytest.mark.parametrize("model", [model for app in WITH_TABLES for model in apps.get_app_config(app).get_models()])
def test_every_column_is_in_the_data_dictionary(model):
    text = (ROOT / "docs" / "data-dictionary.md").read_text()
    missing = [f.name for f in model._meta.fields if f.name != "id" and not re.search(rf"`(\w+\.)?{f.name}`", text)]
    assert missing == []


PAGES = pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda path: path.name)


@PAGES
def test_no_link_is_dead(page):
    links = [page.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())]
    # A page of the site may be a notebook.
    assert [link for link in links if not (link.exists() or link.with_suffix(".ipynb").exists())] == []


@PAGES
def test_no_placeholder_is_left(page):
    """`{FIGURE}` is to be replaced by the figure; `${VARIABLE}` is a shell's."""
    assert re.findall(r"(?<!\$)\{[A-Z_]+\}", page.read_text()) == []
