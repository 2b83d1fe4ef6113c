"""Strategies: what to bet on, given what was known at one instant. Those that ship are registered here."""

from .arbitrage import ArbitrageStrategy
from .base import BettingStrategy
from .baselines import Favourite, RandomBets
from .consensus import ConsensusOutlier
from .errors import BadAnswer, BadParameter, StrategyError, UnknownStrategy
from .expected_value import EVStrategy, ValueStrategy
from .line_move import LineMove
from .oracle import ClosingOracle
from .parameters import Parameter
from .registry import StrategySpec, name_of, register, strategies, strategy_class

__all__ = [
    "ArbitrageStrategy",
    "BadAnswer",
    "BadParameter",
    "BettingStrategy",
    "ClosingOracle",
    "ConsensusOutlier",
    "EVStrategy",
    "Favourite",
    "LineMove",
    "Parameter",
    "RandomBets",
    "StrategyError",
    "StrategySpec",
    "UnknownStrategy",
    "ValueStrategy",
    "name_of",
    "register",
    "strategies",
    "strategy_class",
]
