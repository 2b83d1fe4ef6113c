"""The figures of a stored run as labelled texts: what is said first, and all of them in groups. Pure.

Nothing is reckoned here: all is read from `BacktestRun.metrics` and `.coverage`. Names that these lack, as of a run
that failed, read as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from events.wording import plural

from ..wording import UNKNOWN, between, count, day, error, estimated, gain, money, number, share, signed_share

Json = Mapping[str, Any]
SURE = 0.95  # a deflated result of at least this is taken for sure


class Figure(NamedTuple):
    label: str
    text: str
    detail: str = ""  # how sure it is, what it is of, or why there is none


def at(tree: Json, path: str) -> Any:
    """The value at 'clv.price.n' of nested objects; None where there is none."""
    found: Any = tree
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def headline(metrics: Json, coverage: Json) -> list[Figure]:
    """Yield, number of bets, closing line value, trials and coverage: what no figure may be read without."""
    return [
        Figure("Yield", signed_share(at(metrics, "yield")), _interval_or_reason(metrics, "yield")),
        Figure("Bets", count(at(metrics, "total_bets")), bets_told(metrics)),
        _clv_headline(at(metrics, "clv") or {}),
        Figure("Trials on these data", count(at(metrics, "trials")), _deflated_told(metrics)),
        Figure("Coverage", share(at(coverage, "fraction"), 0), _coverage_told(coverage)),
    ]


def verdict(metrics: Json) -> str:
    """In one sentence what the yield and its interval allow to say."""
    interval, chance = at(metrics, "intervals.yield"), at(metrics, "deflated.probability")
    level = share(at(metrics, "intervals.level"), 0)
    if at(metrics, "yield") is None:
        return "No bet was won or lost, so there is nothing to judge."
    if interval is None:
        return f"Too little to judge the yield by: {at(metrics, 'intervals.note')}."
    if interval["high"] < 0:
        return f"These bets lost, and not by bad luck alone: the whole {level} interval of the yield is below zero."
    if interval["low"] <= 0:
        return f"Luck alone could have brought this: a yield of zero lies within the {level} interval."
    if chance is not None and chance < SURE:
        tried = plural(at(metrics, "trials"), "configuration")
        return (
            f"The {level} interval of the yield is above zero, but with {tried} tried on these data that is not sure."
        )
    return f"The whole {level} interval of the yield is above zero."


def bets_told(metrics: Json) -> str:
    """'310 won, 290 lost, 12 pushes': what became of the bets."""
    names = {
        "winning_bets": "won",
        "losing_bets": "lost",
        "pushes": "pushed",
        "voids": "void",
        "open_bets": "open",
        "unresolved_bets": "without a result",
        "unfilled_bets": "wanted and not placed",
    }
    known = [(at(metrics, name), what) for name, what in names.items()]
    return ", ".join(f"{value:,} {what}" for value, what in known if value)


def groups(metrics: Json, coverage: Json) -> list[tuple[str, list[Figure]]]:
    """All figures by subject."""
    return [
        ("Money", list(_money(metrics))),
        ("Bets", list(_bets(metrics))),
        ("Risk", list(_risk(metrics))),
        ("Closing line", list(_clv(at(metrics, "clv") or {}, at(metrics, "clv_unfilled") or {}))),
        ("Evidence", list(_evidence(metrics))),
        ("Coverage", list(_coverage(coverage))),
    ]


def _money(metrics: Json) -> Iterator[Figure]:
    yield Figure("Profit", gain(at(metrics, "total_profit")), "after commission and costs")
    average = at(metrics, "average_stake")
    yield Figure("Staked", money(at(metrics, "total_wagered")), "" if average is None else f"{money(average)} a bet")
    yield Figure("Turnover", money(at(metrics, "turnover")), "settled stakes without pushes and voids")
    yield Figure("Yield", signed_share(at(metrics, "yield")), "profit over turnover")
    yield Figure("Return on all stakes", signed_share(at(metrics, "roi")), "profit over all that was staked")
    yield Figure("Bankroll growth", signed_share(at(metrics, "bankroll_growth")), "profit over the initial bankroll")
    yield Figure("Final bankroll", money(at(metrics, "final_bankroll")), "open stakes at cost")


def _bets(metrics: Json) -> Iterator[Figure]:
    yield Figure("Bets placed", count(at(metrics, "total_bets")), bets_told(metrics))
    yield Figure("Positions", count(at(metrics, "positions")), "bets placed as one count once")
    even = at(metrics, "break_even_rate")
    yield Figure("Win rate", share(at(metrics, "win_rate")), "" if even is None else f"{share(even)} would break even")
    yield Figure("Average odds", number(at(metrics, "average_odds"), 3), "decimal")
    yield Figure("Longest winning run", count(at(metrics, "longest_winning_run")), "positions")
    yield Figure("Longest losing run", count(at(metrics, "longest_losing_run")), "positions")


def _risk(metrics: Json) -> Iterator[Figure]:
    fall = at(metrics, "drawdown") or {}
    yield Figure("Deepest drawdown", share(at(metrics, "max_drawdown")), fall_told(fall))
    if fall.get("fraction"):
        yield Figure("Greatest fall in money", money(fall.get("amount")), "")
        yield Figure("Longest drawdown", _days(fall.get("longest_days")), "from peak to recovery")
    known = at(metrics, "sharpe_standard_error")
    error_told = (
        "" if known is None else f"± {number(known)}, {plural(at(metrics, 'settlement_days'), 'day')} with settlements"
    )
    for name, label, detail in (
        ("sharpe_ratio", "Sharpe ratio", error_told),
        ("sortino_ratio", "Sortino ratio", ""),
        ("calmar_ratio", "Calmar ratio", "growth of a year over the deepest drawdown"),
        ("profit_factor", "Profit factor", "what was won over what was lost"),
    ):
        yield Figure(label, number(at(metrics, name)), reason(metrics, name) or detail)


def _clv(clv: Json, unfilled: Json) -> Iterator[Figure]:
    yield Figure("In price", estimated(at(clv, "price")), f"± standard error; {_clv_told(clv)}")
    if points := at(clv, "points"):
        known = error(points)
        text = f"{points['value']:+.2f}" + ("" if known is None else f" ± {known:.2f}")
        positive = share(at(clv, "share_positive_points"), 0)
        yield Figure("In points", text, f"{positive} better than the closing number, of {points['n']:,}")
    if untimed := at(clv, "untimed"):
        yield Figure("Untimed closes", count(untimed), "of archives that tell no time")
    if price := at(unfilled, "price"):
        yield Figure("Of bets not placed", estimated(price), f"mean of {price['n']:,}")


def _evidence(metrics: Json) -> Iterator[Figure]:
    found, deflated = at(metrics, "evidence") or {}, at(metrics, "deflated") or {}
    why = found.get("note") or "yield over its error by game day"
    yield Figure("t statistic", number(found.get("t_statistic")), why)
    if (p_value := found.get("p_value")) is not None:
        yield Figure("p value", number(p_value, 3), "one-sided, of a yield this high without an edge")
    yield Figure(
        "Bets needed", count(found.get("bets_needed")), "positions, for this yield to be 1.96 standard errors from none"
    )
    yield Figure("Trials", count(at(metrics, "trials")), "configurations tried on these data")
    if not deflated:
        return
    yield Figure("Deflated Sharpe ratio", number(deflated["probability"]), f"{SURE} or more would be convincing")
    expected = f"{number(deflated['benchmark_sharpe'], 3)} expected of the best of them by luck"
    yield Figure("Sharpe ratio of a day", number(deflated["sharpe"], 3), expected)
    if deflated["bonferroni"] is not None:
        yield Figure("p value, trials counted", number(deflated["bonferroni"], 3), "Bonferroni")


def _coverage(coverage: Json) -> Iterator[Figure]:
    yield Figure("Events", count(at(coverage, "events")), "in the range")
    yield Figure("Covered", share(at(coverage, "fraction")), "decided on fresh and complete prices")
    for name, label in (
        ("decided", "With a decision"),
        ("stale", "Stale prices only"),
        ("incomplete", "Incomplete lines"),
        ("without_snapshot", "Without a snapshot"),
        ("without_result", "Without a result"),
        ("without_close", "Bet on, without a close"),
        ("untimed", "Of archives without times"),
    ):
        if at(coverage, name):
            yield Figure(label, count(at(coverage, name)), "events")


def reason(metrics: Json, name: str) -> str:
    """Why a figure is not known; empty where it is."""
    return str(at(metrics, f"notes.{name}") or "").removeprefix("n/a: ")


def _days(days: float | None) -> str:
    return UNKNOWN if days is None else plural(round(days), "day")


def fall_told(fall: Json) -> str:
    """'2025-12-01 to 2026-01-14, 44 days', or that it is not over."""
    if not fall.get("start"):
        return ""
    days = _days(fall["days"])
    if fall["recovery"] is None:
        return f"since {day(fall['start'])}, {days} and not recovered"
    return f"{day(fall['start'])} to {day(fall['recovery'])}, {days}"


def _interval_or_reason(metrics: Json, name: str) -> str:
    if interval := at(metrics, f"intervals.{name}"):
        return f"{share(at(metrics, 'intervals.level'), 0)} interval {between(interval)}"
    return str(reason(metrics, name) or at(metrics, "intervals.note") or "")


def _clv_headline(clv: Json) -> Figure:
    price = at(clv, "price")
    known = error(price)
    before = "" if known is None else f"± {share(known, 2)} standard error; "
    return Figure("Closing line value", signed_share(price and price["value"], 2), before + _clv_told(clv))


def _clv_told(clv: Json) -> str:
    price = at(clv, "price")
    if not price:
        return "no bet has a valid closing line"
    return f"{share(clv['share_positive'], 0)} of {plural(price['n'], 'bet')} beat the close"


def _deflated_told(metrics: Json) -> str:
    chance = at(metrics, "deflated.probability")
    if chance is None:
        return "no deflated result: too few days, or no risk" if at(metrics, "trials") else ""
    return f"deflated result {number(chance)}; {SURE} would convince"


def _coverage_told(coverage: Json) -> str:
    if not coverage:
        return ""
    return f"{coverage['covered']:,} of {plural(coverage['events'], 'event')} had fresh, complete prices"
