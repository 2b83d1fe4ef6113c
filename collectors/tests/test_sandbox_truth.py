"""The probabilities that the sandbox calls true are those of the results it gives."""

from itertools import pairwise
from math import log, sqrt

import pytest

from ..sandbox.books import BOOKS_BY_KEY, last_read
from ..sandbox.league import Game, League
from ..sandbox.prices import decimal, featured
from ..sandbox.scores import score
from ..sandbox.sports import NBA, WNBA
from ..sandbox.truth import Truth, final_score, margin_above, total_above, truth

Rated = list[tuple[Game, Truth, int, int]]


@pytest.fixture(scope="module")
def closed() -> Rated:
    """Some 2,600 games with the truth at the start, and home and away points at the end."""
    league = League(1)
    games = [game for number in range(20_000, 20_300) for game in league.round(NBA.key, number) if game.is_played]
    return [(game, truth(game, game.tipoff), *final_score(game)) for game in games]


def fits(happened: list[bool], probabilities: list[float]) -> bool:
    """Whether as many happened as were to be expected, within three standard deviations."""
    variance = sum(p * (1 - p) for p in probabilities)
    return abs(sum(happened) - sum(probabilities)) <= 3 * sqrt(variance)


@pytest.mark.parametrize(("low", "high"), [(0, 0.35), (0.35, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 1)])
def test_home_wins_as_often_as_its_true_probability_says(closed: Rated, low: float, high: float) -> None:
    chosen = [(home > away, true.home_win) for _, true, home, away in closed if low <= true.home_win < high]
    assert len(chosen) > 50
    assert fits([won for won, _ in chosen], [p for _, p in chosen])


@pytest.mark.parametrize("line", [-9.5, -3, -1, 0, 1, 2.5, 7, 12.5])
def test_handicaps_are_covered_and_pushed_as_often_as_told(closed: Rated, line: float) -> None:
    told = [true.margin_above(round(true.margin) + line) for _, true, _, _ in closed]
    margins = [home - away - round(true.margin) for _, true, home, away in closed]
    assert fits([margin > line for margin in margins], [above for above, _ in told])
    assert fits([margin == line for margin in margins], [equal for _, equal in told])


@pytest.mark.parametrize("line", [-20.5, -8, -1, 0, 0.5, 5, 15.5])
def test_totals_are_passed_and_pushed_as_often_as_told(closed: Rated, line: float) -> None:
    told = [true.total_above(round(true.total) + line) for _, true, _, _ in closed]
    totals = [home + away - round(true.total) for _, true, home, away in closed]
    assert fits([total > line for total in totals], [above for above, _ in told])
    assert fits([total == line for total in totals], [equal for _, equal in told])


def test_pushes_on_whole_numbers_happen(closed: Rated) -> None:
    assert sum(home - away == round(true.margin) for _, true, home, away in closed) > 30
    assert sum(home + away == round(true.total) for _, true, home, away in closed) > 20


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_truth_during_the_play_fits_as_well(closed: Rated, share: float) -> None:
    told = [truth(game, game.tipoff + share * (game.finished - game.tipoff)).home_win for game, *_ in closed]
    assert fits([home > away for *_, home, away in closed], told)


def test_two_days_ahead_the_truth_fits_too(closed: Rated) -> None:
    told = [truth(game, game.tipoff - 2 * 86_400).home_win for game, *_ in closed]
    assert fits([home > away for *_, home, away in closed], told)


def test_nobody_draws_and_nobody_has_negative_points(closed: Rated) -> None:
    assert all(home != away and min(home, away) >= 0 for *_, home, away in closed)


def test_probabilities_of_all_margins_and_totals_sum_to_one() -> None:
    assert sum(margin_above(k, 3.3, 12.0)[1] for k in range(-200, 201)) == pytest.approx(1, abs=1e-9)
    assert margin_above(0, 3.3, 12.0)[1] == pytest.approx(0, abs=1e-9)
    assert sum(total_above(k, 221.7, 18.0, 3.3, 12.0)[1] for k in range(450)) == pytest.approx(1, abs=1e-9)


def test_the_sharp_book_knows_more_at_the_close_than_any_other(closed: Rated) -> None:
    """By the log loss that is to be expected of the probabilities without margin, so that luck has no say."""
    closed = closed[:1000]
    losses = {
        key: _expected_log_loss(closed, key) for key in ("pinnacle", "draftkings", "betmgm", "betrivers", "bovada")
    }
    assert min(losses, key=losses.__getitem__) == "pinnacle"
    perfect = sum(
        -true.home_win * log(true.home_win) - (1 - true.home_win) * log(1 - true.home_win) for _, true, *_ in closed
    )
    assert perfect / len(closed) < losses["pinnacle"] < perfect / len(closed) + 0.001


def _expected_log_loss(closed: Rated, key: str) -> float:
    book, losses = BOOKS_BY_KEY[key], []
    for game, true, *_ in closed:
        for market in featured(book, game, last_read(book, game.tipoff - 5)):
            if market.key == "h2h":
                raw = {outcome.name: 1 / decimal(outcome.price) for outcome in market.outcomes}
                home = raw[game.home] / sum(raw.values())
                losses.append(-true.home_win * log(home) - (1 - true.home_win) * log(1 - home))
    return sum(losses) / len(losses)


def test_scores_never_fall_and_end_at_the_final_one() -> None:
    league = League(3)
    for number in range(20_500, 20_503):
        for game in (*league.round(NBA.key, number), *league.round(WNBA.key, number)):
            if not game.is_played:
                continue
            assert score(game, game.tipoff - 1) == (None, None, False, None)
            seen = [score(game, at) for at in range(game.tipoff + 60, game.finished + 86_400, 600)]
            during = [found for found in seen if not found.completed]
            assert all(a.home <= b.home and a.away <= b.away for a, b in pairwise(during))
            assert (seen[-1].home, seen[-1].away) == final_score(game)
            assert seen[-1].completed


def test_one_final_score_in_two_hundred_is_corrected(closed: Rated) -> None:
    corrected = sum(score(game, game.finished + 90)[:2] != (home, away) for game, _, home, away in closed)
    assert 3 <= corrected <= 28
    assert all(score(game, game.finished + 86_400)[:2] == (home, away) for game, _, home, away in closed)
