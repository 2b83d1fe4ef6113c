"""From the provider's event objects to snapshots with quotes, pure. No HTTP, no database, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Raw
from msgspec.structs import asdict

from events.records import EventRecord, ScoreRecord
from events.times import parse_time
from odds.choices import OddsFormat, Source
from odds.markets import carries_line
from odds.records import Asked, EventSnapshot, Offer, OfferKey, OutcomeKey, Problem, Quote, Reading

from ..errors import UnreadablePayload
from .payloads import (
    BookmakerPayload,
    EventPayload,
    EventScorePayload,
    OutcomePayload,
    decode_event,
    decode_event_score,
    decode_outcomes,
    dump,
    load_loosely,
)
from .values import LARGEST_NUMBER, clean, match_key, read_point, read_price, side_of

# Problems of an offer that cost no quote.
HARMLESS = frozenset({"schema_drift", "unusual_text"})


class _Basis(NamedTuple):
    """All that reading an offer depends on beside the offer itself."""

    home_team: str
    away_team: str
    odds_format: OddsFormat


def read_event(raw: bytes, *, snapshot_time: datetime, asked: Asked, source: Source) -> EventSnapshot:
    """The event object in `raw` as a snapshot, its offers unread.

    Raises UnreadablePayload if it lacks an id, a sport, a start or the list of bookmakers.
    """
    _check_text(raw)
    payload, problems = decode_event(raw)
    event = _event_record(payload, snapshot_time)
    if not isinstance(payload.bookmakers, list):
        raise UnreadablePayload(f"event {event.api_id} has no list 'bookmakers'; event skipped")
    problems = [*problems, *_problems_of_names(payload, event)]
    offers = _offers(payload.bookmakers)
    basis = _Basis(event.home_team, event.away_team, asked.odds_format)
    return EventSnapshot(
        event=event,
        snapshot_time=snapshot_time,
        source=source,
        asked=asked.including(offers),
        raw=raw,
        bookmakers={clean(book.key): clean(book.title) for book in payload.bookmakers},
        offers=offers,
        read=lambda key, offer: read_offer(key, offer, basis),
        basis=basis,
        problems=tuple(problems),
    )


def _problems_of_names(payload: EventPayload, event: EventRecord) -> Iterator[Problem]:
    """Teams of which one alone is named, and names that cannot be stored as they are. Outrights have no teams."""
    if bool(event.home_team) != bool(event.away_team):
        which = "away_team" if event.home_team else "home_team"
        yield Problem("missing_field", f"no '{which}', expected a name; its prices are nobody's", (), which)
    for received, stored in ((payload.home_team, event.home_team), (payload.away_team, event.away_team)):
        if received and received != stored:
            yield _unusual_text(received, stored)


def _check_text(raw: bytes) -> None:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise UnreadablePayload(f"not UTF-8: {error.reason} at byte {error.start}") from None


def read_listed_event(raw: bytes, *, observed_at: datetime) -> EventRecord:
    """The event object in `raw`, of an answer that carries no odds. Raises UnreadablePayload."""
    payload, _ = decode_event(raw)
    return _event_record(payload, observed_at)


def read_score(raw: bytes, *, observed_at: datetime) -> ScoreRecord:
    """The score object in `raw`. Scores are matched by team name, never by position. Raises UnreadablePayload."""
    payload = decode_event_score(raw)
    event = _event_record(payload, observed_at)
    scores = {match_key(score.name): score.score for score in payload.scores or []}
    return ScoreRecord(
        event=event,
        completed=payload.completed,
        home_score=_score(scores, event.home_team, event),
        away_score=_score(scores, event.away_team, event),
        last_update=None if payload.last_update is None else parse_time(payload.last_update),
    )


def _score(scores: dict[str, str | int], team: str, event: EventRecord) -> int | None:
    if not scores:
        return None
    score = scores.get(match_key(team))
    try:
        points = int(score) if score is not None else -1
    except ValueError:
        points = -1
    if not 0 <= points <= LARGEST_NUMBER:
        raise UnreadablePayload(f"event {event.api_id}: score {score!r} of {team!r} is no number of points")
    return points


def _event_record(payload: EventPayload | EventScorePayload, observed_at: datetime) -> EventRecord:
    commence_time = parse_time(payload.commence_time)
    if not payload.id or not payload.sport_key:
        raise UnreadablePayload(f"event {payload.id!r} of sport {payload.sport_key!r}: one of the two is empty")
    if commence_time is None:
        raise UnreadablePayload(
            f"event {payload.id}: commence_time {payload.commence_time!r} is no instant; event skipped"
        )
    return EventRecord(
        api_id=clean(payload.id),
        sport_key=clean(payload.sport_key),
        sport_title=clean(payload.sport_title or ""),
        commence_time=commence_time,
        home_team=clean(payload.home_team or ""),
        away_team=clean(payload.away_team or ""),
        observed_at=observed_at,
    )


def _offers(books: list[BookmakerPayload]) -> dict[OfferKey, Offer]:
    offers: dict[OfferKey, Offer] = {_offer_key(book.key, offer.key): offer for book in books for offer in book.markets}
    if len(offers) < sum(len(book.markets) for book in books):
        offers = _with_repeats(books)
    for book in books:
        for offer in book.markets:
            if offer.last_update is None:  # of the market; old answers have the bookmaker's only
                offer.last_update = book.last_update
    return offers


def _with_repeats(books: list[BookmakerPayload]) -> dict[OfferKey, Offer]:
    """Offers of which some bookmaker has several in one market: all outcomes of all, the first one's first."""
    offers: dict[OfferKey, Offer] = {}
    for book in books:
        for offer in book.markets:
            key = _offer_key(book.key, offer.key)
            if key in offers:
                offers[key].outcomes = Raw(dump([*_list(offers[key].outcomes), *_list(offer.outcomes)]))
            else:
                offers[key] = offer
    return offers


