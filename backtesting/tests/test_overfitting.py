"""By the definition written out, and by what must come of luck and of skill."""

import numpy as np
import pytest

from backtesting.overfitting import probability_of_overfitting


def test_best_that_is_worst_later_is_overfitted():
    """One wins in the first half and loses in the second, the other the other way round."""
    half = [1.0, 2.0]
    one, other = [*half, -1.0, -2.0], [-1.0, -2.0, *half]
    found = probability_of_overfitting(np.transpose([one, other]), blocks=2)
    assert (found.combinations, found.probability, found.probability_of_loss) == (2, 1.0, 1.0)


def test_best_that_stays_best_is_not():
    rng = np.random.default_rng(7)
    profits = rng.normal(0, 1, (160, 20))
    profits[:, 3] += 1
    found = probability_of_overfitting(profits)
    assert (found.configurations, found.blocks, found.combinations) == (20, 16, 12_870)
    assert (found.probability, found.probability_of_loss) == (0, 0)


def test_of_worthless_ones_the_best_is_as_often_below_the_middle_as_above():
    rng = np.random.default_rng(8)
    shares = [probability_of_overfitting(rng.normal(0, 1, (160, 21)), blocks=8).probability for _ in range(100)]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.09)


def test_plain_calculation_agrees():
    """The definition written out, on blocks of unequal length and with a configuration that never bets."""
    profits = np.random.default_rng(9).normal(0.05, 1, (31, 4))
    profits[:, 2] = 0
    blocks = np.array_split(profits, 4)
    below = lost = 0
    for inside in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]:
        chosen, rest = (np.concatenate([blocks[i] for i in range(4) if (i in inside) == wanted]) for wanted in (1, 0))
        best = max(range(4), key=lambda each, days=chosen: sharpe(days[:, each]))
        later = [sharpe(rest[:, each]) for each in range(4)]
        below += sorted(later).index(later[best]) + 1 <= 2.5
        lost += later[best] < 0
    found = probability_of_overfitting(profits, blocks=4)
    assert (found.probability, found.probability_of_loss) == (below / 6, lost / 6)


def sharpe(days):
    return days.mean() / days.std(ddof=1) if days.any() else 0.0


def test_configurations_that_are_one_and_the_same_are_at_the_middle():
    profits = np.random.default_rng(10).normal(0, 1, (40, 1)).repeat(3, axis=1)
    assert probability_of_overfitting(profits, blocks=4).probability == 1


@pytest.mark.parametrize(
    ("shape", "blocks", "message"),
    [
        ((40, 1), 4, "two configurations or more"),
        ((40, 2), 3, "must be an even number"),
        ((31, 2), 16, "31 days are too few for 16 blocks: at least 32 are needed"),
    ],
)
def test_what_cannot_be_cut_is_refused(shape, blocks, message):
    with pytest.raises(ValueError, match=message):
        probability_of_overfitting(np.ones(shape), blocks=blocks)
