"""Moved numbers: truth that is known must come back within its stated errors, and later seasons as foretold."""

import csv
import gzip
from decimal import Decimal
from math import erf, sqrt

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from odds.pricing import expected_value
from odds.pricing.moved_lines import FEWEST_GAMES, fit_margins, fit_totals

SEASONS = settings.BASE_DIR.parent / "shared" / "data" / "historical" / "nba_games_results_odds_2008-2018.csv.gz"
NUMBERS = np.arange(-120, 121)
SPREAD = 12.0


def normal_chances(expected, spread=SPREAD, numbers=NUMBERS, factors=None):
    """Of whole numbers under a normal curve; times factors by absolute number, as close games have them."""
    bounds = np.append(numbers - 0.5, numbers[-1] + 0.5)
    cumulative = np.array([0.5 * (1 + erf((bound - expected) / spread / sqrt(2))) for bound in bounds])
    weights = np.diff(cumulative) * (1 if factors is None else factors[np.abs(numbers)])
    return weights / weights.sum()


def true_move(probability, start, end, **truth):
    """(chance given no push, push) of the home side at `end`, by bisection on the truth itself."""
    low, high = -60.0, 60.0
    for _ in range(60):
        expected = (low + high) / 2
        chances = normal_chances(expected, **truth)
        above, below = chances[-start < NUMBERS].sum(), chances[-start > NUMBERS].sum()
        low, high = (expected, high) if above / (above + below) < probability else (low, expected)
    push = chances[-end == NUMBERS].sum()
    return chances[-end < NUMBERS].sum() / (1 - push), push


def played(games, seed, **truth):
    """Home spreads of a league, and margins drawn from the truth about them."""
    random = np.random.default_rng(seed)
    lines = np.clip(np.round(random.normal(-3, 6.5, games) * 2) / 2, -17, 17)
    margins = np.empty(games)
    for line in np.unique(lines):
        here = lines == line
        margins[here] = random.choice(NUMBERS, here.sum(), p=normal_chances(-line, **truth))
    return lines, margins


@pytest.fixture(scope="module")
def normal_league():
    return fit_margins(*played(5000, seed=1))


@pytest.mark.parametrize(
    ("probability", "start", "end"),
    [(0.5, -3.5, -4.5), (0.5, -3, -3.5), (0.52, -7.5, -6.5), (0.45, 2.5, 5.5), (0.5, -1.5, 1.5), (0.6, -10, -8)],
)
def test_moved_spread_of_a_normal_league_is_within_three_of_its_errors(normal_league, probability, start, end):
    truth, push = true_move(probability, start, end)
    moved = normal_league.moved(probability, start, end)
    assert abs(moved.probability - truth) < 3 * moved.standard_error
    assert abs(moved.push - push) <= 3 * moved.push_error
    assert 0 < moved.standard_error < 0.01


def deviations(truth_of_league, moves, games, leagues):
    """By how many of its stated errors each estimate misses the truth, over leagues drawn anew."""
    truths = [true_move(0.5, *move, **truth_of_league) for move in moves]
    found = []
    for seed in range(leagues):
        model = fit_margins(*played(games, seed, **truth_of_league))
        for move, (truth, push) in zip(moves, truths, strict=True):
            moved = model.moved(0.5, *move)
            found.append((moved.probability - truth) / moved.standard_error)
            found.append((moved.push - push) / moved.push_error)
    return np.array(found)


def test_stated_errors_of_a_normal_league_are_true():
    """19 of 20 estimates lie within 1.96 of their errors, and errors are not blown up to get there."""
    off = deviations({}, [(-0.5, -1), (-3.5, -3), (-6.5, -8), (4.5, 7)], games=5000, leagues=40)
    assert (abs(off) < 1.96).mean() >= 0.95
    assert 0.6 < sqrt((off**2).mean()) < 1.1


def test_stated_errors_are_true_where_numbers_matter():
    """Factors as the NBA has them. Those that stand out most are shrunk too much, so single numbers miss more often."""
    factors = np.full(121, 0.92)
    factors[:15] = [0.003, 0.70, 0.93, 0.98, 1.03, 1.15, 1.16, 1.30, 1.22, 1.16, 1.12, 1.11, 1.03, 1.0, 0.95]
    moves = [(-number + 0.5, -number) for number in range(1, 13)]
    off = deviations({"factors": factors}, moves, games=10_000, leagues=12)
    assert (abs(off) < 1.96).mean() >= 0.90
    assert sqrt((off**2).mean()) < 1.3


