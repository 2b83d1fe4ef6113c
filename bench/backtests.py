"""Figure 6: a season's backtest from the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from math import isclose

from backtesting.decision_times import MinutesBefore
from backtesting.engine import BacktestEngine, load
from backtesting.placing import place
from backtesting.records import Bet
from backtesting.selection import propose
from backtesting.staking import Flat
from backtesting.strategies.expected_value import EVStrategy

from . import dense, peers
from .figures import Figure, execute, timed
from .peers import Placed, Played
from .recording import Recording

MINUTE = timedelta(minutes=1)


def season_backtest(season: Recording, rounds: int) -> Figure:
    """6: a season from the database to all figures of a run, over a query for each event, and over numpy in memory.

    The peers come to bets and profit and no further; what these alone take us, loading included, is told apart. Takes
    the tables as `load_season` left them. Raises ValueError where not all have the same bets.
    """
    execute("VACUUM (ANALYZE) events_event, events_eventscore, odds_odds, odds_oddssnapshot")
    execute("VACUUM (ANALYZE) games, specification_odds, specification_snapshots")
    engine, arrays = season_engine(), dense.dense(season)
    (whole, result), (alone, bets), (at_once, picks), (by_game, same_picks) = timed(
        2 + rounds,
        engine.run,
        partial(bets_alone, engine),
        partial(dense.play_at_once, arrays),
        partial(dense.play_game_by_game, arrays),
    )
    played = named(result.bets)
    for other in (named(bets), dense.played(arrays, *picks), dense.played(arrays, *same_picks)):
        require_same(played, other)
    by_sql = _seconds_event_by_event(peers.found_by_sql, result.bets)
    by_snapshots = _seconds_event_by_event(peers.found_by_snapshots, result.bets)
    by_python = _seconds_event_by_event(peers.found_by_python, result.bets, every=10)
    return {
        "figure": 6,
        "what": "a season's backtest from the database to all its figures, against a query for each event on the "
        "table of the specification, and against numpy with all prices in memory",
        "games": season.games,
        "price_points": season.price_points,
        "bets": len(played.bets),
        "same_bets": True,
        "seconds": round(whole, 4),
        "seconds_to_bets_alone": round(alone, 4),
        "peer_seconds": round(by_sql, 3),
        "times_faster": round(by_sql / whole, 1),
        "times_faster_to_bets_alone": round(by_sql / alone, 1),
        "times_faster_than_sorting_rows_in_python": round(by_python / whole, 1),
        "times_faster_than_with_the_snapshots_table": round(by_snapshots / whole, 1),
        "numpy_seconds": round(at_once, 5),
        "fraction_of_numpy": round(at_once / whole, 4),
        "fraction_of_numpy_to_bets_alone": round(at_once / alone, 4),
        "numpy_game_by_game_seconds": round(by_game, 4),
        "fraction_of_numpy_game_by_game": round(by_game / whole, 3),
        "fraction_of_numpy_game_by_game_to_bets_alone": round(by_game / alone, 3),
        "goal": ">= 500 times faster; >= 0.25 of numpy",
    }


def _seconds_event_by_event(query: peers.Query, ours: Iterable[Bet], *, every: int = 1) -> float:
    """What a season takes a peer; the slowest is measured on every so many games, and for these counts as much more."""
    games = peers.all_games()[::every]
    [(seconds, played)] = timed(1, partial(peers.play_event_by_event, games, query))
    ids = {game.event_id for game in games}
    require_same(named(bet for bet in ours if bet.event_id in ids), played)
    return seconds * every


def season_engine() -> BacktestEngine:
    """The strategy of the peers, ours."""
    strategy = EVStrategy(
        min_ev=peers.MIN_EDGE,
        suspect_above=peers.TOO_GOOD,
        sharp_book=peers.SHARP,
        decides=MinutesBefore(peers.BEFORE // MINUTE),
        staking=Flat(peers.STAKE),
    )
    return BacktestEngine(strategy, peers.BANKROLL)


def bets_alone(engine: BacktestEngine) -> list[Bet]:
    """What an engine does but for the figures of the run: no closing lines, metrics, intervals or fingerprint."""
    history = load([engine.strategy], engine.terms)
    proposals, _ = propose(history, engine.strategy)
    return place(history, proposals, engine.strategy, engine.terms).bets


def named(bets: Iterable[Bet]) -> Played:
    placed = [bet for bet in bets if bet.stake]
    rows = [Placed(bet.event_id, bet.bookmaker, bet.market, bet.side, bet.decimal_price) for bet in placed]
    return Played(rows, sum(bet.profit for bet in placed))


def require_same(ours: Played, peer: Played) -> None:
    if different := set(ours.bets) ^ set(peer.bets):
        raise ValueError(f"figure 6: {len(different)} bets are not in both, such as {min(different)}")
    if not isclose(ours.profit, peer.profit, abs_tol=1e-6):
        raise ValueError(f"figure 6: equal bets made {ours.profit} and {peer.profit}")
