"""Opening and closing prices of archives that tell no time: the only writer and reader of their table.

They answer for opening and closing lines where nothing timed does, marked as such, and for nothing else: of no price
here is it known at which instant it was on offer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q

from .choices import LineMoment
from .dimensions import bookmaker_ids, bookmaker_keys, market_ids, market_keys, outcome_ids, outcomes_by_id
from .models import ArchivePrice
from .records import SOUND, ArchiveLine, ArchiveOffer, OutcomeKey, Verdict

Offers = Mapping[ArchiveOffer, Sequence[ArchiveLine]]


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What became of the prices given. A price differs where another file of the same format said something else."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    outranked: int = 0


def record_archive_prices(offers: Offers, *, origin: str, titles: Mapping[str, str]) -> Recorded:
    """Store the prices of one format of archive, whatever their order and however often they come.

    Of two files that contradict each other on an offer the one with more prices counts, of equals the one that pays
    less: a rule that knows no order of arrival. Call it inside a transaction. `titles` names new bookmakers.
    """
    stored = _stored({offer.event_id for offer in offers}, origin)
    counts, wanted = Recorded(), {}
    for offer, lines in offers.items():
        before = stored.get(offer, {})
        after = {line.outcome: line for line in lines}
        if before == after:
            counts.unchanged += len(after)
        elif _weight(before.values()) > _weight(after.values()):
            counts.outranked += len(after)
        else:
            wanted[offer] = after
            counts.new += len(after.keys() - before.keys())
            counts.changed += sum(line != after.get(outcome) for outcome, line in before.items())
            counts.unchanged += sum(line == after.get(outcome) for outcome, line in before.items())
    _remove({offer: stored[offer] for offer in wanted if offer in stored}, origin)
    _insert(wanted, origin, titles)
    return counts


def _weight(lines: Iterable[ArchiveLine]) -> tuple[int, int, float, str]:
    """What decides between two offers for the same: the greater stays. Equal ones differ in their verdicts alone."""
    known = sorted((line._replace(verdict=SOUND) for line in lines), key=repr)
    paid = sum(line.decimal_price or 0 for line in known)
    return sum(line.price is not None for line in known), len(known), -paid, repr(known)


def _stored(event_ids: Collection[int], origin: str) -> dict[ArchiveOffer, dict[OutcomeKey, ArchiveLine]]:
    rows = list(ArchivePrice.objects.filter(event__in=event_ids, origin=origin).order_by())
    bookmakers, markets = bookmaker_keys(), market_keys()
    outcomes = outcomes_by_id({row.outcome_id for row in rows})
    stored: dict[ArchiveOffer, dict[OutcomeKey, ArchiveLine]] = defaultdict(dict)
    for row in rows:
        offer = ArchiveOffer(row.event_id, bookmakers[row.bookmaker_id], markets[row.market_id], LineMoment(row.moment))
        outcome = outcomes[row.outcome_id]
        verdict = Verdict(row.is_valid, row.validation_notes)
        stored[offer][outcome] = ArchiveLine(outcome, row.price, row.decimal_price, row.point, verdict)
    return stored


def _remove(offers: Mapping[ArchiveOffer, object], origin: str) -> None:
    """Make room for offers that are written anew."""
    if not offers:
        return
    bookmakers, markets = bookmaker_ids({}), market_ids(())
    sql = """
        DELETE FROM odds_archiveprice AS price
        USING unnest(%s::int[], %s::smallint[], %s::smallint[], %s::text[]) AS gone (event, bookmaker, market, moment)
        WHERE price.event_id = gone.event AND price.bookmaker_id = gone.bookmaker AND price.market_id = gone.market
            AND price.moment = gone.moment AND price.origin = %s
    """
    rows = [(offer.event_id, bookmakers[offer.bookmaker], markets[offer.market], offer.moment) for offer in offers]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*map(list, zip(*rows, strict=True)), origin])


_COLUMNS = {
    "event_id": "int4",
    "bookmaker_id": "int2",
    "market_id": "int2",
    "outcome_id": "int4",
    "moment": "text",
    "price": "int4",
    "decimal_price": "float8",
    "point": "numeric",
    "origin": "text",
    "is_valid": "bool",
    "validation_notes": "text",
}


def _insert(
    offers: Mapping[ArchiveOffer, Mapping[OutcomeKey, ArchiveLine]], origin: str, titles: Mapping[str, str]
) -> None:
    if not offers:
        return
    bookmakers = bookmaker_ids({offer.bookmaker: titles.get(offer.bookmaker, "") for offer in offers})
    markets = market_ids({offer.market for offer in offers})
    outcomes = outcome_ids({outcome for lines in offers.values() for outcome in lines})
    sql = f"COPY odds_archiveprice ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(list(_COLUMNS.values()))
        for offer, lines in offers.items():
            where = offer.event_id, bookmakers[offer.bookmaker], markets[offer.market]
            for outcome, line in lines.items():
                prices = line.price, line.decimal_price, line.point
                copy.write_row((*where, outcomes[outcome], offer.moment.value, *prices, origin, *line.verdict))


class ArchiveRow(NamedTuple):
    """A price of an archive as it lies in the table, without names."""

    event_id: int
    bookmaker_id: int
    market_id: int
    outcome_id: int
    point: Decimal | None
    price: int | None
    decimal_price: float | None


def untimed_prices(
    moment: LineMoment, *, events: Collection[int], bookmakers: Collection[int], markets: Collection[int]
) -> list[ArchiveRow]:
    """The valid opening or closing prices that archives have of these, by id; one query.

    Where several archives have the same one, that with a price goes before a line alone, then the first by its format.
    """
    series = ("event_id", "bookmaker_id", "market_id", "outcome_id")
    found = ArchivePrice.objects.filter(
        moment=moment, is_valid=True, event__in=events, bookmaker__in=bookmakers, market__in=markets
    )
    without_price = ExpressionWrapper(Q(price__isnull=True), output_field=BooleanField())
    chosen = found.order_by(*series, without_price, "origin").distinct(*series)
    return [ArchiveRow._make(row) for row in chosen.values_list(*ArchiveRow._fields)]
