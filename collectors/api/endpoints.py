"""Whether collecting goes well, what it cost, and every call there was."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from events.api.errors import DatabaseUnavailable
from events.api.lookups import narrowed
from events.api.views import ObjectView, TableView
from odds.statistics import recent_statistics

from ..documents import CALL_FIELDS, quota_document
from ..gate import Terms
from ..models import FetchLog
from ..spending import forecasts, quota_of
from ..summary import document, summary
from .examples import CALL, CREDITS, STATUS
from .filters import CallQuery, CreditsQuery
from .serializers import CallRow, CreditsDocument, StatusDocument


class FetchLogView(TableView):
    """Every call to the provider, the newest first: what it was for, what it cost and how it ended."""

    summary, tag, example, name = "Calls to the provider", "collecting", CALL, "fetch-log"
    row_class, query_class = CallRow, CallQuery
    lookups, order = CALL_FIELDS, ("-id",)

    def chosen(self, query: dict[str, Any]) -> QuerySet[FetchLog]:
        named = {name: query.get(name) for name in ("purpose", "endpoint", "state", "success")}
        limits = {"fetch_time__gte": query.get("from"), "fetch_time__lt": query.get("to")}
        return narrowed(FetchLog.objects.all(), **named, **limits, sport_key=query.get("sport"))


class CreditsView(ObjectView):
    """Credits used, left and set aside, by purpose, endpoint and day. The provider is not asked."""

    summary, tag, example = "Credits", "collecting", CREDITS
    row_class, query_class = CreditsDocument, CreditsQuery

    def document(self, query: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        quota = quota_of(Terms.of_settings(), now)
        return quota_document(quota, forecasts(quota.balance, now) if query["forecast"] else None)


class StatusView(ObjectView):
    """At a glance: whether collecting goes well, how much is stored and how many credits are left. What is stored was
    counted within the last five minutes."""

    summary, tag, example = "Status", "collecting", STATUS
    row_class = StatusDocument

    def document(self, query: dict[str, Any]) -> dict[str, Any]:
        summed = summary(timezone.now(), recent_statistics())
        if summed.health.facts.unapplied_migrations:
            raise DatabaseUnavailable("The database is not up to date; `manage.py migrate` brings it there.")
        return document(summed)
