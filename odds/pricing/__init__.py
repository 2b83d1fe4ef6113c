"""Odds arithmetic, pure.

American prices are integers of magnitude 100 or more; decimal prices are floats above 1 and include the stake.
The modules `arrays` and `moved_lines` need numpy; whoever wants one imports it by its own name.
"""

from .consensus import consensus
from .conversions import (
    american_to_decimal,
    decimal_to_american,
    fair_american,
    fair_decimal,
    hold,
    implied_probability,
    overround,
)
from .devig import DevigMethod, fair_probabilities, worst_of
from .value import EDGE_TOLERANCE, break_even, expected_value, net_of_commission, reaches

__all__ = [
    "EDGE_TOLERANCE",
    "DevigMethod",
    "american_to_decimal",
    "break_even",
    "consensus",
    "decimal_to_american",
    "expected_value",
    "fair_american",
    "fair_decimal",
    "fair_probabilities",
    "hold",
    "implied_probability",
    "net_of_commission",
    "overround",
    "reaches",
    "worst_of",
]