def test_errors_shrink_as_games_add_up():
    few, many = (fit_margins(*played(games, seed=3)).moved(0.5, -3.5, -4.5) for games in (1000, 16_000))
    assert many.standard_error < few.standard_error / 2
    assert many.games > 10 * few.games


def test_games_are_those_that_ended_on_the_numbers_crossed():
    lines, margins = played(3000, seed=4)
    model = fit_margins(lines, margins)
    assert model.moved(0.5, -3.5, -5).games == np.isin(np.abs(margins), [4, 5]).sum()
    assert model.moved(0.5, -3.5, -3.5).games == 0


half_points = st.integers(-16, 16).map(lambda number: number / 2)
chances = st.floats(0.35, 0.65)


@given(chances, half_points, half_points)
@hypothesis_settings(max_examples=40, deadline=None)
def test_more_points_never_hurt_and_the_way_back_leads_home(normal_league, probability, start, end):
    moved = normal_league.moved(probability, start, end)
    assert (moved.probability - probability) * (end - start) >= 0
    assert moved.win + moved.push + moved.lose == pytest.approx(1)
    back = normal_league.moved(moved.probability, end, start)
    assert back.probability == pytest.approx(probability, abs=1e-9)


@given(chances, half_points, half_points)
@hypothesis_settings(max_examples=40, deadline=None)
def test_both_sides_are_one_market(normal_league, probability, start, end):
    home = normal_league.moved(probability, start, end)
    away = normal_league.moved(1 - probability, -start, -end, side="away")
    assert away.probability == pytest.approx(1 - home.probability, abs=1e-9)
    assert away.push == pytest.approx(home.push)
    assert away.standard_error == pytest.approx(home.standard_error, abs=1e-12)


def test_line_that_stays_is_worth_what_it_was():
    moved = fit_margins(*played(2000, seed=5)).moved(0.47, Decimal("-3"), Decimal("-3"))
    assert (moved.probability, moved.standard_error) == (0.47, 0)
    assert moved.push > 0.02
    assert moved.push_error > 0


def test_push_makes_a_whole_number_worth_more_than_its_wins(normal_league):
    """At +3 after +2.5 no game is won that was not; what was lost by 3 comes back, and the value is in the refund."""
    half, whole = normal_league.moved(0.5, 2.5, 2.5), normal_league.moved(0.5, 2.5, 3)
    assert whole.win == pytest.approx(half.win)
    gained = expected_value(whole.probability, 1.91, push=whole.push) - expected_value(half.probability, 1.91)
    assert gained == pytest.approx(whole.push)


@pytest.mark.parametrize(
    ("probability", "start", "end", "why"),
    [
        (0.5, -3.5, -3.25, "a quarter"),
        (0.5, -3.75, -3, "a quarter"),
        (0.5, -40.5, -41.5, "no line was ever there"),
        (0.97, -16.5, -17, "the chance means a favourite by more than any"),
        (0.5, -3.5, -50.5, "hardly a game ended there"),
    ],
)
def test_what_was_never_seen_is_not_priced(normal_league, probability, start, end, why):
    assert normal_league.moved(probability, start, end) is None, why


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.1, float("nan")])
def test_what_is_no_chance_is_refused(normal_league, probability):
    with pytest.raises(ValueError, match="cannot be moved: it lies between 0 and 1"):
        normal_league.moved(probability, -3.5, -3)


def test_side_of_another_market_is_refused(normal_league):
    with pytest.raises(ValueError, match="'over' is no side of this market: it has home and away"):
        normal_league.moved(0.5, -3.5, -3, side="over")


def test_few_games_make_no_model():
    lines, margins = played(FEWEST_GAMES, seed=6)
    assert fit_margins(lines, margins).games == FEWEST_GAMES
    margins[0] = np.nan  # no result
    with pytest.raises(ValueError, match="499 games with a line and a result are too few to fit: 500 are needed"):
        fit_margins(lines, margins)


def test_results_without_scatter_make_no_model():
    with pytest.raises(ValueError, match="all 600 results lie 2 from their lines"):
        fit_margins([-3.0] * 600, [5.0] * 600)


