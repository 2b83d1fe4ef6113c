"""The bookmakers: their names, regions and habits, and when each of them looked and what it then saw."""

from __future__ import annotations

from dataclasses import dataclass

from .draws import between, uniform
from .league import HOUR, MINUTE, Game

REGIONS = ("us", "us2", "us_dfs", "us_ex", "uk", "eu", "au", "fr", "se")
STALE_SPAN = 4 * HOUR  # in each such span of time a book stands still at most once
TEMPO = 15 * MINUTE  # during the play a book comes and goes by spans of this length


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """One bookmaker. Overround is the sum of implied probabilities less 1."""

    key: str
    title: str
    region: str
    overround: float
    lag: float  # seconds between the truth and this book's quotes, before the start
    noise: float  # of its own opinion, in standard deviations of the result
    read_every: int  # seconds between two readings by the provider
    stale: float = 0.02  # chance to stand still for 30 to 90 minutes, per span
    rounding: int = 1  # American prices are multiples of this
    paid_only: bool = False
    has_lay: bool = False
    feed: str = ""  # the book it copies

    @property
    def source(self) -> str:
        return self.feed or self.key


BOOKS = (
    Book("pinnacle", "Pinnacle", "eu", 0.025, 20, 0.005, 47, stale=0.0),
    Book("draftkings", "DraftKings", "us", 0.047, 150, 0.012, 61),
    Book("fanduel", "FanDuel", "us", 0.046, 120, 0.012, 53, rounding=2),
    Book("betmgm", "BetMGM", "us", 0.052, 400, 0.016, 71, rounding=5),
    Book("williamhill_us", "Caesars", "us", 0.05, 300, 0.014, 83, paid_only=True),
    Book("betrivers", "BetRivers", "us", 0.058, 500, 0.018, 97),
    Book("bovada", "Bovada", "us", 0.052, 700, 0.02, 113, stale=0.3, rounding=5),
    Book("betonlineag", "BetOnline.ag", "us", 0.045, 90, 0.012, 67),
    Book("lowvig", "LowVig.ag", "us", 0.03, 90, 0.012, 67, feed="betonlineag"),
    Book("fanatics", "Fanatics", "us", 0.065, 600, 0.02, 101, paid_only=True),
    Book("novig", "Novig", "us_ex", 0.008, 45, 0.008, 41),
    Book("betfair_ex_au", "Betfair", "au", 0.006, 30, 0.006, 43, has_lay=True),
)
BOOKS_BY_KEY = {book.key: book for book in BOOKS}


def last_read(book: Book, at: float) -> int:
    """When the provider last read the book before `at`: 20 seconds before or earlier, whole seconds since 1970."""
    phase = int(uniform(book.key, "phase") * book.read_every)
    return int((at - 20 - phase) // book.read_every) * book.read_every + phase


def seen_at(book: Book, game: Game, read: float) -> float:
    """The instant whose truth the book's quotes of the event show when read: minutes ago, or seconds during play."""
    seen = read - book.lag * between(0.6, 1.4, game.id, book.source, "lag")
    if read >= game.tipoff:
        return read - 5 - min(25, book.lag / 20)
    if not book.stale:
        return seen
    for span in (int(seen // STALE_SPAN) - 1, int(seen // STALE_SPAN)):
        name = (game.id, book.source, "stale", span)
        if uniform(*name) < book.stale:
            stood = span * STALE_SPAN + uniform(*name, "from") * STALE_SPAN
            if stood <= seen < stood + between(30 * MINUTE, 90 * MINUTE, *name, "for"):
                return stood
    return seen


def is_quoting(book: Book, game: Game, read: float) -> bool:
    """Whether the book has the event at all: from up to a day after the listing on, with gaps, less during play."""
    if uniform(game.id, int(read // (6 * HOUR)), "nobody") < 0.002:
        return False
    if read < game.tipoff:
        opened = game.listed + between(0, book.lag * 2 * MINUTE, game.id, book.source, "opened")
        return read >= opened and uniform(game.id, book.key, int(read // (2 * HOUR))) > 0.015
    if uniform(game.id, book.key, "in play") > 0.88:
        return False
    return uniform(game.id, book.key, int(read // TEMPO), "in play") < 0.93


def is_missing(book: Book, game: Game, market: str, read: float) -> bool:
    """Whether the book lacks this one market for a while."""
    return uniform(game.id, book.key, market, int(read // (3 * HOUR))) < (0.004 if market == "h2h" else 0.015)
