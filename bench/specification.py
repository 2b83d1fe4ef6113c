"""The tables of the specification, one row for every price at every fetch: what most projects of this kind do."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, models

from .recording import Answer


class SpecificationSnapshot(models.Model):
    event_id = models.CharField()
    snapshot_time = models.DateTimeField()
    raw_data = models.JSONField()
    bookmaker_count = models.IntegerField()
    api_request_id = models.CharField(null=True)  # noqa: DJ001 - as the specification has it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        db_table = "specification_snapshots"
        indexes = [
            models.Index(fields=["event_id"], name="spec_s_event"),
            models.Index(fields=["snapshot_time"], name="spec_s_time"),
            models.Index(fields=["event_id", "snapshot_time"], name="spec_s_event_time"),
        ]

    def __str__(self) -> str:
        return self.event_id


class SpecificationOdds(models.Model):
    event_id = models.CharField()
    bookmaker_key = models.CharField()
    bookmaker_title = models.CharField()
    market_key = models.CharField()
    outcome_name = models.CharField()
    price = models.IntegerField()
    point = models.FloatField(null=True)
    odds_timestamp = models.DateTimeField()
    last_update = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    is_valid = models.BooleanField(default=True)
    validation_notes = models.CharField(null=True)  # noqa: DJ001 - as the specification has it

    class Meta:
        app_label = "bench"
        db_table = "specification_odds"
        indexes = [
            models.Index(fields=["event_id"], name="spec_o_event"),
            models.Index(fields=["bookmaker_key"], name="spec_o_book"),
            models.Index(fields=["market_key"], name="spec_o_market"),
            models.Index(fields=["odds_timestamp"], name="spec_o_time"),
            models.Index(fields=["event_id", "bookmaker_key", "market_key"], name="spec_o_event_book_market"),
            models.Index(fields=["bookmaker_key", "odds_timestamp"], name="spec_o_book_time"),
        ]

    def __str__(self) -> str:
        return self.outcome_name


TABLES = (SpecificationSnapshot, SpecificationOdds)


def create_tables() -> None:
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)


def drop_tables() -> None:
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.delete_model(table)


def fill(answers: Iterable[Answer]) -> int:
    """Load the dense rows of these answers, and a row without body for each snapshot; return how many prices."""
    loaded = 0
    odds = """
        COPY specification_odds (event_id, bookmaker_key, bookmaker_title, market_key, outcome_name, price, point,
            odds_timestamp, last_update, created_at, is_valid) FROM STDIN (FORMAT BINARY)
    """
    types = ["text"] * 5 + ["int4", "float8", "timestamptz", "timestamptz", "timestamptz", "bool"]
    seen = []
    with connection.cursor() as cursor, cursor.copy(odds) as copy:
        copy.set_types(types)
        for answer in answers:
            at, updated = answer.captured_at, answer.captured_at - timedelta(seconds=40)
            for event_id, book, market, name, price, point in answer.rows:
                copy.write_row((event_id, book, book.title(), market, name, price, point, at, updated, at, True))
            loaded += len(answer.rows)
            seen += [(event_id, at) for event_id in dict.fromkeys(row[0] for row in answer.rows)]
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY specification_snapshots (event_id, snapshot_time, raw_data, bookmaker_count, created_at) FROM STDIN"
        ) as copy,
    ):
        for event_id, at in seen:
            copy.write_row((event_id, at, "{}", 0, at))
    return loaded


def save_each_row(answer: Answer) -> None:
    """Store one answer as the specification's writer would: one save() a row."""
    at, updated = answer.captured_at, answer.captured_at - timedelta(seconds=40)
    for event_id in dict.fromkeys(row[0] for row in answer.rows):
        SpecificationSnapshot(event_id=event_id, snapshot_time=at, raw_data={}, bookmaker_count=10).save()
    for event_id, book, market, name, price, point in answer.rows:
        SpecificationOdds(
            event_id=event_id,
            bookmaker_key=book,
            bookmaker_title=book.title(),
            market_key=market,
            outcome_name=name,
            price=price,
            point=point,
            odds_timestamp=at,
            last_update=updated,
        ).save()


# Ways to ask these tables for the closing lines of all games, for the fastest to be the peer.
WITH_SNAPSHOTS = "last snapshot joined"
CLOSING_LINES = {
    WITH_SNAPSHOTS: """
        SELECT o.event_id, o.bookmaker_key, o.market_key, o.outcome_name, o.price, o.point
        FROM games AS g
        CROSS JOIN LATERAL (
            SELECT max(s.snapshot_time) AS at FROM specification_snapshots AS s
            WHERE s.event_id = g.event_id AND s.snapshot_time < g.commence_time
        ) AS last
        JOIN specification_odds AS o ON o.event_id = g.event_id AND o.odds_timestamp = last.at
    """,
    "last row of each series": """
        SELECT DISTINCT ON (o.event_id, o.bookmaker_key, o.market_key, o.outcome_name)
            o.event_id, o.bookmaker_key, o.market_key, o.outcome_name, o.price, o.point
        FROM specification_odds AS o JOIN games AS g ON g.event_id = o.event_id AND o.odds_timestamp < g.commence_time
        ORDER BY o.event_id, o.bookmaker_key, o.market_key, o.outcome_name, o.odds_timestamp DESC
    """,
    "rows at the greatest time": """
        SELECT o.event_id, o.bookmaker_key, o.market_key, o.outcome_name, o.price, o.point
        FROM specification_odds AS o
        JOIN (
            SELECT o.event_id, max(o.odds_timestamp) AS at
            FROM specification_odds AS o
            JOIN games AS g ON g.event_id = o.event_id AND o.odds_timestamp < g.commence_time
            GROUP BY o.event_id
        ) AS last ON last.event_id = o.event_id AND last.at = o.odds_timestamp
    """,
}