@pytest.fixture(scope="module")
def seasons():
    """Arrays of the recorded seasons: (season, home spread, margin, total, points)."""
    if not SEASONS.exists():
        pytest.skip(f"no recorded seasons at {SEASONS}")
    with gzip.open(SEASONS, "rt") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in ("season", "spread", "total")}
    home, away = (np.array([float(row[f"score_{side}"]) for row in rows]) for side in ("home", "away"))
    favoured = np.array([row["whos_favored"] == "home" for row in rows])
    return columns["season"], columns["spread"] * np.where(favoured, -1, 1), home - away, columns["total"], home + away


@pytest.fixture(scope="module")
def spreads(seasons):
    return fit_margins(seasons[1], seasons[2])


@pytest.fixture(scope="module")
def totals(seasons):
    return fit_totals(seasons[3], seasons[4])


@pytest.mark.parametrize(
    ("start", "end", "gain"),
    [
        (-0.5, 0, 0.000),  # no game ends level
        (-1.5, -1, 0.013),
        (-3.5, -3, 0.019),
        (-7.5, -7, 0.025),
        (-1.5, -0.5, 0.025),
        (-3.5, -2.5, 0.036),
        (-7.5, -6.5, 0.048),
    ],
)
def test_half_points_of_real_spreads(spreads, start, end, gain):
    """Half a point at the closing spread is worth 1.3 to 2.5 % in chance, most at 7, and nothing at 0."""
    moved = spreads.moved(0.5, start, end)
    assert moved.probability - 0.5 == pytest.approx(gain, abs=5e-4)
    assert moved.standard_error < 0.002


@pytest.mark.parametrize(("start", "end"), [(200.5, 200), (210.5, 210), (220.5, 220)])
def test_half_points_of_real_totals(totals, start, end):
    """1.2 % in chance for the over."""
    moved = totals.moved(0.5, start, end)
    assert moved.probability - 0.5 == pytest.approx(0.012, abs=1e-3)
    assert totals.moved(0.5, start, end, side="under").probability == pytest.approx(1 - moved.probability)


def test_real_games_do_not_end_level(spreads):
    level = spreads.moved(0.5, -0.5, 0)
    assert level.push < 0.001
    assert spreads.moved(0.5, -6.5, -7).push == pytest.approx(0.048, abs=0.003)


def test_number_that_no_real_line_came_near_is_not_priced(spreads, totals):
    assert spreads.moved(0.5, -30.5, -31) is None
    assert totals.moved(0.5, 290.5, 291) is None


@pytest.fixture(scope="module")
def split(seasons):
    """Of spreads and totals: the model of 2008 to 2014, and lines and results of 2015 to 2018."""
    season, spread, margin, total, points = seasons
    early, late = season <= 2014, season > 2014
    return {
        "spreads": (fit_margins(spread[early], margin[early]), spread[late], margin[late]),
        "totals": (fit_totals(total[early], points[early]), total[late], points[late]),
    }


@pytest.mark.parametrize("shift", [-5, -2, -0.5, 0.5, 2, 5])
@pytest.mark.parametrize("market", ["spreads", "totals"])
def test_later_seasons_fall_as_the_earlier_ones_foretell(split, market, shift):
    """How many games end between the closing number and one beside it; those that end on either count half."""
    model, lines, results = split[market]
    expected = scatter = of_model = actual = 0.0
    for line in np.unique(lines):
        at_line, beside = model.moved(0.5, line, line), model.moved(0.5, line, line + shift)
        if at_line is None or beside is None:
            continue
        games = results[lines == line]
        gained = beside.win + beside.push / 2 - at_line.win - at_line.push / 2
        beyond = [games + point if market == "spreads" else games - point for point in (line, line + shift)]
        expected += len(games) * gained
        scatter += len(games) * abs(gained)
        of_model += len(games) * beside.standard_error  # one error for all lines, as if they shared every number
        actual += (np.sign(beyond[1]) - np.sign(beyond[0])).sum() / 2
    assert scatter > 30
    assert abs(actual - expected) < 3 * sqrt(scatter + of_model**2)


def test_later_seasons_push_as_the_earlier_ones_foretell(split):
    """Home spreads of whole numbers, which 2015 to 2018 had in near half of the games."""
    model, lines, results = split["spreads"]
    whole = (lines % 1 == 0) & (abs(lines) < 15)
    pushes = [model.moved(0.5, line, line).push for line in lines[whole]]
    assert whole.sum() > 2000
    assert abs((results == -lines)[whole].sum() - sum(pushes)) < 3 * sqrt(sum(pushes))
