"""Requests made up from the description of the API, well formed and not: none ends in a 500 or an undescribed answer.

`SCHEMATHESIS_CASES=2000` asks for more than the usual ones.
"""

import os
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.authtoken.models import Token
from rest_framework.throttling import SimpleRateThrottle

from backtesting.tests.factories import make_bet, make_run, measure_run
from collectors.tests.test_admin import make_call
from events.tests.factories import TIP, make_event
from odds.tests.factories import make_pair, make_snapshot
from quality.tests.factories import make_entry

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "150"))

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def stored():
    """Something for every address; the parts of addresses that lead there."""
    event = make_event(api_id="game", closing_at=TIP - timedelta(hours=1))
    snapshot = make_snapshot(event)
    make_pair(event, "pinnacle", prices={"home": -120, "away": 110})
    make_pair(event, "fanduel", "spreads", prices={"home": 130, "away": -110}, point=-3.5)
    make_entry(event=event)
    make_call()
    run = make_run()
    make_bet(run)
    measure_run(run)
    return {"event_id": "game", "run_id": str(run.pk), "snapshot_time": f"{snapshot.snapshot_time:%Y-%m-%dT%H:%M:%SZ}"}


@pytest.fixture
def application(monkeypatch):
    """The whole site over WSGI, asked by somebody with a token as often as they like."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"user": None, "anon": None})
    token = Token.objects.create(user=get_user_model().objects.create_user("reader"))
    site = get_wsgi_application()
    # A request would close the connection, and the transaction of the test with it.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)

    def with_token(environ, start_response):
        environ["HTTP_AUTHORIZATION"] = f"Token {token.key}"
        return site(environ, start_response)

    yield with_token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_request_ends_in_an_error_of_the_server_or_in_what_is_not_described(application, stored):
    from schemathesis import GenerationMode, openapi
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    schema = openapi.from_wsgi("/api/v1/schema/?format=json", application)
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 21
    good = [each.as_strategy(GenerationMode.POSITIVE) for each in operations]
    bad = [each.as_strategy(GenerationMode.NEGATIVE) for each in operations]
    found = [each.map(lambda case: _of_what_is_stored(case, stored)) for each in good]
    statuses = set()

    @settings(
        max_examples=CASES, deadline=None, database=None, derandomize=CASES == 150, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=st.one_of(*good, *bad, *found))
    def ask(case):
        response = case.call_and_validate(checks=checks)
        statuses.add(response.status_code)

    ask()
    assert {200, 400, 404} <= statuses <= {200, 400, 404, 405, 406}


def _of_what_is_stored(case, stored):
    case.path_parameters = {name: stored[name] for name in case.path_parameters or {}}
    return case
