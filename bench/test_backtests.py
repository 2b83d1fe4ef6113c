"""What figures 6 and 7 compare does the same work."""

import pytest

from . import core, dense, peers
from .backtests import bets_alone, named, season_engine
from .recording import Recording
from .season import load_season


@pytest.fixture
def season(db, tmp_path):
    recording = Recording(36, 40)
    load_season(recording, tmp_path)
    return recording


def test_every_peer_makes_the_bets_of_the_engine(season):
    engine = season_engine()
    ours = named(engine.run().bets)
    arrays = dense.dense(season)
    others = [
        named(bets_alone(engine)),
        dense.played(arrays, *dense.play_at_once(arrays)),
        dense.played(arrays, *dense.play_game_by_game(arrays)),
        peers.play_event_by_event(peers.all_games(), peers.found_by_sql),
        peers.play_event_by_event(peers.all_games(), peers.found_by_python),
        peers.play_event_by_event(peers.all_games(), peers.found_by_snapshots),
    ]
    assert len({bet.market for bet in ours.bets}) == 3
    for other in others:
        assert sorted(other.bets) == sorted(ours.bets)
        assert other.profit == pytest.approx(ours.profit)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("fraction", [0.0, core.FRACTION])
def test_backtestbuddy_ends_with_our_bankroll_and_yield(fraction, together):
    games = core.one_row_a_game(60)
    ours = core.play_rows(games, fraction, together=together)
    assert ours == pytest.approx(core.play_rows_with_backtestbuddy(games, fraction, together=together))
    assert ours[0] != core.CASH
