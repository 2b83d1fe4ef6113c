"""What every strategy is: parameters, a time to decide, and the two questions put to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar

from odds.choices import Side
from odds.lines import StandingPrice, counts
from odds.opportunities import NO_SINGLE_BETS, Leg, Opportunity, OpportunityKind
from odds.opportunities.sets import can_push
from odds.pricing import expected_value, net_of_commission

from ..decision_times import DecisionTime, MinutesBefore
from ..records import EventView, MarketView
from ..staking import Flat, Staking
from .errors import BadAnswer, StrategyError
from .loading import located, reference_to
from .parameters import JsonValue, Parameter, as_json, values_of

if TYPE_CHECKING:
    from ..history import Board, Chosen, History

S = TypeVar("S", bound="BettingStrategy")


class BettingStrategy(ABC):
    """One idea of what to bet on. Subclasses declare parameters and answer `should_bet`; a docstring describes them.

    An instance never changes: nothing that it decided before can change what it decides next. What is worked out once
    belongs in a `functools.cached_property`.
    """

    name: ClassVar[str]  # that of the class unless told
    is_cheating: ClassVar[bool] = False  # whether it sees what nobody knew at the time
    looks_back: ClassVar[bool] = False  # whether it asks for views earlier than the decision
    wants_hindsight: ClassVar[bool] = False  # only of those that cheat: `hindsight` is set before a run
    default_decides: ClassVar[DecisionTime] = MinutesBefore(60)
    default_staking: ClassVar[Staking] = Flat(100)

    markets = Parameter[tuple[str, ...]](tuple, (), help="keys of the markets looked at; none named: all")

    staking: Staking
    decides: DecisionTime
    commissions: Mapping[str, float]  # of each bookmaker that takes one, as a fraction of net winnings
    hindsight: History | None

    def __init__(
        self, *, staking: Staking | None = None, decides: DecisionTime | None = None, **parameters: object
    ) -> None:
        """Raises BadParameter for a parameter that it does not have or a value that is not allowed."""
        vars(self).update(
            values_of(self.declared(), parameters, of=self.name),
            staking=staking or self.default_staking,
            decides=decides or self.default_decides,
            commissions={},
            hindsight=None,
        )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = vars(cls).get("name", cls.__name__)
        if "__init__" in vars(cls):
            raise StrategyError(f"{cls.name}: declare each parameter as a class attribute instead of an __init__")
        if cls.wants_hindsight and not cls.is_cheating:
            raise StrategyError(f"{cls.name}: wants_hindsight is for those that say is_cheating = True")
        values_of(cls.declared(), {}, of=cls.name)  # a default that is not allowed is seen where it is declared

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{self.name} never changes: make another with {name}={value!r} instead")

    def __reduce__(self) -> tuple[Any, ...]:
        """By where its class is, since other processes do not know the module of a user's file."""
        return _restored, (reference_to(type(self)), self._state())

    @classmethod
    def declared(cls) -> dict[str, Parameter[Any]]:
        """Its parameters by name, in the order of declaration, those of the base classes first."""
        every = {name: each for base in reversed(cls.__mro__) for name, each in vars(base).items()}
        return {name: each for name, each in every.items() if isinstance(each, Parameter)}

    @classmethod
    def description(cls) -> str:
        """The class's docstring, "" if it has none of its own."""
        return cleandoc(vars(cls).get("__doc__") or "")

    def parameters(self) -> dict[str, JsonValue]:
        """All parameters with their values as JSON has them, in the order of declaration."""
        return {name: as_json(getattr(self, name)) for name in self.declared()}

    @property
    def books_needed(self) -> tuple[str, ...]:
        """The bookmakers without whose prices it cannot decide."""
        return ()

    @abstractmethod
    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        """What to bet on, of prices in the view, each opportunity one position; empty (false) for no bet."""

    def calculate_stake(self, bankroll: float, opportunity: Opportunity) -> float:
        """What to stake on all legs together, of the cash at hand."""
        return self.staking.stake(bankroll, opportunity)

    def choose(self, board: Board) -> Chosen | None:
        """What `should_bet` would answer to each decision of a board, worked out at once. None: ask it one by one."""
        return None

    def opportunities(self, view: MarketView) -> tuple[Opportunity, ...]:
        """What `should_bet` answers, checked. Raises BadAnswer for what is no bet on prices of the view."""
        answer: Any = self.should_bet(view.event, view)
        if answer is None or answer is False:
            return ()
        if not isinstance(answer, Sequence) or not all(isinstance(each, Opportunity) for each in answer):
            raise BadAnswer(f"{self.name}: should_bet returned {answer!r:.80}, expected a sequence of Opportunity")
        for price in (leg.price for each in answer for leg in each.legs):
            if not any(price is shown or price == shown for shown in view.prices):
                quote = f"{price.outcome} {price.price:+d} at {price.bookmaker}"
                raise BadAnswer(f"{self.name}: should_bet chose {quote}, no price of the view at {view.moment}")
        return tuple(answer)

    def usable(self, view: MarketView, *, max_age_minutes: float | None = None) -> list[StandingPrice]:
        """The prices of a view that can be bet on, in its order: of the markets looked at, and not older than that.

        Left out are offers to lay, picks at fixed payouts, and outcomes without a side. Prices of an archive that tells
        no time have no age, and are never too old.
        """
        limit = inf if max_age_minutes is None else max_age_minutes * 60
        return [
            price
            for price in view.prices
            if self.looks_at(price.market)
            and counts(price)
            and price.side != Side.OTHER
            and price.bookmaker not in NO_SINGLE_BETS
            and (price.age_seconds or 0) <= limit
        ]

    def looks_at(self, market: str) -> bool:
        return not self.markets or market in self.markets

    def pick(
        self, price: StandingPrice, *, probability: float | None = None, edge: float | None = None, note: str = ""
    ) -> Opportunity:
        """A bet on one price, with the chance to win that the strategy gives it (if it does not push), if it knows one.

        The edge is what that chance is expected to win for each unit staked, unless told. Staking by Kelly needs a
        chance.
        """
        net_price = net_of_commission(price.decimal_price, self.commissions.get(price.bookmaker, 0.0))
        if edge is None and probability is not None:
            edge = expected_value(probability, net_price)
        return Opportunity(
            kind=OpportunityKind.PICK if probability is None else OpportunityKind.VALUE,
            event_id=price.event_id,
            market=price.market,
            description=price.description,
            legs=(Leg(price=price, share=1.0, net_price=net_price),),
            edge=edge,
            probability=probability,
            note=note,
            can_push=can_push(price.point),
        )

    def with_commissions(self, commissions: Mapping[str, float]) -> Self:
        """A copy that knows what each bookmaker takes of net winnings, as the engine charges it."""
        return self._copy(commissions=dict(commissions))

    def with_hindsight(self, history: History) -> Self:
        """A copy that is told how everything closed. Raises StrategyError unless its class cheats and asks for it."""
        if not self.wants_hindsight:
            raise StrategyError(f"{self.name} does not cheat: no history is shown to it")
        return self._copy(hindsight=history)

    def _copy(self, **changed: object) -> Self:
        return _made(type(self), self._state() | changed)

    def _state(self) -> dict[str, Any]:
        names = (*self.declared(), "staking", "decides", "commissions", "hindsight")
        return {name: vars(self)[name] for name in names}


def _made(cls: type[S], state: Mapping[str, Any]) -> S:
    strategy = object.__new__(cls)
    vars(strategy).update(state)
    return strategy


def _restored(reference: str, state: Mapping[str, Any]) -> BettingStrategy:
    cls: type[BettingStrategy] = located(reference)
    return _made(cls, state)
