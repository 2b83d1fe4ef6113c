"""Fair chances: the worked numbers of a -300/+240 market, published ones of three outcomes, and what holds for any."""

from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from shin import calculate_implied_probabilities

from odds.pricing import DevigMethod, american_to_decimal, expected_value, fair_probabilities, overround, worst_of

FAVOURITE, DOG = american_to_decimal(-300), american_to_decimal(240)
# For three of them: 1.0325 in all. The chances are those in the documentation of penaltyblog.
THREE_WAY = [2.7, 2.3, 4.4]

every_method = pytest.mark.parametrize("method", DevigMethod)
methods = st.sampled_from(DevigMethod)
prices = st.floats(1.01, 50)
markets = st.lists(prices, min_size=2, max_size=6)


def priced(chances, total):
    """The prices of a book that spreads its margin in proportion."""
    return [1 / (chance * total) for chance in chances]


@pytest.mark.parametrize(
    ("method", "chance", "edge"),
    [
        (DevigMethod.MULTIPLICATIVE, 0.2817, 0.070),
        (DevigMethod.ADDITIVE, 0.2721, 0.034),
        (DevigMethod.SHIN, 0.2721, 0.034),
        (DevigMethod.ODDS_RATIO, 0.2715, 0.032),
        (DevigMethod.LOGARITHMIC, 0.2715, 0.032),
        (DevigMethod.POWER, 0.2669, 0.014),
    ],
)
def test_dog_at_240_is_worth_less_the_more_of_the_margin_lies_on_it(method, chance, edge):
    dog = fair_probabilities([FAVOURITE, DOG], method)[1]
    assert dog == pytest.approx(chance, abs=5e-5)
    assert expected_value(dog, american_to_decimal(280)) == pytest.approx(edge, abs=5e-4)


def test_careful_bettor_takes_the_worst_of_the_methods():
    favourite, dog = worst_of([FAVOURITE, DOG])
    assert favourite == pytest.approx(0.7183, abs=5e-5)  # multiplicative
    assert dog == pytest.approx(0.2669, abs=5e-5)  # power
    assert worst_of([FAVOURITE, DOG], [DevigMethod.SHIN]) == fair_probabilities([FAVOURITE, DOG], DevigMethod.SHIN)


def test_worst_of_nothing_is_refused():
    with pytest.raises(ValueError, match="name at least one"):
        worst_of([FAVOURITE, DOG], [])


@pytest.mark.parametrize(
    ("method", "chances"),
    [
        (DevigMethod.MULTIPLICATIVE, (0.35873804, 0.42112726, 0.2201347)),
        (DevigMethod.ADDITIVE, (0.3595618, 0.42397404, 0.21646416)),
        (DevigMethod.POWER, (0.3591711, 0.42373075, 0.21709815)),
        (DevigMethod.SHIN, (0.35934392, 0.42324385, 0.21741223)),
    ],
)
def test_three_outcomes_come_out_as_published(method, chances):
    assert fair_probabilities(THREE_WAY, method) == pytest.approx(chances, abs=1e-8)


