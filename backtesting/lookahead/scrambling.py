"""A twin of the shadow: what was known at an instant is as it was, and all that came later is made up.

What is made up depends on a seed and on the rows alone, so that the same is made up again. Its shape stays: as many
snapshots, prices and scores in the same order, each price possible, starts after the instant.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from odds.store import refresh_closing

from .parts import (
    ARCHIVE_PRICE,
    FACTS,
    PRICE,
    PRICE_END,
    SCORE,
    SNAPSHOT,
    START,
    TIMES,
    Part,
    start_is_open,
    within,
)
from .rewriting import Rewriting

_SIX_HOURS = 6 * 3600


def _noise(what: str, key: str) -> str:
    """A number from 0 to 1 that the seed, what it is for and the key decide. Of an odd seed 1 minus that before it."""
    drawn = f"(hashtextextended(concat('{what} ', {key}), %(seed)s >> 1) & 4294967295)::float8 / 4294967296"
    return f"abs((%(seed)s & 1) - {drawn})"


def _delayed(instant: str, event: str) -> str:
    """An instant later by up to six hours, the same for all of an event: their order stays."""
    return f"{instant} + interval '1 second' * (60 + {_SIX_HOURS - 60} * {_noise('delay', event)})"


def _moved_start(start: str, event: str) -> str:
    """Another start after the instant."""
    moved = f"{_delayed(start, event)} + interval '1 hour' * (8 * {_noise('start', event)} - 4)"
    return f"greatest({moved}, %(moment)s + interval '1 minute')"


_ZONE = "'America/New_York'"
_DAY = f"date_trunc('day', late.begins_at AT TIME ZONE {_ZONE})"
_DAY_LEFT = f"greatest(%(moment)s, {_DAY} AT TIME ZONE {_ZONE})"
_DAY_ENDS = f"(({_DAY} + interval '1 day') AT TIME ZONE {_ZONE})"

# Of an archive without snapshots the day was known all along: the start stays on it.
_START = f"""
    UPDATE pg_temp.events_event AS late
    SET commence_time = CASE
        WHEN late.last_seen_at IS NOT NULL THEN {_moved_start("late.begins_at", "late.draw")}
        ELSE {_DAY_LEFT} + ({_DAY_ENDS} - {_DAY_LEFT}) * (0.01 + 0.98 * {_noise("start", "late.draw")})
    END
    WHERE {START.chosen} AND late.commence_time = late.begins_at
