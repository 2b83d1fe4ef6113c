"""The charts of a report as plotly figures, each with what it shows in words. Pure.

Colours are names of CSS variables, which the page's script replaces by what they stand for in the light or in the
dark. The only text from outside are names of runs, which come escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, sqrt
from typing import Any, NamedTuple

from events.wording import plural
from odds.wording import decimal

from ..wording import share, signed_share
from .equity import Curve, told
from .figures import Json, at, fall_told
from .histograms import Bin

Trace = dict[str, Any]
_LARGEST_DOT = 16.0
_SMALLEST_DOT = 8.0
_MARGIN = {"l": 64, "r": 12, "t": 12, "b": 48}
_LEAST_DEPTH = -0.01  # that the axis of drawdowns reaches down to at least
_DEEPER = 1.05  # so that the line is not cut at the deepest
_TICKS = {True: "+.2~%", False: ".4~f"}  # of shares with their sign, and of decimal prices
_FEW = 5  # bets in a bin: the axis counts one by one
_ROOM = 0.03  # of chance, around what a calibration shows
_WHEN = "%{x|%Y-%m-%d %H:%M}<br>"
_ALONE = "<extra></extra>"  # no name of the trace beside it


class Chart(NamedTuple):
    """A plotly figure. `told` says in a sentence what it shows, for whoever does not see it."""

    id: str
    data: list[Trace]
    layout: dict[str, Any]
    height: int  # pixels
    told: str

    @property
    def figure(self) -> dict[str, Any]:
        return {"id": self.id, "data": self.data, "layout": {**self.layout, "height": self.height}}


def equity_chart(curve: Curve, metrics: Json) -> Chart:
    """Money as steps, and below it on the same days how far it lies below its peak."""
    line: Trace = {"x": curve.moments, "mode": "lines", "type": "scatter"}
    steps = {"shape": "hv", "width": 1.6}
    deepest = _DEEPER * min(*curve.falls, _LEAST_DEPTH)
    data = [
        {**line, "y": curve.money, "line": {**steps, "color": "--gain"}, "hovertemplate": _WHEN + "%{y:,.2f}" + _ALONE},
        {
            **line, "y": curve.falls, "yaxis": "y2", "fill": "tozeroy", "fillcolor": "--loss-soft",
            "line": {**steps, "color": "--loss"}, "hovertemplate": _WHEN + "%{y:.1%}" + _ALONE,
        },
    ]  # fmt: skip
    layout = _layout(
        xaxis=_axis(anchor="y2", showgrid=False, hoverformat="%Y-%m-%d"),
        yaxis=_axis("Bankroll", domain=[0.36, 1], tickformat=",.0f"),
        yaxis2=_axis("Drawdown", domain=[0, 0.28], tickformat=".1~%", range=[deepest, 0], nticks=4),
        shapes=[_line("h", curve.money[0])],
        hovermode="x",
        margin={**_MARGIN, "b": 28},
    )
    return Chart("equity", data, layout, 440, _equity_told(curve, metrics))


def comparison_chart(curves: Sequence[tuple[str, Curve]]) -> Chart:
    """Growth of several runs as steps, each over its own initial bankroll, and their drawdowns below on the same days.

    A colour and a name in the legend is one run, in both parts.
    """
    data: list[Trace] = []
    for place, (name, curve) in enumerate(curves):
        colour = f"--run-{place + 1}"
        line = {"shape": "hv", "width": 1.6, "color": colour}
        steps: Trace = {
            "type": "scatter", "mode": "lines", "x": curve.moments, "line": line, "name": name, "legendgroup": colour,
            "hovertemplate": _WHEN + "%{y:+.1%}<extra>%{fullData.name}</extra>",
        }  # fmt: skip
        data.append({**steps, "y": [money / curve.money[0] - 1 for money in curve.money]})
        data.append({**steps, "y": curve.falls, "yaxis": "y2", "showlegend": False})
    deepest = _DEEPER * min(_LEAST_DEPTH, *(min(curve.falls) for _, curve in curves))
    layout = _layout(
        xaxis=_axis(anchor="y2", showgrid=False, hoverformat="%Y-%m-%d"),
        yaxis=_axis("Growth", domain=[0.36, 1], tickformat="+.1~%"),
        yaxis2=_axis("Drawdown", domain=[0, 0.28], tickformat=".1~%", range=[deepest, 0], nticks=4),
        shapes=[_line("h", 0.0)],
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "y": -0.1},
    )
    words = f"Bankroll of {plural(len(curves), 'run')} over the initial one, and how far it lay below its peak."
    return Chart("compared", data, layout, 480, words)


def distribution_chart(id: str, bins: Sequence[Bin], title: str, words: str, *, signed: bool) -> Chart:
    """Bars of bins. With `signed` those below 0 have a colour of their own, and the values are shares."""
    width = _width(bins)
    places = [_place(each, width) for each in bins]
    colours = ["--loss" if signed and place < 0 else "--gain" for place in places]
    bars = {
        "type": "bar", "x": places, "y": [each.bets for each in bins], "width": [width] * len(bins),
        "marker": {"color": colours, "line": {"width": 1, "color": "--paper"}},
        "customdata": [bin_text(each, signed=signed) for each in bins],
        "hovertemplate": "%{customdata}: %{y:,}" + _ALONE,
    }  # fmt: skip
    few = {"dtick": 1} if max(each.bets for each in bins) <= _FEW else {}
    ends = [*places, 0.0] if signed else places
    layout = _layout(
        xaxis=_axis(title, tickformat=_TICKS[signed], range=[min(ends) - width, max(ends) + width], showgrid=False),
        yaxis=_axis("Bets", tickformat=",d", rangemode="tozero", **few),
        shapes=[_line("v", 0.0)] if signed else [],
        bargap=0,
    )
    return Chart(id, [bars], layout, 280, words)


def calibration_chart(bins: Sequence[Json]) -> Chart:
    """Claimed chances against how many came true, with 95 % intervals; on the dashed line both are equal."""
    most = max(each["bets"] for each in bins)
    dots = {
        "type": "scatter", "mode": "markers",
        "x": [each["predicted"] for each in bins], "y": [each["rate"] for each in bins],
        "marker": {"color": "--gain", "opacity": 1, "size": [_dot(each["bets"] / most) for each in bins]},
        "error_y": {
            "type": "data", "symmetric": False, "color": "--quiet", "thickness": 1.4, "width": 4,
            "array": [each["rate_high"] - each["rate"] for each in bins],
            "arrayminus": [each["rate"] - each["rate_low"] for each in bins],
        },
        "customdata": [each["bets"] for each in bins],
        "hovertemplate": "claimed %{x:.1%}<br>won %{y:.1%}<br>%{customdata:,} bets" + _ALONE,
    }  # fmt: skip
    low = min(min(each["predicted"], each["rate_low"]) for each in bins) - _ROOM
    high = max(max(each["predicted"], each["rate_high"]) for each in bins) + _ROOM
    equal = _shape(x0=low, x1=high, y0=low, y1=high)
    layout = _layout(
        xaxis=_axis("Chance claimed", range=[low, high], tickformat=".0%"),
        yaxis=_axis("Share won", range=[low, high], tickformat=".0%"),
        shapes=[equal],
    )
    inside = sum(each["rate_low"] <= each["predicted"] <= each["rate_high"] for each in bins)
    words = (
        f"In {inside} of {plural(len(bins), 'bin')} the chance claimed lies within the 95 % interval of what was won."
    )
    return Chart("calibration", [dots], layout, 380, words)


def bin_text(each: Bin, *, signed: bool) -> str:
    """'+1.00 % to +2.00 %', '1.800 to 1.900', '5.000 and more'."""

    def text(edge: float) -> str:
        return signed_share(edge, 2) if signed else decimal(edge)

    if each.low == -inf:
        return f"below {text(each.high)}"
    return f"{text(each.low)} and more" if each.high == inf else f"{text(each.low)} to {text(each.high)}"


def _equity_told(curve: Curve, metrics: Json) -> str:
    fall = fall_told(at(metrics, "drawdown") or {})
    deepest = f" Deepest drawdown {share(at(metrics, 'max_drawdown'))}, {fall}." if fall else ""
    return told(curve) + deepest


def _width(bins: Sequence[Bin]) -> float:
    return next(each.high - each.low for each in bins if each.low > -inf and each.high < inf)


def _place(each: Bin, width: float) -> float:
    """The middle of its bar; an open bin is drawn as wide as the others."""
    return each.high - width / 2 if each.low == -inf else each.low + width / 2


def _dot(part: float) -> float:
    """The diameter whose area tells how many bets there are, of those of the largest."""
    return max(_SMALLEST_DOT, _LARGEST_DOT * sqrt(part))


def _layout(**over: Any) -> dict[str, Any]:
    return {
        "showlegend": False,
        "margin": _MARGIN,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": "--ink"},
        "hoverlabel": {"bgcolor": "--paper", "bordercolor": "--line", "font": {"color": "--ink"}},
        **over,
    }


def _axis(title: str = "", **over: Any) -> dict[str, Any]:
    label = {"title": {"text": title, "standoff": 10}} if title else {}
    return {"gridcolor": "--line", "linecolor": "--line", "zeroline": False, "automargin": True, **label, **over}


def _line(direction: str, at_value: float) -> Mapping[str, Any]:
    """A dashed line across the plot."""
    if direction == "h":
        return _shape(xref="paper", x0=0, x1=1, y0=at_value, y1=at_value)
    return _shape(yref="paper", y0=0, y1=1, x0=at_value, x1=at_value)


def _shape(**ends: Any) -> dict[str, Any]:
    return {"type": "line", "line": {"color": "--quiet", "width": 1, "dash": "dash"}, **ends}
