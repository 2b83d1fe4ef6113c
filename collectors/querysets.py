"""The questions that are asked of the ledger, chainable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Sum

from .choices import CallState

if TYPE_CHECKING:
    from .models import FetchLog  # noqa: F401 - named in the base class below


class FetchLogQuerySet(models.QuerySet["FetchLog"]):
    def of_account(self, account: str) -> Self:
        return self.filter(account=account)

    def unsettled(self) -> Self:
        """Calls whose cost is not known yet: each counts as the most it can cost."""
        return self.filter(credits_charged__isnull=True)

    def in_flight(self) -> Self:
        """Calls that are on their way, as far as the ledger knows."""
        return self.filter(state=CallState.SENT)

    def open(self) -> Self:
        """Calls that have not come to an end and whose process may have died."""
        return self.filter(state__in=[CallState.RESERVED, CallState.SENT])

    def given_up(self) -> Self:
        """Calls that have come to an end, answered or not."""
        return self.filter(ended_at__isnull=False)

    def since(self, moment: datetime) -> Self:
        return self.filter(fetch_time__gte=moment)

    def reserved_credits(self) -> int:
        total = self.aggregate(total=Sum("credits_reserved"))["total"]
        return int(total or 0)
