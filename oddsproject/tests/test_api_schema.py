"""The description of the API is valid, complete, and kept on this machine."""

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from oddsproject.api.generator import Generator

OF_LISTS = {"page_size", "cursor", "format"}


@pytest.fixture(scope="module")
def schema():
    return Generator().get_schema(request=None, public=True)


def operations(schema):
    return {path: methods["get"] for path, methods in schema["paths"].items()}


def test_it_is_made_without_a_warning_and_valid(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))


def test_there_is_nothing_but_reading(schema):
    assert {method for methods in schema["paths"].values() for method in methods} == {"get"}
    assert len(schema["paths"]) == 21


def test_every_address_and_its_parameters_are_documented(schema):
    text = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
    for path, operation in operations(schema).items():
        section = re.search(rf"^### `{re.escape(path.removeprefix('/api/v1'))}`(.*?)(?=^##|\Z)", text, re.M | re.S)
        assert section, path
        names = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        assert [name for name in sorted(names - OF_LISTS) if f"`{name}`" not in section[1]] == [], path
        assert (names >= OF_LISTS) == (" in pages" in section[1]), path


def test_every_answer_has_an_example_and_every_error_is_described(schema):
    for path, operation in operations(schema).items():
        assert operation["summary"], path
        assert operation["description"], path
        answers = operation["responses"]
        assert sorted(answers) == ["200", "400", "401", "403", "404", "406", "429", "503"], path
        for status, answer in answers.items():
            assert answer["content"]["application/json"]["examples"], (path, status)


def test_every_example_is_what_is_described(schema):
    """Each has exactly the columns, in a shape that the description allows."""
    import jsonschema

    for path, operation in operations(schema).items():
        content = operation["responses"]["200"]["content"]["application/json"]
        for example in content["examples"].values():
            described = {**_nullable(content["schema"]), "components": _nullable(schema["components"])}
            jsonschema.validate(example["value"], described)
            rows = example["value"].get("results", [example["value"]])
            name = content["schema"]["$ref"].rpartition("/")[2]
            row = schema["components"]["schemas"][name]
            if "results" in row["properties"]:
                row = schema["components"]["schemas"][row["properties"]["results"]["items"]["$ref"].rpartition("/")[2]]
            missing = set(row["properties"]) - set(rows[0]) - {"forecasts"}
            assert (missing, set(rows[0]) - set(row["properties"])) == (set(), set()), path


def _nullable(node):
    """The same with `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _nullable(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@pytest.mark.django_db
def test_the_page_asks_no_other_machine():
    client = Client()
    client.force_login(get_user_model().objects.create_user("reader", password="a long password"))
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    script = client.get("/api/v1/docs/?script=")  # the page's own, apart from it: the policy lets none stand in a page
    assert script.status_code == 200
    text = page.content.decode() + script.content.decode()
    links = re.findall(r"""(?:src|href)="([^"]+)"|(https?://[^"'\s]+)""", text)
    ours = ("/static/drf_spectacular_sidecar/", "/api/v1/docs/?script=")
    assert [link for link in links if not link[0].startswith(ours)] == []
    assert len(links) >= 3
    assert client.get("/api/v1/schema/").content.startswith(b"openapi:")
    assert client.get("/api/v1/redoc/").status_code == 404


@pytest.mark.django_db
def test_a_person_is_sent_to_log_in_before_the_page():
    response = Client().get("/api/v1/docs/")
    assert response.status_code == 302
    assert response["Location"] == "/admin/login/?next=/api/v1/docs/"