def test_odds_ratio_is_one_ratio_for_all_outcomes():
    implied, fair = [1 / price for price in THREE_WAY], fair_probabilities(THREE_WAY, DevigMethod.ODDS_RATIO)
    ratios = [q / (1 - q) / (p / (1 - p)) for q, p in zip(implied, fair, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * 3)
    assert ratios[0] > 1


@every_method
@pytest.mark.parametrize("price", [-110, -105, -104, 100])
def test_methods_agree_where_both_prices_are_the_same(method, price):
    assert fair_probabilities([american_to_decimal(price)] * 2, method) == (0.5, 0.5)


@every_method
@pytest.mark.parametrize("price", [1.0001, 1.9, 3.0, 20.0])
@pytest.mark.parametrize("outcomes", [2, 3, 300])
def test_equal_prices_have_equal_chances_whatever_they_sum_to(method, price, outcomes):
    chances = fair_probabilities([price] * outcomes, method)
    assert len(set(chances)) == 1
    assert chances[0] == pytest.approx(1 / outcomes, rel=1e-12)


@every_method
@pytest.mark.parametrize(
    "market", [[1.01, 50], [1.01, 50, 50], [1.0000001, 1000, 1000], [1.5, 3, *[500] * 300], [1.000001, 1.000001]]
)
def test_extreme_markets_are_solved(method, market):
    chances = fair_probabilities(market, method)
    assert sum(chances) == pytest.approx(1, abs=1e-12)
    assert all(0 <= chance <= 1 for chance in chances)


@every_method
@given(market=markets)
@settings(max_examples=40)
def test_chances_sum_to_one_and_keep_the_order_of_the_prices(method, market):
    chances = fair_probabilities(market, method)
    assert sum(chances) == pytest.approx(1, abs=1e-12)
    assert all(0 <= chance <= 1 for chance in chances)
    by_price = [chance for _, chance in sorted(zip(market, chances, strict=True))]
    assert all(longer <= shorter + 1e-12 for shorter, longer in pairwise(by_price))


@given(markets, methods, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_the_outcomes_does_not_matter(market, method, random):
    places = random.sample(range(len(market)), len(market))
    shuffled = fair_probabilities([market[place] for place in places], method)
    straight = fair_probabilities(market, method)
    assert shuffled == pytest.approx([straight[place] for place in places], abs=1e-12)


@given(markets, methods)
@settings(max_examples=60)
def test_margin_is_taken_off_every_outcome(market, method):
    assume(overround(market) > 1e-6)
    chances = fair_probabilities(market, method)
    assert all(chance < 1 / price for price, chance in zip(market, chances, strict=True))


@given(markets, methods)
@settings(max_examples=60)
def test_fair_prices_have_no_margin_left(market, method):
    chances = fair_probabilities(market, method)
    assume(min(chances) > 1e-6)
    fair = [1 / chance for chance in chances]
    assert overround(fair) == pytest.approx(0, abs=1e-9)
    assert fair_probabilities(fair, method) == pytest.approx(chances, abs=1e-9)


@given(st.floats(1.01, 2), st.floats(1.001, 1.2))
@settings(max_examples=60)
def test_two_way_shin_is_additive(favourite, total):
    market = [favourite, 1 / (total - 1 / favourite)]
    shin = fair_probabilities(market, DevigMethod.SHIN)
    assert shin == pytest.approx(fair_probabilities(market, DevigMethod.ADDITIVE), abs=1e-12)
    assert shin == pytest.approx(calculate_implied_probabilities(market), abs=1e-9)


@given(markets)
@settings(max_examples=60)
def test_logarithmic_is_the_odds_ratio_by_another_name(market):
    assert fair_probabilities(market, DevigMethod.LOGARITHMIC) == fair_probabilities(market, DevigMethod.ODDS_RATIO)


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=6), st.floats(1.0, 1.2), methods)
@settings(max_examples=60)
def test_proportional_margin_is_removed_exactly_by_the_multiplicative_method_alone(weights, total, method):
    chances = [weight / sum(weights) for weight in weights]
    assume(max(chances) * total < 0.99)
    found = fair_probabilities(priced(chances, total), method)
    if method is DevigMethod.MULTIPLICATIVE:
        assert found == pytest.approx(chances, abs=1e-12)
    else:  # all others think the longshot overpriced
        assert min(found) <= min(chances) + 1e-12


@given(markets, st.floats(0.5, 2))
@settings(max_examples=60)
def test_power_method_does_not_see_a_power_of_the_prices(market, exponent):
    powered = [price**exponent for price in market]
    found = fair_probabilities(powered, DevigMethod.POWER)
    assert found == pytest.approx(fair_probabilities(market, DevigMethod.POWER), abs=1e-9)


