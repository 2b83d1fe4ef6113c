"""Samples of games: fair to teams, even over time, and the same each time."""

from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.backfill.game_sample import Candidate, draw


def season(teams: int, days: int, a_day: int, seed: int) -> list[Candidate]:
    """A made-up schedule: each day some drawn pairs, no team twice."""
    chance, games = Random(seed), []
    for number in range(days):
        order = chance.sample(range(teams), 2 * min(a_day, teams // 2))
        for place, pair in enumerate(zip(order[::2], order[1::2], strict=True)):
            day = date(2025, 10, 21) + timedelta(days=number)
            games.append(Candidate(f"{number:03d}-{place}", day, (f"team {pair[0]}", f"team {pair[1]}")))
    return games


def counts(games: list[Candidate]) -> Counter[str]:
    return Counter(team for game in games for team in game.teams)


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5])
def test_every_team_is_within_a_game_of_its_share_and_every_week_is_there(rate):
    games = season(30, 165, 7, seed=1)
    drawn = draw(games, round(rate * len(games)), seed=1)
    assert len(drawn) == round(rate * len(games))
    whole, part = counts(games), counts(drawn)
    assert max(abs(part[team] - rate * whole[team]) for team in whole) <= 1
    assert {game.week for game in drawn} == {game.week for game in games}


def test_pairings_are_varied():
    """With 24 pairings to draw from four times each, no pairing comes twice as often as another."""
    teams = [f"team {number}" for number in range(8)]
    pairs = list(combinations(teams, 2)) * 4
    games = [
        Candidate(str(number), date(2026, 1, 1) + timedelta(days=number // 4), pair)
        for number, pair in enumerate(pairs)
    ]
    drawn = draw(games, 28, seed=3)
    often = Counter(frozenset(game.teams) for game in drawn)
    assert max(often.values()) <= 2
    assert len(often) >= 18


def test_the_same_seed_draws_the_same_games_in_whatever_order_they_come():
    games = season(30, 60, 7, seed=2)
    shuffled = Random(9).sample(games, len(games))
    assert draw(games, 80, seed=5) == draw(shuffled, 80, seed=5)
    assert draw(games, 80, seed=5) != draw(games, 80, seed=6)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(2, 20), st.integers(1, 40), st.integers(1, 6), st.integers(0, 300), st.integers(0, 5), st.integers(1, 9)
)
def test_a_sample_is_of_the_size_asked_for_and_has_no_game_twice(teams, days, a_day, number, seed, other):
    games = season(teams, days, a_day, seed)
    drawn = draw(games, number, other)
    assert len(drawn) == len(set(drawn)) == min(number, len(games))
    assert set(drawn) <= set(games)
    assert [game.day for game in drawn] == sorted(game.day for game in drawn)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60), st.integers(1, 5))
def test_where_there_are_enough_games_every_week_has_one(days, seed):
    games = season(10, days, 3, seed)
    weeks = {game.week for game in games}
    drawn = draw(games, max(len(weeks), len(games) // 5), seed)
    assert {game.week for game in drawn} == weeks
