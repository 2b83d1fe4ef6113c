"""Recorded answers from files: every form they come in, and every way they are damaged."""

import gzip
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collectors.recorded import RecordingOptions, import_responses
from events.models import Event
from odds.fingerprint import fingerprint
from odds.models import Odds, OddsSnapshot

from .factories import NOON, book, event, h2h, market, outcome, score, spreads

pytestmark = pytest.mark.django_db
AT_NOON = RecordingOptions(captured_at=NOON)


@pytest.fixture
def save(tmp_path):
    def save(content, name="answer.json"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return save


def line(body, captured_at="2026-01-14T12:00:00+00:00") -> bytes:
    return json.dumps({"captured_at": captured_at, "response": body}).encode() + b"\n"


def run(*args, **options) -> dict:
    out = StringIO()
    call_command("import_responses", *args, as_json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ([event(book("fanduel", h2h()))], {"snapshots": 1, "price_points": 2}),
        (
            event(book("fanduel", market("player_points", outcome("Over", -110, point=20.5)))),
            {"snapshots": 1, "runs": 1},
        ),
        ([score()], {"scores": 1, "events": 1, "snapshots": 0}),
        ([score(completed=False, scores=None)], {"scores": 0, "events": 1}),
        ([{key: value for key, value in event().items() if key != "bookmakers"}], {"events": 1, "snapshots": 0}),
        ([], {"events": 0, "unreadable": 0, "responses": 1}),
    ],
    ids=["odds", "odds of one event", "scores", "scores to come", "events", "nothing"],
)
def test_answers_are_told_apart_by_shape(save, body, stored):
    document = run(save(body), captured_at="2026-01-15T12:00:00Z")
    assert {name: document[name] for name in stored} == stored
    assert document["problems"] == []


@pytest.mark.parametrize("data", [[event(book("fanduel", h2h()))], event(book("fanduel", h2h()))])
def test_a_historical_answer_is_stored_at_its_own_timestamp(save, data):
    wrapper = {
        "timestamp": "2026-01-13T12:10:39Z",
        "previous_timestamp": "2026-01-13T12:05:39Z",
        "next_timestamp": None,
        "data": data,
    }
    run(save(wrapper), captured_at="2026-01-14T12:00:00Z")
    assert OddsSnapshot.objects.get().snapshot_time.isoformat() == "2026-01-13T12:10:39+00:00"


@pytest.mark.parametrize("name", ["answers.jsonl", "answers.jsonl.gz", "answers.txt"])
def test_lines_carry_their_own_time(save, name):
    lines = b"".join(
        line([event(book("fanduel", h2h(home=home)))], f"2026-01-14T12:{minute}:00+00:00")
        for minute, home in ((10, -150), (20, -160))
    )
    document = run(save(lines, name))
    assert (document["snapshots"], document["price_points"], document["runs"]) == (2, 4, 3)


def test_one_line_and_an_indented_file_are_read_too(save):
    run(save(line([event(book("fanduel", h2h()))]), "one.jsonl"))
    run(
        save(json.dumps([event(book("fanduel", h2h()), id="b" * 32)], indent=2).encode()),
        captured_at="2026-01-14T12:00Z",
    )
    run(
        save(b"\xef\xbb\xbf" + json.dumps([event(book("fanduel", h2h()), id="c" * 32)]).encode()),
        captured_at="2026-01-14T12:00Z",
    )
    assert OddsSnapshot.objects.count() == 3


def test_a_malformed_line_is_named_and_the_others_stored(save):
    good = line([event(book("fanduel", h2h()))])
    later = line([event(book("fanduel", h2h()))], "2026-01-14T12:10:00+00:00")
    naive = line([event(book("fanduel", h2h()))], "2026-01-14T12:20:00")
    path = save(
        good + b'{"captured_at": "2026-01-14T12:05:00Z", "response": [{"id"\n' + later + b"\n" + naive, "x.jsonl"
    )
    document = run(path)
    assert document["snapshots"] == 2
    assert document["unreadable"] == 2
    texts = [problem["text"] for problem in document["problems"]]
    assert texts[0].startswith("x.jsonl:2: not JSON: ")
    assert texts[1] == "x.jsonl:5: captured_at '2026-01-14T12:20:00' is no instant with a time zone; left out"


