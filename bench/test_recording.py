"""The synthetic recordings say in JSON what they say in rows, and move as much as they claim."""

import json
from itertools import pairwise

from .recording import Answer, Recording


def test_body_and_rows_agree():
    for answer in Recording(games=3, snapshots=4, books=2).answers():
        assert rows_in(answer) == set(answer.rows)


def test_counts_are_as_promised():
    recording = Recording(games=30, snapshots=3, books=2)
    assert sum(len(answer.rows) for answer in recording.answers()) == recording.price_points == 30 * 3 * 2 * 6


def test_a_tenth_of_the_markets_move():
    answers = list(Recording(games=24, snapshots=50).answers())
    moved = sum(len(set(now.rows) - set(before.rows)) for before, now in pairwise(answers))
    assert 0.08 < moved / sum(len(answer.rows) for answer in answers[1:]) < 0.12


def rows_in(answer: Answer) -> set[tuple]:
    return {
        (event["id"], book["key"], market["key"], outcome["name"], outcome["price"], outcome.get("point"))
        for event in json.loads(answer.body) for book in event["bookmakers"]
        for market in book["markets"] for outcome in market["outcomes"]
    }  # fmt: skip
