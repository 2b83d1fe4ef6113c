"""Who may ask the API, how often, and that nobody can write."""

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import get_resolver
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from events.api.endpoints import EventsView

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events"
LOCAL = ["localhost", "127.0.0.1", "[::1]"]
METHODS = ("post", "put", "patch", "delete", "trace", "propfind")


@pytest.fixture
def reader():
    return get_user_model().objects.create_user("reader", password="a long password")


def addresses(patterns=None, before="/"):
    """Every address under /api/, with something in the place of each part that varies."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        part = before + "".join("x" if "<" in step else step for step in _steps(str(each.pattern)))
        if hasattr(each, "url_patterns"):
            yield from addresses(each.url_patterns, part)
        elif part.startswith("/api/"):
            yield part


def _steps(pattern):
    """'events/<str:event_id>/odds' as 'events/', '<str:event_id>', '/odds'."""
    while "<" in pattern:
        first, _, rest = pattern.partition("<")
        name, _, pattern = rest.partition(">")
        yield from (first, f"<{name}>")
    yield pattern


def test_there_are_addresses_to_walk():
    found = list(addresses())
    assert len(found) == len(set(found)) == 24
    assert {"/api/v1/events/x/odds", "/api/v1/backtests/x/bets", "/api/v1/status", "/api/v1/schema/"} <= set(found)


@pytest.mark.parametrize("method", METHODS)
def test_no_address_can_be_written_to_by_anyone(method):
    admin = get_user_model().objects.create_superuser("admin", password="a long password")
    client = Client()
    client.force_login(admin)
    for address in addresses():
        response = client.generic(method.upper(), address, b'{"a": 1}', content_type="application/json")
        assert response.status_code == 405, (method, address)
        assert response.json()["code"] == "method_not_allowed"
        assert response["Allow"] == "GET, HEAD, OPTIONS", address


def test_every_address_answers_options_and_head_without_a_body(reader):
    client = Client()
    client.force_login(reader)
    for address in addresses():
        options = client.options(address)
        assert options.status_code == 200, address
        assert client.head(address).content == b"", address


def test_strangers_are_asked_for_a_token_in_the_same_shape():
    for address in (EVENTS, "/api/v1/nowhere", "/api/v1/events/x/odds", "/api/v1/schema/"):
        response = Client().get(address)
        assert response.status_code == 401
        assert response.json()["code"] == "not_authenticated"
        assert response["WWW-Authenticate"] == "Token"


def test_tokens_are_made_in_the_admin(admin_client, reader):
    made = admin_client.post("/admin/authtoken/tokenproxy/add/", {"user": reader.pk})
    assert made.status_code == 302, made.content
    assert APIClient(HTTP_AUTHORIZATION=f"Token {Token.objects.get().key}").get(EVENTS).status_code == 200


def test_a_database_that_does_not_answer_is_told(reader, monkeypatch):
    def fail(*_):
        raise OperationalError("the connection is closed\nsecret details")

    monkeypatch.setattr(EventsView, "chosen", fail)
    client = Client()
    client.force_login(reader)
    response = client.get(EVENTS, {"format": "csv"})
    assert response.status_code == 503
    assert response.json() == {
        "code": "database_unavailable",
        "detail": "The database does not answer; try again later.",
        "parameter": None,
    }


def test_a_token_opens(reader):
    token = Token.objects.create(user=reader)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    assert client.get(EVENTS).status_code == 200


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token " + "f" * 40, "Token \xff", "Bearer x"])
def test_a_wrong_token_does_not(header):
    response = APIClient(HTTP_AUTHORIZATION=header).get(EVENTS)
    assert response.status_code == 401
    assert response.json()["code"] in ("authentication_failed", "not_authenticated")


def test_the_token_of_a_user_who_left_does_not(reader):
    token = Token.objects.create(user=reader)
    get_user_model().objects.update(is_active=False)
    assert APIClient(HTTP_AUTHORIZATION=f"Token {token.key}").get(EVENTS).status_code == 401


def test_a_session_opens(reader):
    client = Client()
    client.force_login(reader)
    assert client.get(EVENTS).status_code == 200


def test_an_address_that_is_not_there_is_told_as_json(reader):
    client = Client()
    client.force_login(reader)
    response = client.get("/api/v1/nowhere/at/all")
    assert response.status_code == 404
    assert response.json() == {
        "code": "not_found",
        "detail": "No such address; /api/v1/docs/ lists them.",
        "parameter": None,
    }


@override_settings(API_OPEN=True, ALLOWED_HOSTS=LOCAL)
def test_open_means_open_to_this_machine():
    assert Client().get(EVENTS, headers={"host": "localhost"}).status_code == 200
    assert Client().get(EVENTS, headers={"host": "localhost"}, REMOTE_ADDR="::1").status_code == 200


@pytest.mark.parametrize(
    "meta",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"},
    ],
)
@override_settings(API_OPEN=True, ALLOWED_HOSTS=LOCAL)
def test_open_is_closed_to_others_and_to_what_came_through_a_proxy(meta):
    assert Client().get(EVENTS, headers={"host": "localhost"}, **meta).status_code == 401


@pytest.mark.parametrize(
    "more", [{"ALLOWED_HOSTS": [*LOCAL, "odds.example.org"]}, {"HTTPS": True}, {"API_OPEN": False}]
)
def test_open_is_closed_where_others_can_reach_the_server(more):
    with override_settings(**{"API_OPEN": True, "ALLOWED_HOSTS": LOCAL, **more}):
        assert Client().get(EVENTS, headers={"host": "localhost"}).status_code == 401


@pytest.mark.parametrize(
    ("more", "id", "said"),
    [
        ({"ALLOWED_HOSTS": [*LOCAL, "*"]}, "events.E001", "API_OPEN is on and ALLOWED_HOSTS has *:"),
        ({"HTTPS": True}, "events.E002", "API_OPEN is on and HTTPS says"),
    ],
)
def test_a_check_refuses_to_be_open_to_others(more, id, said):
    with override_settings(**{"API_OPEN": True, "ALLOWED_HOSTS": LOCAL, **more}):
        (found,) = [each for each in run_checks() if each.id.startswith("events.")]
    assert (found.id, found.hint.startswith("Set API_OPEN=false")) == (id, True)
    assert found.msg.startswith(said)
    with override_settings(API_OPEN=True, ALLOWED_HOSTS=LOCAL):
        assert not [each for each in run_checks() if each.id.startswith("events.")]


def test_whoever_asks_too_often_is_told_when_to_come_back(reader, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"user": "2/minute", "anon": "1/minute"})
    client = Client()
    assert [client.get(EVENTS).status_code for _ in range(2)] == [401, 429]
    client.force_login(reader)
    assert [client.get(EVENTS).status_code for _ in range(2)] == [200, 200]
    response = client.get(EVENTS)
    assert response.status_code == 429
    assert response.json()["code"] == "throttled"
    assert 0 < int(response["Retry-After"]) <= 60


def test_too_many_parameters_are_a_bad_request(reader):
    client = Client()
    client.force_login(reader)
    response = client.get(EVENTS + "?" + "&".join(f"a{number}=1" for number in range(2_000)))
    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


@pytest.mark.parametrize(("accept", "status"), [("application/xml", 406), ("text/csv", 200), ("*/*", 200)])
def test_a_format_that_is_not_there_is_not_acceptable(reader, accept, status):
    client = Client()
    client.force_login(reader)
    response = client.get(EVENTS, headers={"accept": accept})
    assert response.status_code == status
    if status == 406:
        assert response.json()["code"] == "not_acceptable"