def test_a_first_line_that_is_cut_costs_only_itself(save):
    cut = b'{"captured_at": "2026-01-14T12:05:00Z", "resp\n'
    document = run(save(cut + line([event(book("fanduel", h2h()))]), "x.jsonl"))
    assert (document["snapshots"], document["unreadable"]) == (1, 1)
    assert document["problems"][0]["text"].startswith("x.jsonl:1: not JSON: ")


def test_blank_lines_are_nothing(save):
    document = run(save(b"\n" + line([event(book("fanduel", h2h()))]) + b"\n  \n", "x.jsonl"))
    assert (document["snapshots"], document["problems"]) == (1, [])


def test_text_that_no_terminal_can_show_is_reported_all_the_same(save):
    body = json.dumps([event(book("\ud83d", h2h(home=0)))]).encode()
    assert run(save(body), captured_at="2026-01-14T12:00:00Z")["rejected"] == 1


def test_a_bad_event_costs_only_itself(save):
    bad = event(book("fanduel", h2h()), id="b" * 32, commence_time="soon")
    document = run(save([bad, event(book("fanduel", h2h()))]), captured_at="2026-01-14T12:00:00Z")
    assert document["snapshots"] == 1
    assert document["problems"][0]["text"] == (
        f"answer.json, event 0: event {'b' * 32}: commence_time 'soon' is no instant; event skipped; left out"
    )


def test_a_price_that_is_none_is_counted_and_named(save):
    raw = json.dumps([event(book("fanduel", h2h(home=12345678), spreads()))]).replace("12345678", "NaN").encode()
    document = run(save(raw), captured_at="2026-01-14T12:00:00Z")
    assert (document["price_points"], document["rejected"], document["unreadable"]) == (3, 1, 0)
    assert "fanduel h2h: outcome left out" in document["problems"][0]["text"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "Quota reached", "error_code": "OUT_OF_USAGE_CREDITS"}, "neither odds nor scores nor events"),
        ("text", "neither odds nor scores nor events"),
        (None, "neither odds nor scores nor events"),
        ([["bookmakers"]], "expected an event"),
    ],
)  # fmt: skip
def test_what_is_no_answer_ends_with_one_line(save, body, said):
    report = import_responses([save(body)], AT_NOON)
    assert said in report.problems[0].text
    assert "\n" not in report.problems[0].text


def test_html_in_place_of_json_is_named_and_nothing_is_counted(save):
    out = StringIO()
    with pytest.raises(CommandError, match="nothing could be read"):
        call_command("import_responses", save(b"<html>"), stdout=out, captured_at="2026-01-14T12:00Z")
    (only,) = out.getvalue().splitlines()
    assert only.startswith("⚠ answer.json: ")


def test_faults_are_told_by_kind(save):
    out = StringIO()
    body = [event(book("fanduel", h2h(home=0)))]
    call_command("import_responses", save(body), stdout=out, captured_at="2026-01-14T12:00Z")
    told = "New to the quality log: 1 × A side is missing (warning), 1 × Quote that cannot be read (error)"
    assert told in out.getvalue().splitlines()


def test_a_file_without_a_time_asks_for_it_and_says_what_it_knows(save):
    report = import_responses([save([event(book("fanduel", h2h()))])], RecordingOptions())
    assert report.problems[0].text == (
        "answer.json: it does not say when it was captured: give --captured-at "
        "(the newest last_update in it is 2026-01-14T11:59:40Z); left out"
    )


def test_a_damaged_archive_is_read_up_to_the_damage(save):
    lines = b"".join(line([event(book("fanduel", h2h()), id=f"{i:032x}")]) for i in range(2_000))
    path = save(lines, "cut.jsonl.gz")
    path.write_bytes(path.read_bytes()[:-2_000])
    report = import_responses([path], AT_NOON)
    assert 0 < report.snapshots < 2_000
    assert "cut.jsonl.gz: damaged gzip, read up to the damage" in report.problems[-1].text


