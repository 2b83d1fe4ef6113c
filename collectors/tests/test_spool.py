"""Answers on disk: they survive, damage is noticed, and where there is no room nothing is bought."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import spool as spool_module
from collectors.choices import Purpose
from collectors.errors import NoRoom
from collectors.models import FetchLog
from collectors.spool import SET_ASIDE, Spool
from collectors.the_odds_api.answers import Answer
from collectors.the_odds_api.endpoints import Wanted, odds

NOW = datetime(2026, 1, 14, 22, 0, 0, 123456, tzinfo=UTC)
REQUEST = UUID("12345678-1234-4234-8234-123456789abc")


def make_answer(**over: Any) -> Answer:
    fields: dict[str, Any] = {
        "status": 200,
        "headers": {"x-requests-used": "3", "x-requests-last": "3"},
        "body": b'[{"id": "a"}]',
        "received_at": NOW,
        "response_time_ms": 120,
    }
    return Answer(**{**fields, **over})


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "var" / "spool")


def keep(spool: Spool, answer: Answer | None = None, request_id: UUID | None = None) -> Path:
    request_id = request_id or uuid4()
    return spool.set_aside(request_id).keep(request_id, answer or make_answer()).path


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"body": b""},
        {"body": bytes(range(256)) * 9},
        {"body": b"\n\n{}\n"},
        {"body": b"x" * (SET_ASIDE + 5)},
        {"status": 503, "headers": {}, "damage": "truncated"},
        {"headers": {"content-type": 'text/plain; charset="\u00e9\u2028"', "date": ""}},
    ],
    ids=["usual", "empty", "every byte", "line ends", "larger than its place", "damaged", "odd headers"],
)
def test_an_answer_is_read_back_as_it_was(spool, over):
    answer = make_answer(**over)
    keep(spool, answer, REQUEST)
    (found,) = Spool(spool.folder).waiting()
    assert found.answer == answer
    assert found.request_id == REQUEST
    found.forget()
    found.forget()
    assert list(spool.waiting()) == []
    assert list(spool.folder.iterdir()) == []


@given(body=st.binary(max_size=500), status=st.integers(100, 599), damage=st.text(max_size=9))
def test_every_answer_survives(tmp_path_factory, body, status, damage):
    spool = Spool(tmp_path_factory.mktemp("spool"))
    answer = make_answer(body=body, status=status, damage=damage)
    keep(spool, answer)
    assert [found.answer for found in spool.waiting()] == [answer]


def test_the_oldest_comes_first(spool):
    paths = [keep(spool) for _ in range(5)]
    for age, path in enumerate(paths):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    assert [found.path for found in spool.waiting()] == paths[::-1]
    assert spool.depth() == 5


def test_one_that_another_process_has_stored_meanwhile_is_passed_over(spool):
    first, second = keep(spool), keep(spool)
    waiting = spool.waiting()
    taken = next(waiting).path
    ({first, second} - {taken}).pop().unlink()
    assert list(waiting) == []
    assert spool.quarantined() == 0


def damaged_forms(content: bytes) -> list[bytes]:
    flipped = [
        content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]
        for place in range(len(content))
    ]
    return [*flipped, *(content[:length] for length in range(len(content))), content + b" "]


def test_every_flipped_byte_and_every_truncation_is_noticed_and_nothing_is_deleted(spool):
    path = keep(spool)
    content = path.read_bytes()
    whole = keep(spool)
    for damaged in damaged_forms(content):
        path.write_bytes(damaged)
        assert [found.path for found in spool.waiting()] == [whole], damaged
        assert not path.exists()
        aside = spool.quarantine / path.name
        assert aside.read_bytes() == damaged
        assert spool.quarantined() == 1
        aside.unlink()


def test_every_change_to_the_hash_in_the_name_is_noticed(spool):
    path = keep(spool, request_id=REQUEST)
    names = [
        f"{REQUEST}.{'0' * 64}.answer",
        f"{REQUEST}..answer",
        f"{REQUEST}.answer",
        f"{REQUEST}.{path.name.split('.')[1][:-1]}.answer",
        ".answer",
    ]
    for name in names:
        (spool.folder / name).write_bytes(path.read_bytes())
    assert [found.path for found in spool.waiting()] == [path]
    assert {aside.name for aside in spool.quarantine.iterdir()} == set(names)


def test_a_file_that_is_whole_but_none_of_ours_is_set_aside(spool):
    from hashlib import sha256

    spool.folder.mkdir(parents=True)
    for content in (b"", b"{}", b"\n", b'{"request_id": "no"}\n', b"\xff\n"):
        (spool.folder / f"{uuid4()}.{sha256(content).hexdigest()}.answer").write_bytes(content)
    assert list(spool.waiting()) == []
    assert (spool.depth(), spool.quarantined()) == (0, 5)


def test_a_place_is_held_until_it_is_used_or_given_back(spool):
    used, unused, dead = (uuid4() for _ in range(3))
    places = {request: spool.set_aside(request) for request in (used, unused, dead)}
    assert {draft.stem for draft in spool.drafts()} == {str(request) for request in (used, unused, dead)}
    assert {draft.stat().st_size for draft in spool.drafts()} == {SET_ASIDE}, "its room is taken already"
    kept = places[used].keep(used, make_answer())
    places[used].give_back()
    places[unused].give_back()
    places[unused].give_back()
    assert [draft.stem for draft in spool.drafts()] == [str(dead)]
    assert [found.path for found in spool.waiting()] == [kept.path], "a draft is no answer"
    assert kept.path.stat().st_size < SET_ASIDE


def test_a_folder_that_is_not_there_holds_nothing(spool):
    assert (list(spool.waiting()), spool.drafts(), spool.depth(), spool.quarantined()) == ([], [], 0, 0)


def test_below_the_least_free_space_no_place_is_given(spool, monkeypatch):
    monkeypatch.setattr(spool_module, "LEAST_FREE", 2**60)
    with pytest.raises(NoRoom, match=r"spool: only \d+ MB free, 1099511627776 needed; nothing sent$"):
        spool.set_aside(uuid4())
    assert list(spool.folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system cannot set space aside")
def test_room_that_cannot_be_set_aside_is_no_room(spool, monkeypatch):
    monkeypatch.setattr(spool_module, "SET_ASIDE", 2**62)
    with pytest.raises(NoRoom, match=r"spool: .+; an answer could not be kept, nothing sent$"):
        spool.set_aside(uuid4())
    assert list(spool.folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_no_room(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NoRoom, match="an answer could not be kept, nothing sent"):
        Spool(tmp_path / "file" / "spool").set_aside(uuid4())


@pytest.mark.django_db(transaction=True)
def test_without_room_nothing_is_sent_and_nothing_is_left(stage, monkeypatch):
    monkeypatch.setattr(spool_module, "LEAST_FREE", 2**60)
    call = odds("basketball_nba", Wanted(markets=("h2h",), regions=("us",)))
    with stage.gate() as gate:
        for attempt in (gate.probe, lambda: gate.call(call, Purpose.LIVE)):
            with pytest.raises(NoRoom):
                attempt()
    assert stage.sandbox.ledger.entries == []
    assert not FetchLog.objects.exists()
    assert list(stage.terms.spool.iterdir()) == []
