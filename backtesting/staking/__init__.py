"""How much to stake, pure."""

from .base import Flat, Percentage, Staking
from .kelly import Kelly, kelly_fraction
from .parsing import parse_staking
from .simultaneous import SimultaneousKelly

__all__ = ["Flat", "Kelly", "Percentage", "SimultaneousKelly", "Staking", "kelly_fraction", "parse_staking"]