def _list(outcomes: Raw) -> list[Any]:
    loose = load_loosely(outcomes)
    return loose if isinstance(loose, list) else [loose]


@lru_cache(maxsize=65536)
def _offer_key(bookmaker: str, market: str) -> OfferKey:
    """The key, and always the same object: millions of them would keep the garbage collector busy."""
    return clean(bookmaker), clean(market)


def read_offer(key: OfferKey, offer: Offer, basis: _Basis) -> Reading:
    """The quotes of one bookmaker's market. Whatever cannot be a quote is left out and named."""
    market = key[1]
    payloads, problems = decode_outcomes(offer.outcomes)
    quotes: dict[OutcomeKey, Quote] = {}
    for payload in payloads:
        try:
            quote = _quote(payload, market, basis)
        except ValueError as error:
            name = describe_name(payload)
            problems.append(Problem("impossible_quote", f"{name}: {error}; quote left out", (), name, _sent(payload)))
            continue
        if payload.name != quote.outcome.name:
            problems.append(_unusual_text(payload.name, quote.outcome.name, (quote.outcome,)))
        if quote.outcome in quotes:
            problems.append(_duplicate(quotes[quote.outcome], quote))
        else:
            quotes[quote.outcome] = quote
    rejected = sum(problem.kind not in HARMLESS for problem in problems)
    last_update = None if offer.last_update is None else parse_time(offer.last_update)
    if last_update is None and offer.last_update is not None:
        problems.append(Problem("bad_timestamp", f"last_update {offer.last_update!r} is no instant; left empty"))
    return Reading(tuple(quotes.values()), last_update, tuple(problems), rejected)


def _sent(payload: OutcomePayload) -> dict[str, Any]:
    """The outcome as it came, without the fields that did not."""
    return {name: value for name, value in asdict(payload).items() if value is not None}


def _unusual_text(received: str, stored: str, outcomes: tuple[OutcomeKey, ...] = ()) -> Problem:
    text = f"name {ascii(received)[:60]} holds what cannot be stored; stored as {stored[:60]!r}"
    return Problem("unusual_text", text, outcomes, stored)


def describe_name(payload: OutcomePayload) -> str:
    return " ".join(repr(clean(part)) for part in (payload.description, payload.name) if part)


def _duplicate(first: Quote, second: Quote) -> Problem:
    name, place = repr(first.outcome.name), ((first.outcome,), first.outcome.name)
    if first == second:
        return Problem("duplicate_outcome", f"{name}: quoted twice alike; kept once", *place)
    shown = [f"{quote.price:+d}" + ("" if quote.point is None else f" at {quote.point}") for quote in (first, second)]
    return Problem("conflicting_outcome", f"{name}: quoted as {shown[0]} and as {shown[1]}; the first kept", *place)


def _quote(payload: OutcomePayload, market: str, basis: _Basis) -> Quote:
    price, decimal_price = read_price(payload.price, basis.odds_format)
    point = None if payload.point is None else read_point(payload.point)
    outcome = _outcome(payload.name, payload.description, basis)
    if point is not None and _carries_line(market):
        outcome = outcome._replace(line=point)
    return Quote(outcome, price, decimal_price, point)


_carries_line = lru_cache(maxsize=1024)(carries_line)


@lru_cache(maxsize=65536)
def _outcome(name: str, description: str | None, basis: _Basis) -> OutcomeKey:
    name = clean(name)
    if not name:
        raise ValueError("it has no name")
    return OutcomeKey(side_of(name, basis.home_team, basis.away_team), name, clean(description or ""), None)
