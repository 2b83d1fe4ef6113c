"""The sports of the league: who plays, how often, when, and how much chance there is in a result."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sport:
    """One sport. A round is the time in which each team plays at most once."""

    key: str
    group: str
    title: str
    description: str
    teams: tuple[str, ...] = ()  # none: out of season, listed and without events
    round_days: int = 1
    games: tuple[int, int] = (0, 0)  # the fewest and the most in a round
    slots: tuple[int, ...] = ()  # starts in minutes from the round's first midnight UTC, common ones repeated
    listed_days: float = 3.0  # from so long before the start
    duration: tuple[float, float] = (138.0, 8.0)  # minutes from start to end: mean and standard deviation
    home_advantage: float = 2.4  # points
    strength: float = 4.5  # standard deviation of teams, points
    total: float = 226.0  # points of both sides in a mean game
    margin_sd: float = 12.0  # of the result about the closing expectation, points
    total_sd: float = 18.0
    history_from: str = "2020-06-27T03:55:00Z"


def _clock(*times: str) -> tuple[int, ...]:
    """Minutes from midnight of times like 00:40 or 24:40, the latter being the next day's."""
    return tuple(int(hours) * 60 + int(minutes) for hours, minutes in (time.split(":") for time in times))


NBA = Sport(
    key="basketball_nba",
    group="Basketball",
    title="NBA",
    description="US Basketball",
    teams=(
        "Atlanta Hawks",
        "Boston Celtics",
        "Brooklyn Nets",
        "Charlotte Hornets",
        "Chicago Bulls",
        "Cleveland Cavaliers",
        "Dallas Mavericks",
        "Denver Nuggets",
        "Detroit Pistons",
        "Golden State Warriors",
        "Houston Rockets",
        "Indiana Pacers",
        "Los Angeles Clippers",
        "Los Angeles Lakers",
        "Memphis Grizzlies",
        "Miami Heat",
        "Milwaukee Bucks",
        "Minnesota Timberwolves",
        "New Orleans Pelicans",
        "New York Knicks",
        "Oklahoma City Thunder",
        "Orlando Magic",
        "Philadelphia 76ers",
        "Phoenix Suns",
        "Portland Trail Blazers",
        "Sacramento Kings",
        "San Antonio Spurs",
        "Toronto Raptors",
        "Utah Jazz",
        "Washington Wizards",
    ),
    games=(5, 12),
    slots=_clock("20:40", "24:10", "24:10", "24:40", "24:40", "25:10", "25:10", "26:40", "27:10"),
)
WNBA = Sport(
    key="basketball_wnba",
    group="Basketball",
    title="WNBA",
    description="US Basketball",
    teams=(
        "Atlanta Dream",
        "Chicago Sky",
        "Connecticut Sun",
        "Dallas Wings",
        "Golden State Valkyries",
        "Indiana Fever",
        "Las Vegas Aces",
        "Los Angeles Sparks",
        "Minnesota Lynx",
        "New York Liberty",
        "Phoenix Mercury",
        "Seattle Storm",
        "Washington Mystics",
    ),
    games=(2, 4),
    slots=_clock("23:10", "23:40", "24:10", "26:10"),
    duration=(120.0, 6.0),
    home_advantage=2.0,
    total=164.0,
    margin_sd=11.0,
    total_sd=15.0,
)
NFL = Sport(
    key="americanfootball_nfl",
    group="American Football",
    title="NFL",
    description="US Football",
    teams=(
        "Arizona Cardinals",
        "Atlanta Falcons",
        "Baltimore Ravens",
        "Buffalo Bills",
        "Carolina Panthers",
        "Chicago Bears",
        "Cincinnati Bengals",
        "Cleveland Browns",
        "Dallas Cowboys",
        "Denver Broncos",
        "Detroit Lions",
        "Green Bay Packers",
        "Houston Texans",
        "Indianapolis Colts",
        "Jacksonville Jaguars",
        "Kansas City Chiefs",
        "Las Vegas Raiders",
        "Los Angeles Chargers",
        "Los Angeles Rams",
        "Miami Dolphins",
        "Minnesota Vikings",
        "New England Patriots",
        "New Orleans Saints",
        "New York Giants",
        "New York Jets",
        "Philadelphia Eagles",
        "Pittsburgh Steelers",
        "San Francisco 49ers",
        "Seattle Seahawks",
        "Tampa Bay Buccaneers",
        "Tennessee Titans",
        "Washington Commanders",
    ),
    round_days=7,  # days are counted from 1 January 1970, a Thursday, and so is a round's first
    games=(14, 16),
    slots=_clock("24:15", "90:00", "90:00", "90:00", "90:00", "93:05", "93:25", "96:20", "120:15"),
    listed_days=8.0,
    duration=(187.0, 8.0),
    home_advantage=1.5,
    strength=4.0,
    total=45.0,
    margin_sd=12.5,
    total_sd=10.0,
)
NHL = Sport(key="icehockey_nhl", group="Ice Hockey", title="NHL", description="US Ice Hockey")

SPORTS = {sport.key: sport for sport in (NFL, NBA, WNBA, NHL)}
