"""Seasons of the sandbox in the database, with the truth about each game at hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from collectors.pipeline import ingest, ingest_scores
from collectors.sandbox.books import BOOKS_BY_KEY
from collectors.sandbox.league import MINUTE, Game, League
from collectors.sandbox.parameters import Form
from collectors.sandbox.payloads import bulk_odds
from collectors.sandbox.sports import DAY, NBA
from collectors.sandbox.truth import final_score, truth
from collectors.the_odds_api.normaliser import read_event
from events.records import EventRecord, ScoreRecord
from odds.choices import OddsFormat, Source
from odds.records import Asked, EventSnapshot

MARKETS = ("h2h", "spreads", "totals")
BOOKS = ("pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada")
ASKED = Asked.of(OddsFormat.AMERICAN, MARKETS, BOOKS)
FORM = Form(decimal=False, unix=False, links=False, sids=False, limits=False, multipliers=False, rotations=False)
FIRST_ROUND = 20_400  # days since 1970


@dataclass(frozen=True, slots=True)
class Season:
    """What was stored, and by the provider's id what is true of it."""

    games: dict[str, Game]
    last_looks: dict[str, datetime]
    start: datetime
    end: datetime

    def closed(self, event_id: str) -> datetime:
        """When the last look before the start was taken."""
        return self.last_looks[event_id]

    def chance(self, event_id: str, market: str, side: str, point: float | None, at: datetime) -> float:
        """The true chance at an instant that a bet wins, given that it is no push."""
        true = truth(self.games[event_id], at.timestamp())
        if market == "totals":
            over, push = true.total_above(float(point))
            wins = over if side == "over" else 1 - over - push
        else:
            handicap = 0.0 if point is None else float(point)
            line = -handicap if side == "home" else handicap
            above, push = true.margin_above(line)
            wins = above if side == "home" else 1 - above - push
        return wins / (1 - push)


def store_season(seed: int, *, days: int, looks: tuple[int, ...] = (60, 2), books: tuple[str, ...] = BOOKS) -> Season:
    """Store the games of so many days, looked at so many minutes before the start known then, with their results."""
    league = League(seed)
    games = [game for number in range(FIRST_ROUND, FIRST_ROUND + days) for game in league.round(NBA.key, number)]
    games = [game for game in games if game.is_played]
    snapshots = [_look(game, minutes, books) for game in games for minutes in looks]
    ingest(sorted(snapshots, key=lambda snapshot: snapshot.snapshot_time))
    ingest_scores([_result(game) for game in games])
    return Season(
        {game.id: game for game in games},
        {each.event.api_id: each.snapshot_time for each in snapshots if not each.is_live},
        datetime.fromtimestamp((FIRST_ROUND - 1) * DAY, UTC),
        datetime.fromtimestamp((FIRST_ROUND + days + 15) * DAY, UTC),
    )


def _look(game: Game, minutes: int, books: tuple[str, ...]) -> EventSnapshot:
    known = game.starts[0][1]
    at = known - minutes * MINUTE
    for _ in game.starts:  # the start as known then may be another
        at = game.commence_time(at) - minutes * MINUTE
    body = bulk_odds(game, at, [BOOKS_BY_KEY[key] for key in books], MARKETS, FORM)
    return read_event(
        json.dumps(body).encode(), snapshot_time=datetime.fromtimestamp(at, UTC), asked=ASKED, source=Source.SANDBOX
    )


def _result(game: Game) -> ScoreRecord:
    home, away = final_score(game)
    over = datetime.fromtimestamp(game.finished + 10 * MINUTE, UTC)
    event = EventRecord(
        api_id=game.id,
        sport_key=game.sport.key,
        sport_title=game.sport.title,
        commence_time=datetime.fromtimestamp(game.tipoff, UTC),
        home_team=game.home,
        away_team=game.away,
        observed_at=over,
    )
    return ScoreRecord(event=event, completed=True, home_score=home, away_score=away, last_update=over)
