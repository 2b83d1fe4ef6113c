"""Rows in binary are what the ORM gives."""

import pytest
from django.db import OperationalError, connection

from events.models import Event
from events.reading import rows_of
from events.tests.factories import make_event

pytestmark = pytest.mark.django_db

COLUMNS = ("api_id", "commence_time", "home_score", "is_sandbox", "id", "created_at")


def test_they_are_the_same_in_the_same_order():
    make_event(api_id="100%s", home_score=None)
    make_event(api_id="'b", home_score=3)
    values = Event.objects.order_by("api_id").values_list(*COLUMNS)
    assert rows_of(values) == list(values)
    assert rows_of(values.filter(api_id="100%s")) == list(values)[1:]
    assert rows_of(values.filter(api_id__in=[])) == []


def test_the_query_is_logged_and_its_errors_are_those_of_django(django_assert_num_queries):
    with django_assert_num_queries(1):
        rows_of(Event.objects.values_list("id"))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
    slow = Event.objects.extra(select={"slow": "pg_sleep(1)::text"}).values_list("slow")
    make_event()
    with pytest.raises(OperationalError, match="timeout"):
        rows_of(slow)
