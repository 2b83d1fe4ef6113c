"""Arbitrage, middles, low hold and value: what stands, and for how long it did."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.management import CommandError, CommandParser

from events.cli import plain, whole
from events.models import Event
from events.queries import find_event, find_sport
from events.times import duration, stamp
from events.wording import plural
from odds.cli import OddsCommand, moment_or_now
from odds.opportunities import FINDABLE, OpportunityKind, OpportunitySpan
from odds.opportunities.rows import span_row
from odds.opportunity_choice import (
    CONSENSUS,
    METHODS,
    MIN_EDGE,
    NEAR_DAYS,
    SHARP,
    WORST_OF,
    Chosen,
    opportunity_document,
    terms_of,
)
from odds.opportunity_search import EventOpportunities
from odds.opportunity_spans import opportunity_spans
from odds.opportunity_tables import opportunity_tables, span_tables

if TYPE_CHECKING:
    from rich.text import Text


class Command(OddsCommand):
    help = (
        "Show arbitrage, middles, low hold and value before the start, now or at an instant, over all events to come "
        "or in one; with --history for how long each stood. Prices are net of commission; what is flagged or too old "
        "does not count, nor do offers to lay. Times are in UTC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        kinds = [str(kind) for kind in FINDABLE]
        parser.add_argument(
            "--kind", action="append", choices=kinds, help="only this kind, repeatable; all unless given"
        )
        parser.add_argument(
            "--event-id", help="only this event: the id, or any beginning of it that fits one event only"
        )
        parser.add_argument("--sport", help="only this sport: 'nba', basketball_nba")
        parser.add_argument(
            "--days",
            type=whole,
            help=f"only events that start within so many days; with --history before or after ({NEAR_DAYS})",
        )
        self.add_as_of_option(parser)
        parser.add_argument(
            "--min-edge",
            type=_fraction,
            default=MIN_EDGE,
            help="the least that arbitrage and value win: 0.01 (default) for 1 %%",
        )
        parser.add_argument(
            "--max-age", type=whole, metavar="MINUTES", help="how old prices may be (MAX_QUOTE_AGE_MINUTES)"
        )
        parser.add_argument(
            "--sharp", default=SHARP, help=f"the bookmaker whose prices are fair, or {CONSENSUS} (pinnacle)"
        )
        parser.add_argument(
            "--devig",
            choices=METHODS,
            default=METHODS[0],
            help=f"how the margin is removed (multiplicative); {WORST_OF}: the lowest chance of all methods",
        )
        parser.add_argument("--history", action="store_true", help="for how long each stood, up to now or that instant")

    def handle(self, *, event_id: str | None, as_of: str | None, as_json: bool, history: bool, **options: Any) -> None:
        if event_id is not None and (options["sport"] or options["days"]):
            raise CommandError("--event-id names the event: --sport and --days do not go with it")
        moment = moment_or_now(as_of)
        event = None if event_id is None else find_event(event_id)
        chosen = Chosen(
            event=event,
            sport_key=find_sport(options["sport"]) if options["sport"] else None,
            days=options["days"],
            kinds=[OpportunityKind(kind) for kind in options["kind"] or FINDABLE],
            terms=terms_of(**{name: options[name] for name in ("min_edge", "max_age", "sharp", "devig")}),
        )
        if history:
            self._tell_history(chosen, moment, as_json=as_json)
        else:
            self._tell_standing(chosen, moment, as_json=as_json)

    def _tell_standing(self, chosen: Chosen, moment: datetime, *, as_json: bool) -> None:
        found = chosen.standing(moment)
        if chosen.event is not None:
            self.tell_archived(chosen.event, as_json=as_json)
        if as_json:
            self.print_json([opportunity_document(each, one) for each in found for one in each.opportunities])
            return
        self.console.print(plain(f"As of {stamp(moment)} UTC; {chosen.rules}"), soft_wrap=True)
        for each in found:
            if each.opportunities:
                self._head(each.event, f"Start {stamp(each.commence_time)} UTC, newest snapshot {_age(each, moment)}")
                self.show_tables(opportunity_tables(each.opportunities))
        self.console.print()
        for line in _summary(found, chosen, moment):
            self.console.print(line, soft_wrap=True)

    def _tell_history(self, chosen: Chosen, moment: datetime, *, as_json: bool) -> None:
        events = chosen.around(moment)
        found = [(event, opportunity_spans(event, chosen.terms, chosen.kinds, until=moment)) for event in events]
        if chosen.event is not None:
            self.tell_archived(chosen.event, as_json=as_json)
        if as_json:
            self.print_json([span_row(span) for _, spans in found for span in spans])
            return
        self.console.print(plain(f"Up to {stamp(moment)} UTC; {chosen.rules}"), soft_wrap=True)
        for event, spans in found:
            if spans:
                self._head(event, f"Start {event.start_shown}; {_sampling(spans)}")
                self.show_tables(span_tables(spans))
        self.console.print()
        count = sum(len(spans) for _, spans in found)
        hint = "" if count else "; --min-edge shows smaller ones, --days looks at more events"
        self.console.print(f"{_found(count)} in {plural(len(events), 'event')}{hint}", style="dim", soft_wrap=True)

    def _head(self, event: Event, text: str) -> None:
        self.console.print()
        self.console.print(plain(event.title, "bold"), f"[dim]{event.api_id}[/]")
        self.console.print(text)


def _summary(found: list[EventOpportunities], chosen: Chosen, moment: datetime) -> Iterator[Text]:
    """What was found, and what to do where that is little."""
    fresh = [each for each in found if each.bookmakers]
    if not found:
        yield plain("No event with odds is to come. fetch_odds asks for what is on offer, --as-of about another time.")
    elif chosen.event is not None and found[0].commence_time <= moment:
        yield plain("It has begun: --as-of asks about an instant before, --history for how long each stood.")
    elif not fresh:
        yield plain(f"⚠ None of {plural(len(found), 'event')} has fresh prices from before the start", "yellow")
        yield plain("fetch_odds asks for new ones, --max-age allows older ones.")
    else:
        count = sum(len(each.opportunities) for each in found)
        hint = "" if count else "; --min-edge shows smaller ones"
        yield plain(
            f"{_found(count)} in {len(fresh):,} of {plural(len(found), 'event')} with fresh prices{hint}", "dim"
        )
        if not chosen.is_judged(fresh):
            yield plain(f"⚠ No value can be told, for {chosen.terms.reference} has no fresh price", "yellow")
            yield plain(f"--sharp names another bookmaker, or {CONSENSUS}.")


def _found(count: int) -> str:
    return plural(count, "opportunity", "opportunities")


def _age(found: EventOpportunities, moment: datetime) -> str:
    return "–" if found.snapshot_time is None else f"{duration(moment - found.snapshot_time)} before"


def _sampling(spans: list[OpportunitySpan]) -> str:
    """How finely time was sampled: what is shorter may not have been seen."""
    seconds = spans[0].sampling_seconds
    if seconds is None:
        return "looked at once"
    return f"looked at every {duration(timedelta(seconds=seconds))}, so what lasted less may be missing"


def _fraction(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 1.0
    if not -1 < value < 1:
        raise ArgumentTypeError(f"{text!r} is no fraction; write 0.01 for 1 %")
    return value
