"""One game under judgement, without a database, for tests of what is thought of its quotes."""

from datetime import datetime, timedelta
from typing import Any

from collectors.tests.factories import NOON, book, event, h2h, snapshot
from odds.choices import OddsFormat
from odds.records import Asked
from odds.runs import EventRuns
from quality.choices import IssueType, ReviewState
from quality.judging import EventJudge
from quality.records import Case, Entry, Standards, Thresholds

HOME, AWAY = "Los Angeles Lakers", "Boston Celtics"
USUAL = Standards(thresholds=Thresholds(), kinds={"fanduel": "retail"}, markets=frozenset({"h2h"}))
UNTOLD = h2h()["last_update"]
BELOW_ONE, MOVED, STALE = IssueType.BOOKSUM_BELOW_ONE, IssueType.LINE_MOVEMENT, IssueType.STALE
FREE_MONEY = h2h(-150, 310)  # .6 + .2439


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


class Watched:
    """One game under judgement."""

    def __init__(self, standards: Standards = USUAL, decisions: dict[str, ReviewState] | None = None) -> None:
        case = Case(
            api_id="a" * 32,
            title=f"{AWAY} @ {HOME}",
            sport_key="basketball_nba",
            names=(HOME, AWAY),
            decisions=decisions or {},
        )
        self.judge = EventJudge(case, standards)
        self.runs = EventRuns(judge=self.judge)

    def look(self, minutes: float, *offers: Any, asked: Asked | None = None, **over: Any) -> None:
        """Another answer; bookmakers are fresh unless they say otherwise, offers without one are FanDuel's."""
        books = [offer for offer in offers if "markets" in offer]
        if len(books) < len(offers):
            books.append(book("fanduel", *(offer for offer in offers if "outcomes" in offer)))
        fresh = f"{at(minutes - 1):%Y-%m-%dT%H:%M:%SZ}"
        for each in books:
            each["markets"] = [
                {**offered, "last_update": fresh} if offered["last_update"] == UNTOLD else offered
                for offered in each["markets"]
            ]
        self.runs.add(snapshot(event(*books, **over), at(minutes), asked or Asked.featured(OddsFormat.AMERICAN)))

    def of(self, name: str, key: str = "h2h", bookmaker: str = "fanduel") -> list[tuple[int, bool, str]]:
        """Price, verdict and notes of the runs of an outcome, in time order."""
        runs = [
            run for run in self.runs.all() if (run.bookmaker, run.market, run.outcome.name) == (bookmaker, key, name)
        ]
        return [(run.price, run.is_valid, run.notes) for run in sorted(runs, key=lambda run: run.odds_timestamp)]

    def entry(self, kind: IssueType) -> Entry:
        [entry] = [entry for entry in self.judge.entries.values() if entry.type is kind]
        return entry

    def life(self, kind: IssueType) -> tuple[float, float, int, float | None]:
        """First seen, last seen, how often, ended: in minutes after noon."""
        entry = self.entry(kind)
        first, last = ((moment - NOON) / timedelta(minutes=1) for moment in (entry.first_seen, entry.last_seen))
        return first, last, entry.occurrences, entry.ended_at and (entry.ended_at - NOON) / timedelta(minutes=1)

    @property
    def kinds(self) -> set[str]:
        return {entry.type.value for entry in self.judge.entries.values()}


def old(key: str, *markets: Any, minutes: float = -120) -> dict[str, Any]:
    for each in markets:
        each["last_update"] = f"{at(minutes):%Y-%m-%dT%H:%M:%SZ}"
    return book(key, *markets)
