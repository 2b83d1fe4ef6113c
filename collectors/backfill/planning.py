"""The plan: what to buy for a wish, what it costs, how far the credits reach. Nothing is asked, bought or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import connection

from events.models import Event
from odds.archived import archived_whole
from odds.models import Scope
from odds.records import Asked

from ..choices import Endpoint, ItemState, Purpose
from ..credits import Balance
from ..gate import SANDBOX_KEY, Terms
from ..models import BackfillItem, BackfillRun
from ..spending import Quota, quota_of
from .cover import Answered, Cover, Grid, Window, cover
from .game_sample import Candidate, draw
from .schedule import READ, Schedule, bought_lists, lists_of, refused_lists, schedule
from .windows import windows
from .wish import OPEN, Wish

_SECOND = timedelta(seconds=1)
# So far a start may have moved for a snapshot to be taken for the one that was wanted.
_MOVED = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The credits that a backfill may spend, and when there are more."""

    known: bool  # whether the provider has told of any yet
    remaining: int  # of all
    left: int  # for a backfill, until the reset
    a_month: int  # for a backfill, of a whole period
    resets_at: datetime

    def days(self, credits: int, now: datetime) -> int | None:
        """Days until so many credits are spent under the ceiling: 0 for today; None where they never are."""
        if credits <= self.left:
            return 0
        if self.a_month <= 0:
            return None
        resets = ceil((credits - self.left) / self.a_month)
        return ceil((self.resets_at - now) / timedelta(days=1)) + 30 * (resets - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be bought for a wish. Credits are exact, unless lists of events are still missing."""

    wish: Wish
    is_sandbox: bool
    lists: list[datetime]  # all that the wish rests on
    lists_missing: list[datetime]  # at most a credit each
    lists_refused: list[str]  # why lists are not to be had, one line each
    games: int  # that can be drawn
    left_out: int
    sample: list[Candidate]
    windows: int  # wanted: one a game and moment
    openings: int  # of these, openings
    stored: int  # of these, there already
    cover: Cover
    archived: int  # games that purchases are for, and whose odds lie in an archive: what is there would be bought again
    cost: int  # credits of one purchase
    means: Means

    @property
    def openings_not_seen(self) -> int:
        """Games that were on the first list already: nobody knows when they opened."""
        if not self.wish.wants_opening:
            return 0
        return len(self.sample) - self.openings

    @property
    def credits(self) -> int:
        """What the purchases cost, without lists still missing."""
        return len(self.cover.points) * self.cost

    @property
    def credits_one_by_one(self) -> int:
        """What the same coverage costs at one purchase per game and instant."""
        return self.cover.bought * self.cost

    @property
    def per_team(self) -> Counter[str]:
        return Counter(team for game in self.sample for team in game.teams)


def make_plan(wish: Wish, terms: Terms, now: datetime, sample: Sequence[str] = ()) -> Plan:
    """The plan for a wish, from what is stored. `sample` names the games by id where they were drawn before."""
    is_sandbox = terms.account == SANDBOX_KEY
    lists = lists_of(wish, now)
    bought = set(bought_lists(wish, lists, is_sandbox=is_sandbox).values_list("requested_at", flat=True))
    refused = dict(refused_lists(wish, lists, is_sandbox=is_sandbox).values_list("requested_at", "note"))
    known = schedule(wish, now, is_sandbox=is_sandbox)
    drawn = _sample(wish, known, sample)
    wanted = windows((known.games[game.event_id] for game in drawn), wish.moments)
    stored = _stored(wanted, wish)
    covered = cover((window for window in wanted if window not in stored), grid_of(wish, is_sandbox=is_sandbox))
    return Plan(
        wish=wish,
        is_sandbox=is_sandbox,
        lists=lists,
        lists_missing=[each for each in lists if each not in bought and each not in refused],
        lists_refused=list(refused.values()),
        games=len(known.candidates),
        left_out=known.left_out,
        sample=drawn,
        windows=len(wanted),
        openings=sum(window.moment == OPEN for window in wanted),
        stored=len(stored),
        cover=covered,
        archived=_archived(covered),
        cost=wish.call(now).cost,
        means=_means(quota_of(terms, now), terms, now),
    )


def _sample(wish: Wish, known: Schedule, sample: Sequence[str]) -> list[Candidate]:
    if sample:
        drawn = set(sample)
        return [game for game in known.candidates if game.event_id in drawn]
    if wish.games is not None:
        return draw(known.candidates, wish.games, wish.seed)
    rate = 1.0 if wish.rate is None else wish.rate
    return draw(known.candidates, max(1, round(rate * len(known.candidates))), wish.seed)


def grid_of(wish: Wish, *, is_sandbox: bool) -> Grid:
    """What was bought of this wish's markets and books, for whichever run."""
    offer = wish.wanted.parameters()
    items = BackfillItem.objects.filter(
        endpoint=Endpoint.HISTORICAL_ODDS, sport_key=wish.sport_key, is_sandbox=is_sandbox, parameters__contains=offer
    )
    answered = items.filter(state__in=[*READ, ItemState.SKIPPED_EXISTING])
    nothing = items.filter(state__in=[ItemState.UNAVAILABLE, ItemState.PARKED])
    return Grid(map(_answer_to, answered), nothing.values_list("requested_at", flat=True))


def _answer_to(item: BackfillItem) -> Answered:
    """Which instants the answer to this item answers."""
    at = item.answered_at or item.requested_at
    return Answered(at, max(item.next_at or at, item.requested_at + _SECOND))


def _stored(wanted: Sequence[Window], wish: Wish) -> set[Window]:
    """The windows in which a pre-match snapshot of the game is stored, however it came, that speaks of all wanted.

    Starts move after a snapshot was taken: one that was right by the start it states itself is right.
    """
    sql = """
        SELECT place
        FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[], %s::interval[], %s::interval[])
            WITH ORDINALITY AS wanted (api_id, first, last, least, most, place)
        WHERE EXISTS (
            SELECT FROM events_event AS event JOIN odds_oddssnapshot AS snapshot ON snapshot.event_id = event.id
            WHERE event.api_id = wanted.api_id AND NOT is_live AND snapshot_time < event.commence_time
                AND snapshot_time BETWEEN first - %s AND last + %s AND scope_id = ANY(%s)
                AND (snapshot_time BETWEEN first AND last
                    OR snapshot.commence_time - snapshot_time BETWEEN least AND most)
        )
    """
    columns: list[Any] = [[getattr(window, name) for window in wanted] for name in ("event_id", "first", "last")]
    columns += [[window.leads and window.leads[place] for window in wanted] for place in (0, 1)]
    with connection.cursor() as cursor:
        moved: Any = _MOVED
        cursor.execute(sql, [*columns, moved, moved, _scopes_for(wish.wanted.asked)])
        return {wanted[place - 1] for (place,) in cursor.fetchall()}


def _archived(covered: Cover) -> int:
    games = {window.event_id for point in covered.points for window in point.windows}
    return archived_whole(Event.objects.filter(api_id__in=games)).count()


def _scopes_for(wanted: Asked) -> list[int]:
    """The requests that asked for all that is wanted, or more."""
    return [
        scope.pk
        for scope in Scope.objects.all()
        if Asked.from_json(scope.asked, scope.odds_format) | wanted == Asked.from_json(scope.asked, scope.odds_format)
    ]


def _means(quota: Quota, terms: Terms, now: datetime) -> Means:
    left = next(each.left for each in quota.allowances if each.purpose is Purpose.BACKFILL)
    to_reset = max(timedelta(days=1), quota.resets_at - now)
    live_need = int(quota.live_need * (timedelta(days=30) / to_reset))
    whole = Balance(quota=quota.quota, used=0, pending=0, remaining=None)
    return Means(
        known=quota.since is not None,
        remaining=quota.quota - quota.used if quota.remaining is None else quota.remaining,
        left=left,
        a_month=whole.left(Purpose.BACKFILL, reserve_fraction=terms.reserve_fraction, live_need=live_need),
        resets_at=quota.resets_at,
    )


def run_of(wish: Wish, *, is_sandbox: bool) -> BackfillRun | None:
    """The run that was made of this wish, if any."""
    return BackfillRun.objects.filter(digest=digest_of(wish, is_sandbox=is_sandbox)).first()


def digest_of(wish: Wish, *, is_sandbox: bool) -> str:
    """What tells runs apart. What was played with the sandbox is not done for real."""
    return f"sandbox{wish.digest[7:]}" if is_sandbox else wish.digest
