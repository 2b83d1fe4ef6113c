"""Parameters of strategies: declared with a type, a default and a range, given as values or as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any, Generic, Literal, Self, TypeVar, overload

from .errors import BadParameter

T = TypeVar("T")
V = TypeVar("V")

JsonValue = bool | int | float | str | list[str] | None

_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_KINDS = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
    tuple: "names with commas between",
}
_PLURAL = {tuple: "names with commas between, of"}


class Parameter(Generic[T]):
    """A class attribute of a strategy that declares one of its parameters, and is the value on its instances.

        min_ev = Parameter(float, 0.03, low=0, help="least expected profit for each unit staked")

    `type` is float, int, bool, str or tuple (of str). `low` and `high` are included; `choices` are the only values
    allowed (of a tuple: of its members). With `optional` it may also be None, written `none`.
    """

    name: str  # as the class has it

    @overload
    def __init__(
        self: Parameter[T],
        type: type[T],
        default: T,
        *,
        low: float | None = None,
        high: float | None = None,
        choices: Iterable[str] = (),
        optional: Literal[False] = False,
        help: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Parameter[V | None],
        type: type[V],
        default: V | None,
        *,
        low: float | None = None,
        high: float | None = None,
        choices: Iterable[str] = (),
        optional: Literal[True],
        help: str = "",
    ) -> None: ...
    def __init__(
        self,
        type: type[Any],
        default: Any,
        *,
        low: float | None = None,
        high: float | None = None,
        choices: Iterable[str] = (),
        optional: bool = False,
        help: str = "",
    ) -> None:
        if type not in _KINDS:
            raise BadParameter(f"a parameter of {type!r}: it can be of float, int, bool, str or tuple")
        self.type, self.default, self.help = type, default, help
        self.low, self.high, self.choices, self.optional = low, high, tuple(map(str, choices)), optional

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        return self if instance is None else vars(instance)[self.name]

    @property
    def allowed(self) -> str:
        """What it takes, for people: 'a number from 0 to 1', 'one of mean, median'."""
        if self.choices:
            text = f"{_PLURAL.get(self.type, 'one of')} {', '.join(self.choices)}"
        else:
            text = _KINDS[self.type] + _range(self.low, self.high)
        return f"{text}, or none" if self.optional else text

    @property
    def written(self) -> str:
        """The default as one would type it: '0.03', 'h2h,spreads', 'none'."""
        if self.default is None:
            return "none"
        return ",".join(self.default) if isinstance(self.default, tuple) else str(self.default).lower()

    def value(self, given: object, *, of: str) -> T:
        """The typed value of what was given, be it one or text. Raises BadParameter that names the strategy `of`."""
        if self.optional and (given is None or given == "none"):
            return None  # type: ignore[return-value]  # the overload says so
        try:
            value = _READERS[self.type](given)
        except (TypeError, ValueError, OverflowError):
            raise self._refusal(given, of) from None
        members = value if isinstance(value, tuple) else (value,)
        for member in members if self.choices else ():
            if member not in self.choices:
                raise self._refusal(given, of, nearest(member, self.choices))
        too_low = self.low is not None and value < self.low
        if too_low or (self.high is not None and value > self.high):
            raise self._refusal(given, of)
        return value  # type: ignore[no-any-return]

    def _refusal(self, given: object, of: str, hint: str = "") -> BadParameter:
        return BadParameter(f"{of}: {self.name} is {given!r}, expected {self.allowed}{hint}")


def values_of(declared: Mapping[str, Parameter[Any]], given: Mapping[str, object], *, of: str) -> dict[str, Any]:
    """A value for each declared parameter, the default where none was given. Raises BadParameter."""
    for name in given:
        if name not in declared:
            known = ", ".join(declared)
            raise BadParameter(f"{of} has no parameter {name!r}{nearest(name, declared)}; it has {known}")
    return {name: each.value(given.get(name, each.default), of=of) for name, each in declared.items()}


def as_json(value: Any) -> JsonValue:
    """A parameter's value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def nearest(name: str, known: Iterable[str]) -> str:
    """'; did you mean …?' with the name that is most like it, or '' where none is."""
    found = get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _number(given: object) -> float:
    value = float(_not_bool(given))
    if not isfinite(value):
        raise ValueError
    return value


def _whole(given: object) -> int:
    number = _not_bool(given)
    value = int(number)
    if not isinstance(given, str) and value != number:  # 2.5
        raise ValueError
    return value


def _not_bool(given: Any) -> Any:
    if isinstance(given, bool):  # True is 1 for Python, and hardly ever meant so
        raise TypeError
    return given


def _flag(given: object) -> bool:
    if isinstance(given, bool):
        return given
    if not isinstance(given, str) or given.casefold() not in _BOOLEANS:
        raise ValueError
    return _BOOLEANS[given.casefold()]


def _text(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError
    return str(given.strip())  # of an enum's member, its value


def _names(given: object) -> tuple[str, ...]:
    if not isinstance(given, str | list | tuple):
        raise TypeError
    names = given.split(",") if isinstance(given, str) else given
    return tuple(_text(name) for name in names if name != "")


_READERS: Mapping[type, Any] = {float: _number, int: _whole, bool: _flag, str: _text, tuple: _names}


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f" of {low:g} or more"
    return f" of {high:g} or less" if low is None else f" from {low:g} to {high:g}"
