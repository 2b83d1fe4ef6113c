"""Offers, movements and the like for tests of rules, written by hand: Celtics at Lakers, all of it valid by default."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from events.records import EventRecord
from events.times import parse_time
from odds.choices import BookmakerKind, OddsFormat, Side
from odds.markets import carries_line
from odds.pricing import american_to_decimal, decimal_to_american
from odds.records import OutcomeKey, Quote
from odds.runs import Run
from quality import rules  # noqa: F401 - registers them
from quality.choices import IssueType, Severity
from quality.records import Issue, MarketQuotes, Movement, Sighting, Slate, Stamp, Thresholds
from quality.rules.registry import registered

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
TIP = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
TEAMS = ("Los Angeles Lakers", "Boston Celtics")
NAMES = {Side.HOME: TEAMS[0], Side.AWAY: TEAMS[1], Side.DRAW: "Draw", Side.OVER: "Over", Side.UNDER: "Under"}
USUAL = Thresholds()

Number = str | float | None


def quote(side: Side, price: float, point: Number = None, *, name: str = "", of: str = "") -> Quote:
    """A quote at an American price, or at a decimal one where the number is too small for that."""
    american, decimal_price = (
        (round(price), american_to_decimal(price)) if abs(price) >= 100 else (decimal_to_american(price), price)
    )
    exact = None if point is None else Decimal(str(point))
    return Quote(OutcomeKey(side, name or NAMES[side], of, None), american, decimal_price, exact)


def home(price: float, point: Number = None, **over: Any) -> Quote:
    return quote(Side.HOME, price, point, **over)


def away(price: float, point: Number = None, **over: Any) -> Quote:
    return quote(Side.AWAY, price, point, **over)


def draw(price: float) -> Quote:
    return quote(Side.DRAW, price)


def over(price: float, point: Number = None, **more: Any) -> Quote:
    return quote(Side.OVER, price, point, **more)


def under(price: float, point: Number = None, **more: Any) -> Quote:
    return quote(Side.UNDER, price, point, **more)


def other(name: str, price: float, point: Number = None, **more: Any) -> Quote:
    return quote(Side.OTHER, price, point, name=name, **more)


def offer(market: str, *quotes: Quote, kind: BookmakerKind = BookmakerKind.RETAIL, **more: Any) -> MarketQuotes:
    """What one bookmaker of this kind quotes in a market; the point tells outcomes apart where several stand."""
    if carries_line(market):
        quotes = tuple(Quote(q.outcome._replace(line=q.point), q.price, q.decimal_price, q.point) for q in quotes)
    fields = {"has_teams": True, "odds_format": OddsFormat.AMERICAN, "overround": USUAL.overround[kind], **more}
    return MarketQuotes(market=market, quotes=quotes, kind=kind, **fields)


def standing(now: Quote, minutes_ago: float = 30, last_update: datetime | None = None) -> Run:
    """The run of a price that stood before."""
    return Run(
        bookmaker="fanduel",
        market="",
        outcome=now.outcome,
        price=now.price,
        decimal_price=now.decimal_price,
        point=now.point,
        odds_timestamp=NOON - timedelta(minutes=minutes_ago),
        last_update=last_update,
        is_live=False,
    )


def movement(market: str, *changes: tuple[Quote, Quote], minutes: float = 30, **more: Any) -> Movement:
    """Quotes before and after, so many minutes apart, of one market before the game."""
    pairs = offer(market, *(now for _, now in changes)).quotes
    runs = offer(market, *(before for before, _ in changes)).quotes
    fields: dict[str, Any] = {"last_update": None, "is_live": False, **more}
    last = fields.pop("replaces_of", None)
    changed = tuple((standing(before, minutes, last), now) for before, now in zip(runs, pairs, strict=True))
    return Movement(market=market, changes=changed, elapsed=timedelta(minutes=minutes), **fields)


def stamp(written: str | int | None) -> Stamp:
    """A bookmaker's time as written, in a snapshot of noon."""
    return Stamp(written, None if written is None else parse_time(written), NOON)


def sighting(**over: Any) -> Sighting:
    """The game as a snapshot of noon states it, against what was known: nothing else, unless told."""
    stated: dict[str, Any] = {
        "api_id": "a" * 32, "sport_key": "basketball_nba", "sport_title": "NBA", "commence_time": TIP,
        "home_team": TEAMS[0], "away_team": TEAMS[1], "observed_at": NOON,
    }  # fmt: skip
    known: dict[str, Any] = {"sport_key": "basketball_nba", "names": TEAMS, "start_before": TIP}
    for name, value in over.items():
        (known if name in ("names", "start_before") else stated)[name] = value
    return Sighting(EventRecord(**stated), **known)


def slate(**over: Any) -> Slate:
    """Ten games to come of which both bookmakers asked for quote both markets asked for."""
    books, markets = ("fanduel", "pinnacle"), ("h2h", "totals")
    fields: dict[str, Any] = {
        "bookmakers": books,
        "markets": markets,
        "events": 10,
        "offers": {(book, market): 10 for book in books for market in markets},
        "last_quoted": {},
        "at": NOON,
    }
    return Slate(**{**fields, **over})


def found(kind: IssueType, subject: object, thresholds: Thresholds = USUAL) -> list[Issue]:
    """What the rule for this type finds."""
    issues = list(registered()[kind](subject, thresholds))
    assert all(issue.type is kind for issue in issues)
    return issues


def the_only(kind: IssueType, subject: object, thresholds: Thresholds = USUAL) -> tuple[Severity, str]:
    """Severity and text of the one thing that the rule for this type finds."""
    [issue] = found(kind, subject, thresholds)
    return issue.severity, issue.text
