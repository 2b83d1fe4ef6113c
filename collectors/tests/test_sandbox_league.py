"""The league is a function of seed and time, and its starts move as real ones do."""

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from ..sandbox.league import HOUR, MINUTE, Fate, Game, League
from ..sandbox.sports import DAY, NBA, NFL, NHL, SPORTS, WNBA, Sport

NOON = int(datetime(2026, 1, 14, 12, tzinfo=UTC).timestamp())
DAYS = range(20_454, 20_454 + 250)  # from the beginning of 2026


@pytest.fixture(scope="module")
def league() -> League:
    return League(1)


def games(league: League, sport: Sport = NBA, rounds: range = DAYS) -> list[Game]:
    return [game for number in rounds for game in league.round(sport.key, number)]


def test_two_leagues_of_one_seed_are_equal_whatever_is_asked_first(league: League) -> None:
    def facts(of: League, numbers: list[int]) -> dict[int, list]:
        return {
            n: [(g.id, g.home, g.away, g.starts, g.delisted, g.opening_total) for g in of.round(NBA.key, n)]
            for n in numbers
        }

    shuffled = list(DAYS[:60])
    random.Random(0).shuffle(shuffled)
    with ThreadPoolExecutor(4) as pool:
        others = [pool.submit(facts, League(1), numbers) for numbers in (shuffled, sorted(shuffled, reverse=True))]
    assert all(other.result() == facts(league, shuffled) for other in others)


def test_another_seed_is_another_league(league: League) -> None:
    ids = {game.id for game in games(league)}
    assert not ids & {game.id for game in games(League(2))}


def test_ids_are_32_hex_unique_and_can_be_read_back(league: League) -> None:
    everything = [game for sport in (NBA, WNBA, NFL) for game in games(league, sport, DAYS[:60])]
    assert len({game.id for game in everything}) == len(everything)
    for game in everything:
        assert len(game.id) == 32
        assert int(game.id, 16)
        assert league.game(game.id) is game


@pytest.mark.parametrize("text", ["", "a" * 32, "zz", "f" * 31, "é" * 32, "0" * 64])
def test_an_id_of_nobody_is_no_event(league: League, text: str) -> None:
    assert league.game(text) is None


def test_a_day_has_five_to_twelve_nba_games_and_each_team_at_most_one(league: League) -> None:
    for number in DAYS:
        original = {frozenset((game.home, game.away)) for game in league.round(NBA.key, number)}
        teams = [team for pair in original for team in pair]
        assert 5 <= len(original) <= 12
        assert len(teams) == len(set(teams))


def test_scheduled_starts_have_several_slots_at_ten_or_forty_past(league: League) -> None:
    starts = {game.starts[0][1] % DAY for game in games(league)}
    assert len(starts) >= 5
    assert {start // MINUTE % 60 for start in starts} == {10, 40}


def test_there_are_games_every_day_of_the_year_and_weekly_in_the_nfl(league: League) -> None:
    for day in range(0, 365, 5):
        assert len(league.listed(NBA, NOON + day * DAY)) >= 10
        assert league.listed(NFL, NOON + day * DAY)
    assert not league.listed(NHL, NOON)
    assert [sport.key for sport in SPORTS.values() if not sport.teams] == ["icehockey_nhl"]


def test_listed_events_come_by_their_stated_start_and_from_three_days_before(league: League) -> None:
    listed = league.listed(NBA, NOON)
    starts = [game.commence_time(NOON) for game in listed]
    assert starts == sorted(starts)
    assert all(game.listed <= NOON < game.delisted for game in listed)
    later = [start for start in starts if start - NOON > 3.2 * DAY]
    assert len(later) <= 2  # games put off to another day


def test_the_observed_start_replaces_the_stated_one_a_minute_or_two_late(league: League) -> None:
    played = [game for game in games(league) if game.fate is Fate.PLAYED]
    delays = sorted(game.tipoff - game.starts[-2][1] for game in played)
    assert -120 <= delays[0] <= 0
    assert 300 < delays[-1] <= 600
    assert 60 <= delays[len(delays) // 2] <= 120
    for game in played:
        known, start = game.starts[-1]
        assert start == game.tipoff == game.commence_time(game.delisted)
        assert game.commence_time(known - 1) != game.tipoff or game.starts[-2][1] == game.tipoff


def test_some_starts_are_nudged_before(league: League) -> None:
    played = [game for game in games(league) if game.fate is Fate.PLAYED]
    nudged = [game for game in played if len(game.starts) == 3]
    assert 0.25 < len(nudged) / len(played) < 0.45
    assert all(game.starts[1][0] < game.starts[0][1] for game in nudged)


def test_finished_games_leave_104_to_220_minutes_after_the_start(league: League) -> None:
    for sport in (NBA, WNBA, NFL):
        played = [game for game in games(league, sport, DAYS[:60]) if game.is_played]
        assert all(104 * MINUTE <= game.delisted - game.tipoff <= 220 * MINUTE for game in played)


def test_one_game_in_a_hundred_is_not_played_as_scheduled(league: League) -> None:
    originals = [game for game in games(league, rounds=range(20_000, 21_500)) if not _is_replacement(league, game)]
    share = sum(game.fate is not Fate.PLAYED for game in originals) / len(originals)
    assert 0.007 < share < 0.013


def _is_replacement(league: League, game: Game) -> bool:
    return game.listed > game.starts[0][1] - 2 * DAY and game.fate is Fate.PLAYED


def test_postponements_take_all_three_forms(league: League) -> None:
    everything = games(league, rounds=range(20_000, 21_000))
    fates = {fate: [game for game in everything if game.fate is fate] for fate in Fate}
    assert all(fates.values())
    for game in fates[Fate.POSTPONED]:
        (_, first), (announced, second) = game.starts[:2]
        assert second - first >= DAY
        assert game.is_listed(announced)
    for game in (*fates[Fate.VANISHED], *fates[Fate.REPLACED]):
        assert not game.is_played
        assert game.delisted < game.starts[0][1] + HOUR
    for game in fates[Fate.REPLACED]:
        again = [
            g for g in everything if (g.home, g.away) == (game.home, game.away) and g.listed == game.delisted + 2 * HOUR
        ]
        assert len(again) == 1
        assert again[0].starts[0][1] - game.starts[0][1] >= DAY


def test_nothing_of_it_needs_django() -> None:
    code = "import sys, collectors.sandbox.server; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