@given(markets, st.floats(0.2, 5))
@settings(max_examples=60)
def test_odds_ratio_does_not_see_winnings_multiplied(market, factor):
    scaled = [1 + (price - 1) * factor for price in market]
    found = fair_probabilities(scaled, DevigMethod.ODDS_RATIO)
    assert found == pytest.approx(fair_probabilities(market, DevigMethod.ODDS_RATIO), abs=1e-9)


def shin_share(market, chances):
    """The share of insiders z that each chance speaks of: (1 - z)p² + zp = q²/S, solved for z."""
    total = 1 + overround(market)
    return [((1 / d) ** 2 / total - p * p) / (p - p * p) for d, p in zip(market, chances, strict=True)]


@given(st.lists(st.floats(1.05, 50), min_size=3, max_size=6))
@example([3.33, 3.35, 2.49])  # a margin of 0.04 %: the library has not converged after its thousand steps
@example([1.05, 1.05, 1.05])  # one of 186 %: it answers NaN
@settings(max_examples=60)
def test_shin_finds_one_share_of_insiders_for_all_outcomes(market):
    assume(overround(market) > 1e-6)
    chances = fair_probabilities(market, DevigMethod.SHIN)
    shares = shin_share(market, chances)
    assert shares == pytest.approx([shares[0]] * len(market), abs=1e-6)
    assert 0 <= shares[0] < 1


@every_method
def test_no_margin_leaves_chances_as_they_are(method):
    assert fair_probabilities([2.5, 1 / 0.35, 4.0], method) == pytest.approx((0.4, 0.35, 0.25), abs=1e-12)


@pytest.mark.parametrize("market", [[2.1, 2.5], [4.0, 3.5, 3.0]])
def test_below_a_hundred_percent_there_are_no_insiders(market):
    """Best prices of several books can make a sure win. Shin's share is negative there, and the library goes astray."""
    assert overround(market) < 0
    assert fair_probabilities(market, DevigMethod.SHIN) == fair_probabilities(market)


@every_method
def test_below_a_hundred_percent_every_chance_rises(method):
    market = [2.1, 2.5, 12.0]
    assert overround(market) < 0
    chances = fair_probabilities(market, method)
    assert all(chance > 1 / price for price, chance in zip(market, chances, strict=True))


def test_longshots_worth_less_than_their_part_of_the_margin_get_nothing():
    """10 % over three: 3.3 % each, more than 1/40. The others then bear 3.75 % each, and nothing is negative."""
    market = [2.0, 1 / 0.575, 40.0]
    assert overround(market) == pytest.approx(0.10)
    assert fair_probabilities(market, DevigMethod.ADDITIVE) == pytest.approx((0.4625, 0.5375, 0.0))


@given(markets)
@settings(max_examples=60)
def test_additive_takes_the_same_off_everybody_who_has_it(market):
    chances = fair_probabilities(market, DevigMethod.ADDITIVE)
    taken = [1 / price - chance for price, chance in zip(market, chances, strict=True)]
    part = max(taken)
    for price, chance, less in zip(market, chances, taken, strict=True):
        assert less == pytest.approx(part, abs=1e-9) or (chance == 0 and 1 / price <= part + 1e-9)


@given(markets)
@settings(max_examples=40)
def test_worst_of_is_below_every_method(market):
    worst = worst_of(market)
    assert sum(worst) <= 1 + 1e-12
    for method in DevigMethod:
        assert all(low <= chance for low, chance in zip(worst, fair_probabilities(market, method), strict=True))


@pytest.mark.parametrize("market", [[], [1.9]])
def test_one_price_is_no_market(market):
    with pytest.raises(ValueError, match="prices are no complete market: it has at least two outcomes"):
        fair_probabilities(market)


@every_method
@pytest.mark.parametrize("price", [1.0, 0.9, 0, -110, float("nan"), float("inf")])
def test_what_is_no_price_is_refused(method, price):
    with pytest.raises(ValueError, match="is no decimal price: those are above 1"):
        fair_probabilities([1.9, price], method)


def test_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'proportional' is not a valid DevigMethod"):
        fair_probabilities([1.9, 1.9], "proportional")