"""  # noqa: S608 - as everywhere here, only what is written in this package

_RESTATED = f"""CASE WHEN {start_is_open("event")} THEN {_moved_start("late.commence_time", "event.draw")}
    ELSE late.commence_time END"""
_SNAPSHOT = f"""
    UPDATE pg_temp.odds_oddssnapshot AS late
    SET commence_time = {_RESTATED}, bookmaker_count = floor(12 * {_noise("books", "late.draw")}),
        raw_data = CASE WHEN late.raw_data IS NOT NULL THEN json_build_object(
            'id', event.api_id, 'sport_key', event.sport_key, 'sport_title', event.sport_title,
            'commence_time', to_char({_RESTATED} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'home_team', event.home_team, 'away_team', event.away_team, 'bookmakers', '[]'::json
        ) END
    FROM pg_temp.events_event AS event WHERE event.id = late.event_id AND {SNAPSHOT.chosen}
"""  # noqa: S608

_IN_TIME = "moved.known_at > %(moment)s AND moved.known_at <= %(until)s"
_SNAPSHOT_TIME = f"""
    UPDATE pg_temp.odds_oddssnapshot AS moved
    SET snapshot_time = {_delayed("moved.known_at", "late.draw")},
        is_live = {_delayed("moved.known_at", "late.draw")} >= moved.commence_time
    FROM pg_temp.events_event AS late WHERE late.id = moved.event_id AND {_IN_TIME} AND {TIMES.chosen}
"""  # noqa: S608
_PRICE_TIME = f"""
    UPDATE pg_temp.odds_odds AS moved
    SET odds_timestamp = {_delayed("moved.known_at", "late.draw")},
        last_update = {_delayed("moved.last_update", "late.draw")},
        is_live = coalesce((
            SELECT is_live FROM pg_temp.odds_oddssnapshot
            WHERE event_id = moved.event_id AND snapshot_time = {_delayed("moved.known_at", "late.draw")}
        ), moved.is_live)
    FROM pg_temp.events_event AS late WHERE late.id = moved.event_id AND {_IN_TIME} AND {TIMES.chosen}
"""  # noqa: S608
_PRICE_END = f"""
    UPDATE pg_temp.odds_odds AS late SET valid_until = {_delayed("late.ends_at", "event.draw")}
    FROM pg_temp.events_event AS event WHERE event.id = late.event_id AND {PRICE_END.chosen}
"""  # noqa: S608


def _repriced(part: Part) -> str:
    """Chances that differ by 0.05 to 0.25, and lines by up to two points; both sides of a line by the same."""
    moved = f"(floor(9 * {_noise('line', 'event.draw, late.known_at')}) - 4)::numeric / 2"
    drawn = f"({_noise('price', 'late.draw')} - 0.5)"
    return f"""
        UPDATE pg_temp.{part.table} AS row
        SET price = new.price, point = new.point,
            decimal_price = CASE WHEN new.price > 0 THEN 1 + new.price / 100.0 ELSE 1 - 100.0 / new.price END
        FROM (
            SELECT late.id, CASE
                WHEN late.price IS NULL THEN NULL
                WHEN chance < 0.5 THEN round(100 / chance - 100)
                ELSE -round(100 * chance / (1 - chance))
            END AS price, CASE
                WHEN outcome.line IS NOT NULL THEN late.point
                ELSE late.point + CASE outcome.side WHEN 'away' THEN -1 ELSE 1 END * {moved}
            END AS point
            FROM pg_temp.{part.table} AS late JOIN pg_temp.events_event AS event ON event.id = late.event_id
            JOIN odds_outcome AS outcome ON outcome.id = late.outcome_id
            CROSS JOIN LATERAL (
                SELECT greatest(0.03, least(0.97, 1 / late.decimal_price + 0.4 * {drawn} + 0.05 * sign({drawn})))
            ) AS drawn (chance)
            WHERE {part.chosen}
        ) AS new WHERE new.id = row.id
    """  # noqa: S608


def _other_score(mine: str, other: str) -> str:
    """As if the teams had changed places, but not quite; never what it is."""
    made_up = f"greatest(0, late.{other} + floor(13 * {_noise(mine, 'late.draw')}) - 6)"
    return f"{mine} = CASE WHEN late.{mine} IS NOT NULL THEN {made_up} + 7 * ({made_up} = late.{mine})::int END"


_SCORE = f"""
    UPDATE pg_temp.events_eventscore AS late
    SET {_other_score("home_score", "away_score")}, {_other_score("away_score", "home_score")},
        observed_at = {_delayed("late.observed_at", "event.draw")},
        last_update = {_delayed("late.last_update", "event.draw")}
    FROM pg_temp.events_event AS event WHERE event.id = late.event_id AND {SCORE.chosen} RETURNING late.event_id
"""  # noqa: S608


def _delayed_fact(name: str) -> str:
    return (
        f"{name} = CASE WHEN late.{name} > %(moment)s THEN {_delayed(f'late.{name}', 'late.draw')} ELSE late.{name} END"
    )


# One game in ten is called off, and those that were are played.
_FACTS = f"""
    UPDATE pg_temp.events_event AS late
    SET {", ".join(map(_delayed_fact, ("closing_at", "missing_since", "observed_at", "updated_at")))},
        status = CASE
            WHEN {_noise("status", "late.draw")} < 0.1 THEN 'cancelled'
            WHEN late.status NOT IN ('cancelled', 'postponed') THEN late.status
            WHEN late.home_score IS NULL THEN 'scheduled' ELSE 'final'
        END,
        status_is_manual = {_noise("status", "late.draw")} < 0.1, is_nonsense = true
    WHERE {FACTS.chosen} AND NOT late.is_nonsense
"""  # noqa: S608


def _close(moment: datetime, until: datetime | None) -> None:
    """Have the closing line of each event follow from its snapshots and starts as they are now."""
    sql = """
        SELECT event_id FROM pg_temp.odds_oddssnapshot WHERE known_at > %(moment)s AND known_at <= %(until)s
        UNION SELECT id FROM pg_temp.events_event
        WHERE greatest(begins_at, start_known_at) > %(moment)s AND least(begins_at, start_known_at) <= %(until)s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, within(moment, until))
        refresh_closing([event_id for (event_id,) in cursor.fetchall()])


SCRAMBLED = Rewriting(
    "scrambled",
    {
        START: [_START],
        SNAPSHOT: [_SNAPSHOT],
        TIMES: [_SNAPSHOT_TIME, _PRICE_TIME],
        PRICE: [_repriced(PRICE)],
        PRICE_END: [_PRICE_END],
        ARCHIVE_PRICE: [_repriced(ARCHIVE_PRICE)],
        SCORE: [_SCORE],
        FACTS: [_FACTS],
    },
    _close,
)
