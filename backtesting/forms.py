"""The form that asks for a backtest: the options of the command, for one of the registered strategies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.utils import timezone

from events.game_days import day_of
from events.models import Event
from events.names import UnresolvedName
from odds.models import Bookmaker
from odds.pricing import DevigMethod

from .decision_times import parse_decision_time
from .fills import parse_fills
from .options import DEFAULTS, range_of, strategy_of, terms_of
from .rules import parse_rules
from .staking import parse_staking
from .strategies import BettingStrategy, Parameter
from .terms import RunTerms

PARAMETER = "param-"
REFUSALS = (ValueError, UnresolvedName)
_ISO = "%Y-%m-%d"
_LARGEST_SEED = 2**63 - 1
# Where no game has a result yet the days of this many before today are offered.
_OFFERED = timedelta(days=30)


class Told(forms.CharField):
    """A text that the project reads by itself, and what it cannot read is refused in its own words."""

    def __init__(self, read: Callable[[str], object], **kwargs: Any) -> None:
        super().__init__(max_length=500, **kwargs)
        self.read = read

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            self.read(text)
        except REFUSALS as error:
            raise ValidationError(str(error)) from error
        return text


class GameDay(forms.DateField):
    """A day as browsers send it, 2026-01-15, whatever the reader's way to write days."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format=_ISO, attrs={"type": "date"})
        super().__init__(input_formats=[_ISO], widget=widget, **kwargs)


class BacktestForm(forms.Form):
    """Fields in the names of the command's options; after `is_valid` there are `strategy` and `terms`."""

    start = GameDay(label="First game day")
    end = GameDay(label="Last game day")
    sport = forms.ChoiceField(label="Sport")
    bankroll = forms.FloatField(label="Bankroll", help_text="Money to begin with, in any unit.")
    stake = Told(
        parse_staking,
        label="Stake",
        help_text="flat:100, percent:0.02, kelly:0.25,cap=0.05 or joint-kelly:0.25,cap=0.2",
    )
    decide = Told(
        parse_decision_time,
        label="Decides",
        help_text="60m or 3h before the start, change, 17:00 (US/Eastern), open or close",
    )
    bookmaker = forms.MultipleChoiceField(
        label="Only these bookmakers", required=False, widget=forms.CheckboxSelectMultiple, help_text="None: all."
    )
    fill = Told(
        parse_fills, label="Fills", required=False, help_text="must_stand,latency=2,limit=500,rounding=1,cost=0.1"
    )
    rules = Told(parse_rules, label="Settlement rules", help_text="default, 72h, or by bookmaker: fanduel=same_day")
    clv_book = forms.ChoiceField(label="Closing line of")
    devig = forms.ChoiceField(label="Its margin removed", choices=[(each.value, each.value) for each in DevigMethod])
    max_close_age = forms.FloatField(label="Oldest closing line, minutes", min_value=0)
    max_age = forms.FloatField(label="Oldest price, minutes", min_value=0)
    min_coverage = forms.FloatField(
        label="Least coverage",
        min_value=0,
        max_value=1,
        help_text="Share of events with fresh and complete prices; below it the run is refused.",
    )
    seed = forms.IntegerField(
        label="Seed", min_value=0, max_value=_LARGEST_SEED, help_text="Of the resampling that gives the intervals."
    )
    bet_again = forms.BooleanField(label="Bet again on a market of an event that was bet on", required=False)

    strategy: BettingStrategy
    terms: RunTerms

    def __init__(self, chosen: type[BettingStrategy], data: Any = None) -> None:
        self.chosen = chosen
        super().__init__(data, initial=_initial(chosen), label_suffix="")
        for name, parameter in chosen.declared().items():
            self.fields[PARAMETER + name] = _parameter_field(name, parameter, of=chosen.name)
        books = [(book.key, book.title or book.key) for book in Bookmaker.objects.order_by("key")]
        self._offer("sport", [(key, key) for key in _sports()])
        self._offer("bookmaker", books)
        of_closing = dict([(DEFAULTS["clv_book"], DEFAULTS["clv_book"]), *books, ("own", "the bet's own bookmaker")])
        self._offer("clv_book", list(of_closing.items()))

    @property
    def parameters(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PARAMETER)]

    @property
    def what(self) -> list[forms.BoundField]:
        """What everybody has to think about; `further` are those that have a good default."""
        return [self[name] for name in ("start", "end", "sport", "bankroll", "stake", "decide")]

    @property
    def further(self) -> list[forms.BoundField]:
        known = {each.name for each in (*self.what, *self.parameters)}
        return [self[name] for name in self.fields if name not in known]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cleaned_data
        if self.errors:
            return found
        parameters = [
            (name.removeprefix(PARAMETER), value) for name, value in found.items() if name.startswith(PARAMETER)
        ]
        try:
            self.strategy = strategy_of({**found, "strategy": self.chosen.name, "param": parameters})
            self.terms = terms_of(found, *range_of(found["start"], found["end"]))
        except REFUSALS as error:
            raise ValidationError(str(error)) from error
        except OverflowError as error:
            raise ValidationError(f"beyond the calendar: {error}") from error
        return found

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _parameter_field(name: str, parameter: Parameter[Any], *, of: str) -> forms.Field:
    """Any text, as typed in a terminal; where only a few values are allowed they are offered."""
    values = ("true", "false") if parameter.type is bool else () if parameter.type is tuple else parameter.choices
    offered = [*values, *(["none"] if parameter.optional else [])] if values else []
    return Told(
        partial(parameter.value, of=of),
        label=name,
        required=False,
        help_text="; ".join(filter(None, [parameter.help, "" if offered else parameter.allowed])),
        widget=forms.Select(choices=[(each, each) for each in offered]) if offered else forms.TextInput(),
    )


def _initial(chosen: type[BettingStrategy]) -> dict[str, Any]:
    first, last = _days_with_results()
    return {
        **{name: f"{value:g}" if isinstance(value, float) else value for name, value in DEFAULTS.items()},
        "max_age": settings.MAX_QUOTE_AGE_MINUTES,
        "start": first,
        "end": last,
        "sport": settings.SPORTS[0],
        "stake": str(chosen.default_staking),
        "decide": str(chosen.default_decides),
        **{PARAMETER + name: each.written for name, each in chosen.declared().items()},
    }


def _days_with_results() -> tuple[date, date]:
    """The first and the last game day of the first sport on which a game has a result."""
    played = Event.objects.filter(sport_key=settings.SPORTS[0], home_score__isnull=False)
    found = played.aggregate(first=Min("commence_time"), last=Max("commence_time"))
    if found["first"] is None:
        today = day_of(timezone.now())
        return today - _OFFERED, today
    return day_of(found["first"]), day_of(found["last"])


def _sports() -> list[str]:
    stored = Event.objects.order_by("sport_key").values_list("sport_key", flat=True).distinct()
    return list(dict.fromkeys([settings.SPORTS[0], *stored]))
