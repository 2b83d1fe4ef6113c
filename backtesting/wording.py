"""Money, shares, errors, ranges and settings as reports write them, pure. A dash stands for what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from events.game_days import day_of

UNKNOWN = "–"
_UNBROKEN = "\u00a0%"  # a number and its sign stay in one line


def money(value: float | None) -> str:
    """An amount: 1,234.50."""
    return UNKNOWN if value is None else f"{value:,.2f}"


def gain(value: float | None) -> str:
    """What was won or lost: +1,234.50, -80.00, 0.00."""
    return UNKNOWN if value is None else _signed(f"{value:+,.2f}")


def share(value: float | None, digits: int = 1) -> str:
    """0.0312 as 3.1 %."""
    return UNKNOWN if value is None else f"{value:.{digits}%}".replace("%", _UNBROKEN)


def signed_share(value: float | None, digits: int = 1) -> str:
    """0.0312 as +3.1 %."""
    return UNKNOWN if value is None else _signed(f"{value:+.{digits}%}").replace("%", _UNBROKEN)


def number(value: float | None, digits: int = 2) -> str:
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def between(interval: Mapping[str, float] | None, *, signed: bool = True) -> str:
    """The ends of an interval: +1.2 % to +5.0 %."""
    if not interval:
        return UNKNOWN
    shown = signed_share if signed else share
    return f"{shown(interval['low'])} to {shown(interval['high'])}"


def error(estimate: Mapping[str, Any] | None) -> float | None:
    """The standard error to show of an estimate: by game day, or as if independent where there are too few days."""
    if not estimate:
        return None
    clustered: float | None = estimate["clustered_standard_error"]
    return estimate["standard_error"] if clustered is None else clustered


def estimated(estimate: Mapping[str, Any] | None, digits: int = 2) -> str:
    """A share with its standard error: +1.85 % ± 0.31 %."""
    if not estimate:
        return UNKNOWN
    known = error(estimate)
    return signed_share(estimate["value"], digits) + ("" if known is None else f" ± {share(known, digits)}")


def day(text: str | None) -> str:
    """The day of an instant in ISO 8601, in UTC."""
    return UNKNOWN if text is None else f"{datetime.fromisoformat(text):%Y-%m-%d}"


def game_days(start: datetime, end: datetime) -> str:
    """The first and the last league day of [start, end)."""
    return f"{day_of(start)} to {day_of(end - timedelta(microseconds=1))}"


def settings(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Settings as labels and texts; the label of an inner one is 'fills: latency_seconds'."""
    for name, value in tree.items():
        label = f"{before}{name}"
        if isinstance(value, Mapping) and value:
            yield from settings(value, f"{label}: ")
        else:
            yield label, _value(value)


def _signed(text: str) -> str:
    """A number with its sign; what is shown as 0 has none."""
    return text if re.search("[1-9]", text) else text[1:]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return UNKNOWN if value is None or value in ("", {}) else str(value)
