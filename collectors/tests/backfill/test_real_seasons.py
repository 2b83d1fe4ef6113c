"""Samples of real seasons, whose schedules stand in archived sheets; skipped where these are absent."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from django.conf import settings

from collectors.archives.reading import read_archive
from collectors.archives.records import ArchiveGame
from collectors.backfill.game_sample import Candidate, draw
from events.teams import TeamNames

DATA = settings.BASE_DIR.parent / "shared" / "data" / "historical"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the archives in ../shared/data are not here"),
]


@cache
def schedule(season: str) -> list[Candidate]:
    """The games of a season between the league's thirty teams."""
    names = TeamNames.of("basketball_nba")
    games = [
        game
        for game in read_archive(DATA / f"sbr_raw_nba_odds_{season}.xlsx", "sbr-sheet", "basketball_nba")
        if isinstance(game, ArchiveGame)
    ]
    found = []
    for number, game in enumerate(games):
        teams = names.team(game.away), names.team(game.home)
        if game.day is not None and all(teams):
            found.append(Candidate(f"{season} {number}", game.day, teams))
    return found


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("season", ["2013-14", "2016-17", "2018-19"])
def test_a_fifth_of_a_season_is_fair_to_every_team_and_has_every_week(season, seed):
    games = schedule(season)
    assert len(games) >= 1_300, "regular season and play-offs"
    drawn = draw(games, round(len(games) / 5), seed)
    whole = Counter(team for game in games for team in game.teams)
    part = Counter(team for game in drawn for team in game.teams)
    assert len(whole) == 30
    assert max(abs(part[team] - whole[team] / 5) for team in whole) <= 1
    assert {game.week for game in drawn} == {game.week for game in games}
    pairings = Counter(frozenset(game.teams) for game in drawn)
    assert len(pairings) >= 0.75 * len(drawn), "varied match-ups"
    assert draw(games, round(len(games) / 5), seed) == drawn
