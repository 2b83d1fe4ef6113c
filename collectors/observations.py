"""What an answer shows that its stored events alone would not: into the quality log, once it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Coalesce

from events.models import Event
from odds.models import Bookmaker, Odds
from odds.records import Problem
from quality.choices import IssueType, Severity
from quality.log import Observation, end_unseen, observe
from quality.models import DataQualityLog
from quality.readings import issue_of
from quality.records import Issue, Slate
from quality.rules.registry import rules_about
from quality.standards import thresholds_of_settings

from .choices import Endpoint
from .models import FetchLog
from .the_odds_api.contents import Contents
from .the_odds_api.endpoints import Call

# What an answer about a whole sport can say of bookmakers and markets.
OF_THE_SLATE = (IssueType.MISSING_BOOKMAKER, IssueType.MISSING_MARKET)
# How far back events are looked through for the last price of a bookmaker that is missing now.
LOOK_BACK = timedelta(days=14)


def observe_answer(
    row: FetchLog, call: Call, contents: Contents, of_storing: Iterable[Problem]
) -> list[DataQualityLog]:
    """Note what this answer shows, and what storing it showed; return the entries that are new to the log.

    Call it once its events are stored.
    """
    if not settings.ENABLE_VALIDATION:
        return []
    sport_key, at = row.sport_key, contents.at
    thresholds = thresholds_of_settings()
    seen = [Observation(_of_answer(problem, row.endpoint), sport_key) for problem in (*contents.problems, *of_storing)]
    seen += [*_of_other_sports(contents, sport_key), *_repeated(contents)]
    looked_for = [IssueType.DUPLICATE_EVENT] if row.endpoint == Endpoint.ODDS else []
    if row.endpoint == Endpoint.ODDS and (slate := _slate(call, contents)) is not None:
        looked_for += OF_THE_SLATE
        for rule in rules_about(Slate, thresholds.disabled):
            seen += [_placed(issue, sport_key) for issue in rule(slate, thresholds)]
    seen = [each for each in seen if each.issue.type not in thresholds.disabled]
    if not seen and not looked_for:
        return []
    new = observe(seen, at, looked_for)
    asked = {"bookmaker": call.listed("bookmakers"), "market": call.listed("markets")}
    end_unseen(looked_for, [sport_key], seen, at, **asked)
    return new


def _of_answer(problem: Problem, endpoint: str) -> Issue:
    issue = issue_of(problem)
    return issue._replace(text=f"{endpoint}: {issue.text}", detail=f"{endpoint} {issue.detail or issue.text}")


def _of_other_sports(contents: Contents, sport_key: str) -> Iterable[Observation]:
    for other in sorted({snapshot.event.sport_key for snapshot in contents.snapshots} - {sport_key}):
        text = f"events of '{other}' in an answer about '{sport_key}'; they are stored like any other"
        yield Observation(Issue(IssueType.NEW_SPORT, Severity.INFO, text), other)


def _repeated(contents: Contents) -> Iterable[Observation]:
    """Events that the answer has more than once: they are read as one, with the prices of the fresher."""
    times = Counter(snapshot.event.api_id for snapshot in contents.snapshots)
    repeated = [api_id for api_id, count in times.items() if count > 1]
    for event in Event.objects.filter(api_id__in=repeated) if repeated else ():
        text = f"{event}: {times[event.api_id]} times in one answer, expected once; read as one"
        yield Observation(Issue(IssueType.DUPLICATE_EVENT, Severity.WARNING, text), event=event)


def _placed(issue: Issue, sport_key: str) -> Observation:
    """A missing bookmaker or market, with its place from the detail that tells it apart."""
    bookmaker, _, market = issue.detail.partition(" ")
    return Observation(issue._replace(detail=""), sport_key, None, bookmaker, market)


def _slate(call: Call, contents: Contents) -> Slate | None:
    """What is offered of games to come; None where there is none, which says nothing of anybody."""
    to_come = [snapshot for snapshot in contents.snapshots if not snapshot.is_live]
    if not to_come:
        return None
    offers = Counter(key for snapshot in to_come for key in snapshot.offers)
    asked = call.listed("bookmakers")
    missing = set(asked) - {bookmaker for bookmaker, _ in offers}
    return Slate(
        bookmakers=asked,
        markets=call.listed("markets"),
        events=len(to_come),
        offers=offers,
        last_quoted=_last_quoted(missing, call.sport_key, contents.at) if missing else {},
        at=contents.at,
    )


def _last_quoted(bookmakers: Collection[str], sport_key: str, at: datetime) -> dict[str, datetime]:
    """When each was last in an answer about this sport; one that never was is left out."""
    known = Bookmaker.objects.filter(key__in=bookmakers)
    if not known:
        return {}
    lately = Event.objects.for_sport(sport_key).commencing_between(at - LOOK_BACK, at + LOOK_BACK)
    quoted = Odds.objects.filter(event__in=lately, bookmaker__in=known).order_by()
    last = quoted.values_list("bookmaker__key").annotate(last=Max(Coalesce("valid_until", "odds_timestamp")))
    return {**dict.fromkeys((book.key for book in known), at - LOOK_BACK), **dict(last)}
