"""What is done here when an app below says that something has happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from odds.signals import collected

from .choices import RunKind
from .models import BacktestRun


@receiver(collected)
def trade_on_paper(sender: object, *, sport_key: str, now: datetime, **_: Any) -> None:
    """Settle and decide for the paper accounts of a sport; nothing is loaded where there is none."""
    if not BacktestRun.objects.filter(kind=RunKind.PAPER, sport_key=sport_key).exists():
        return
    from .paper.trading import trade  # numpy and all, which a collector without paper accounts need not hold

    trade(sport_key, now)