def test_bytes_that_are_no_text_cost_only_their_event(save):
    bad = json.dumps(event(book("fanduel", h2h()), id="b" * 32, note="X")).encode().replace(b'"X"', b'"\xff"')
    body = b"[" + json.dumps(event(book("fanduel", h2h()))).encode() + b"," + bad + b"]"
    report = import_responses([save(body)], AT_NOON)
    assert report.snapshots == 1
    assert report.problems[0].text == "answer.json, event 1: not UTF-8: invalid start byte at byte 478; left out"


def test_answers_that_cannot_be_joined_cost_only_themselves(save):
    """One event twice at one instant, nested so deep that reading it once more fails."""
    deep = ["[" * depth + "]" * depth for depth in (930, 931)]
    twins = [json.dumps(event(book("fanduel", h2h()), id="b" * 32, note="X")).replace('"X"', note) for note in deep]
    good = json.dumps(event(book("fanduel", h2h())))
    report = import_responses([save(f"[{good},{','.join(twins)}]".encode())], AT_NOON)
    assert Odds.objects.filter(event__api_id="a" * 32).count() == 2
    assert all("nested" in problem.text or "recursion" in problem.text for problem in report.problems)


def test_a_time_before_what_stands_in_the_answer_is_refused(save):
    """Else a price would be known before its book gave it."""
    too_early = RecordingOptions(captured_at=NOON - timedelta(hours=1))
    report = import_responses([save([event(book("fanduel", h2h()))])], too_early)
    assert report.problems[0].text == (
        "answer.json: it was not captured at 2026-01-14T11:00:00Z "
        "(the newest last_update in it is 2026-01-14T11:59:40Z); left out"
    )
    assert not OddsSnapshot.objects.exists()


def test_a_time_still_to_come_is_refused(save):
    with pytest.raises(CommandError, match="--captured-at: 2999-01-01T00:00:00Z is still to come"):
        call_command("import_responses", save([]), captured_at="2999-01-01", stdout=StringIO())


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(CommandError, match="a folder; nothing was imported"):
        call_command("import_responses", tmp_path, stdout=StringIO())


def test_a_missing_file_stops_before_anything_is_stored(save):
    with pytest.raises(CommandError, match=r"nowhere.json: no such file; nothing was imported"):
        call_command(
            "import_responses", save([event(book("fanduel", h2h()))]), "nowhere.json", captured_at="2026-01-14"
        )
    assert not Event.objects.exists()


def test_a_dry_run_counts_and_stores_nothing(save):
    document = run(save([event(book("fanduel", h2h()))]), captured_at="2026-01-14T12:00:00Z", dry_run=True)
    assert (document["snapshots"], document["runs"], document["dry_run"]) == (1, 2, True)
    assert not Event.objects.exists()


def test_batches_and_repeats_give_the_same_tables(save):
    lines = [
        line(
            [event(book("fanduel", h2h(home=-150 - n % 3)), id=f"{i:032x}") for i in range(3)],
            f"2026-01-14T12:{n:02}:00Z",
        )
        for n in range(20)
    ]
    whole, reverse = save(b"".join(lines), "a.jsonl"), save(b"".join(reversed(lines)), "b.jsonl")
    import_responses([whole], RecordingOptions())
    expected = fingerprint()
    import_responses([reverse], RecordingOptions(), batch_size=7)
    assert fingerprint() == expected
    OddsSnapshot.objects.all().delete()
    Odds.objects.all().delete()
    import_responses([reverse], RecordingOptions(), batch_size=7)
    assert fingerprint() == expected


def test_what_was_asked_can_be_told(save):
    run(save([event(book("fanduel", h2h(), spreads()))]), captured_at="2026-01-14T12:00:00Z")
    run(
        save([event(book("fanduel", h2h(home=-160)))]),
        captured_at="2026-01-14T12:30:00Z",
        markets=("h2h",),
        bookmakers=("fanduel",),
    )
    assert OddsSnapshot.objects.latest("snapshot_time").scope.asked == {"h2h": ["fanduel"], "h2h_lay": ["fanduel"]}
    assert Odds.objects.standing().filter(market__key="spreads").count() == 2
