"""Asking the API in tests, as a person who has logged in."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

V1 = "/api/v1"


def make_client() -> APIClient:
    """Logged in, with none of what was asked before counted."""
    cache.clear()
    client = APIClient()
    client.force_authenticate(get_user_model()(pk=1, username="reader"))
    return client


def get(path: str, parameters: dict[str, Any] | None = None, *, status: int = 200, **headers: str) -> Any:
    """The answer to a question, with its JSON in `.json()`; `path` is what follows /api/v1."""
    response = make_client().get(V1 + path, parameters or {}, headers=headers)
    assert response.status_code == status, response.content
    return response


def results(path: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of one page."""
    return get(path, parameters).json()["results"]


def all_pages(path: str, parameters: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Every page, by following `next`."""
    client, pages, address = make_client(), [], V1 + path
    while address:
        response = client.get(address, parameters if not pages else None)
        assert response.status_code == 200, response.content
        pages.append(response.json()["results"])
        address = response.json()["next"]
    return pages


def refused(path: str, parameters: dict[str, Any], *, status: int = 400) -> tuple[str, str | None, str]:
    """(code, parameter, detail) of an error."""
    document = get(path, parameters, status=status).json()
    assert sorted(document) == ["code", "detail", "parameter"]
    return document["code"], document["parameter"], document["detail"]


def queries(path: str, parameters: dict[str, Any] | None = None) -> int:
    """How many queries it takes."""
    client = make_client()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(V1 + path, parameters or {})
    assert response.status_code == 200, response.content
    return len(captured)
