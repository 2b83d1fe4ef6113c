"""How the prices of one side of a market moved at every bookmaker, as a plotly figure. Pure.

Names from outside go into a figure escaped: plotly reads a little HTML in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Any

from .movement import PriceChange
from .price_style import PriceStyle, written
from .pricing import implied_probability
from .wording import pointed, signed

Figure = dict[str, Any]
_AXES = {
    PriceStyle.AMERICAN: "Decimal price",  # American prices jump from -100 to +100: no axis shows that
    PriceStyle.DECIMAL: "Decimal price",
    PriceStyle.PROBABILITY: "Implied probability",
}
_HOVER = "%{x|%Y-%m-%d %H:%M} UTC<br>%{customdata}<extra>%{fullData.name}</extra>"


def movement_figure(
    changes: Iterable[PriceChange],
    *,
    style: PriceStyle,
    titles: Mapping[str, str],
    starts: Sequence[datetime],
    live_from: datetime | None,
    until: datetime,
    by_point: bool = False,
) -> Figure:
    """Steps for each series of `changes`, broken where a price was withdrawn; prices that stand reach `until`.

    Long before the start the chart begins with what there is: zooming out shows the start too.
    `starts` are all starts ever stated, the last one last: that is drawn solid, those before it dotted. From
    `live_from` on the background is shaded. `by_point` draws the line instead of its price.
    """
    changes = list(changes)
    traces = [
        _trace(list(group), style, titles, until, by_point=by_point)
        for _, group in groupby(changes, key=lambda each: (each.bookmaker, each.description, each.outcome, each.side))
    ]
    return {
        "data": traces,
        "layout": {
            "xaxis": _span(changes, starts, until),
            "yaxis": {"title": {"text": "Line" if by_point else _AXES[style]}, "tickformat": _ticks(style, by_point)},
            "shapes": [*_live(live_from, until), *_starts(starts)],
        },
    }


def _span(changes: Sequence[PriceChange], starts: Sequence[datetime], until: datetime) -> Figure:
    """From the first price to a little after the last look, where the start is farther away than that is long."""
    first = min((change.odds_timestamp for change in changes), default=until)
    seen = until - first
    if not seen or not starts or starts[-1] <= until + seen:
        return {}
    return {"range": [(first - seen / 20).isoformat(), (until + seen / 10).isoformat()]}


def _ticks(style: PriceStyle, by_point: bool) -> str:
    if by_point:
        return ""
    return ".1%" if style is PriceStyle.PROBABILITY else ".2f"


def _trace(
    changes: Sequence[PriceChange],
    style: PriceStyle,
    titles: Mapping[str, str],
    until: datetime,
    *,
    by_point: bool,
) -> Figure:
    first = changes[0]
    name = " · ".join(filter(None, [titles.get(first.bookmaker, first.bookmaker), first.description]))
    x: list[str] = []
    y: list[float | None] = []
    told: list[str] = []
    for number, change in enumerate(changes):
        height = _height(change, style, by_point=by_point)
        words = escape(f"{pointed(change.side, change.point)} {_priced(change, style)}".strip())
        x.append(change.odds_timestamp.isoformat())
        y.append(height)
        told.append(words)
        ends = change.valid_until or until
        follows = changes[number + 1].odds_timestamp if number + 1 < len(changes) else None
        if follows != ends:  # it was withdrawn, or stands
            x += [ends.isoformat(), ends.isoformat()]
            y += [height, None]
            told += [words, ""]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": escape(name),
        "x": x,
        "y": y,
        "customdata": told,
        "line": {"shape": "hv", "width": 1.8},
        "connectgaps": False,
        "hovertemplate": _HOVER,
    }


def _height(change: PriceChange, style: PriceStyle, *, by_point: bool) -> float | None:
    if by_point:
        return None if change.point is None else float(change.point)
    if style is PriceStyle.PROBABILITY:
        return implied_probability(change.decimal_price)
    return float(change.decimal_price)


def _priced(change: PriceChange, style: PriceStyle) -> str:
    mark = "" if change.is_valid else " (flagged)"
    text = written(style, change.price, change.decimal_price)
    return f"{text}{mark}" if style is PriceStyle.AMERICAN else f"{text} ({signed(change.price)}){mark}"


def _live(live_from: datetime | None, until: datetime) -> list[Figure]:
    if live_from is None or live_from >= until:
        return []
    ends = {"x0": live_from.isoformat(), "x1": until.isoformat()}
    return [{"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "name": "in play", **ends}]


def _starts(starts: Sequence[datetime]) -> list[Figure]:
    return [
        {
            "type": "line",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": start.isoformat(),
            "x1": start.isoformat(),
            "name": "start" if number + 1 == len(starts) else "start as stated before",
            "line": {"width": 1.2, "dash": "solid" if number + 1 == len(starts) else "dot"},
        }
        for number, start in enumerate(starts)
    ]
