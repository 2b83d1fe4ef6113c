"""Opportunities as tables for a terminal: one for each kind, a row for each leg."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, timedelta
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from events.cli import plain, table
from events.times import duration

from .opportunities import FINDABLE, Leg, Opportunity, OpportunityKind, OpportunitySpan
from .opportunity_choice import KINDS
from .wording import percent, pointed, signed

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text


def opportunity_tables(opportunities: Iterable[Opportunity]) -> Iterator[Table]:
    """What stands, in the order given."""
    for kind, of_kind in groupby(opportunities, key=lambda each: each.kind):
        listing = _table(kind, "Stake", "Age")
        for each in of_kind:
            _add(listing, each, [[percent(leg.share), _age(leg)] for leg in each.legs])
        yield listing


def span_tables(spans: Iterable[OpportunitySpan]) -> Iterator[Table]:
    """For how long they stood, each with its legs at its best."""
    in_order = sorted(spans, key=lambda span: FINDABLE.index(span.best.kind))
    for kind, of_kind in groupby(in_order, key=lambda span: span.best.kind):
        listing = _table(kind, "First seen, looks\nlasted")
        for span in of_kind:
            since = span.first_seen.astimezone(UTC)
            _add(listing, span.best, [[f"{since:%m-%d %H:%M}, {span.snapshots:,}×"], [lasted(span)]])
        yield listing


def lasted(span: OpportunitySpan) -> str:
    """What is known of it: '15 min to 45 min'; '0 s or more' where its beginning or its end was not seen."""
    shortest = duration(timedelta(seconds=span.shortest_seconds))
    if span.longest_seconds is None or span.until is None:
        return f"{shortest} or more"
    return f"{shortest} to {duration(timedelta(seconds=span.longest_seconds))}"


def _table(kind: OpportunityKind, *more: str) -> Table:
    listing = table(": ".join(KINDS[kind]))
    listing.add_column("Edge", justify="right", no_wrap=True)
    listing.add_column("Market")
    listing.add_column("Outcome")
    listing.add_column("Price", justify="right", no_wrap=True)
    listing.add_column("Bookmaker", no_wrap=True)
    for heading in more:
        listing.add_column(heading, justify="right", no_wrap=True)
    return listing


def _add(listing: Table, opportunity: Opportunity, tails: Sequence[Sequence[str]]) -> None:
    """A row for each leg, and one for what is to be said beside the figures; `tails` are the last cells of the rows."""
    bodies = [_leg(leg) for leg in opportunity.legs]
    remarks = {
        "⚠ too good to be true": opportunity.is_suspect,
        "not of one snapshot": not opportunity.is_same_snapshot,
        opportunity.note: opportunity.note,
    }
    if text := "; ".join(remark for remark, applies in remarks.items() if applies):
        bodies.append([plain(text, "yellow" if opportunity.is_suspect else "dim"), "", ""])
    front = [_edge(opportunity), plain(opportunity.market)]
    for body, tail in zip_longest(bodies, tails):
        listing.add_row(*front, *(body or ("", "", "")), *(tail or ()))
        front = [plain(""), plain("")]


def _leg(leg: Leg) -> list[str | Text]:
    price = leg.price
    quote = f"{pointed(price.side, price.point)} {signed(price.price):>5}".lstrip()
    return [plain(f"{price.description} {price.outcome}".lstrip()), quote, plain(price.bookmaker, "cyan")]


def _edge(opportunity: Opportunity) -> Text:
    look = "yellow" if opportunity.is_suspect else "green" if (opportunity.edge or 0) > 0 else ""
    return plain(percent(opportunity.edge), look)


def _age(leg: Leg) -> str:
    seconds = leg.price.age_seconds
    return "–" if seconds is None else duration(timedelta(seconds=seconds))
