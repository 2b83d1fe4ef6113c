"""What an archive says, whatever its format: games with their results, and prices with a moment or an instant."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from odds.choices import LineMoment, Side


class ArchiveQuote(Struct, frozen=True, kw_only=True):
    """One price, or a line alone, as an archive has it: exactly one of `moment` and `observed_at` is given."""

    bookmaker: str  # key
    market: str  # h2h, spreads or totals; other keys of the provider where the archive has them
    side: Side
    price: int | None = None  # American; None with a decimal price, or where the archive has a line alone
    decimal_price: float | None = None  # where the archive is in decimal
    point: Decimal | None = None  # as this side has it
    moment: LineMoment | None = None  # opening or closing, of an archive that tells no time
    observed_at: datetime | None = None  # the instant at which it was seen, UTC
    last_update: datetime | None = None  # the book's own time, where the archive has it


class ArchiveGame(Struct, frozen=True, kw_only=True):
    """One game of an archive; times are aware and UTC. It has a day or a start."""

    sport_key: str
    event_id: str = ""  # the provider's, where the archive has it
    day: date | None = None  # the league's local day
    start: datetime | None = None
    home: str  # the teams as written there
    away: str
    home_score: int | None = None  # final; both or none
    away_score: int | None = None
    quotes: tuple[ArchiveQuote, ...] = ()
    where: str  # "file:line" of its first row
