"""What can be wrong with a strategy. Every message is one line that names it and says what would be right.

StrategyError
├── UnknownStrategy     no strategy of this name, or its file or module cannot be loaded
├── BadParameter        a parameter that it does not have, or a value that it does not take
└── BadAnswer           it answered with something that is no bet
"""


class StrategyError(ValueError):
    """Something about a strategy that a person must put right."""


class UnknownStrategy(StrategyError):
    """There is no such strategy, or it cannot be loaded."""


class BadParameter(StrategyError):
    """A parameter that the strategy does not have, or a value that it does not take."""


class BadAnswer(StrategyError):
    """`should_bet` returned something that is no bet on what it was shown."""
