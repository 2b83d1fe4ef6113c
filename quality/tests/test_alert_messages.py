"""What is told: safe to pass on, short, and several in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.alerts.channels import LONGEST_ON_DISCORD, DiscordAlert, escaped
from quality.alerts.messages import LONGEST_TEXT, Message, clean, in_one_line, summed
from quality.choices import Severity

WEBHOOK = "https://discord.com/api/webhooks/123456789012345678/CANARYaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def message(title="Something", severity=Severity.WARNING, text="is so", key="a"):
    return Message(key=key, severity=severity, title=title, text=text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\x00b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}[31mred"),
        ("Lakers\u202erekaL", "Lakers\N{REPLACEMENT CHARACTER}rekaL"),
        ("two\r\nlines\tand\u00a0a tab", "two\nlines and a tab"),
        ("over\rwritten", "over written"),
        ("Mazëika Žižkov 🏀", "Mazëika Žižkov 🏀"),
    ],
)
def test_nothing_steers_whatever_shows_it(text, told):
    assert clean(text, 100) == told


@given(st.text(max_size=300))
def test_clean_text_can_be_stored_and_is_short(text):
    told = clean(text, 50)
    assert len(told) <= 50
    assert all(char.isprintable() or char == "\n" for char in told)
    told.encode()


def test_a_line_stays_one_and_is_cut():
    assert in_one_line("a\nb  \t c", 20) == "a b c"
    assert in_one_line("x" * 10_000, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@everyone", "@\u200beveryone"),
        ("<@123> <@&9>", r"\<@" + "\u200b" + r"123\> \<@" + "\u200b" + r"&9\>"),
        ("**bold** _it_ ~~x~~ `c` ||s||", r"\*\*bold\*\* \_it\_ \~\~x\~\~ \`c\` \|\|s\|\|"),
        ("# [win](https://evil.example)", r"\# \[win\]\(https\:" + "\u200b" + r"//evil\.example\)"),
        (":smile: 1. - >", r"\:smile\: 1\. \- \>"),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_discord_shows_what_was_said_and_calls_nobody(name, shown):
    assert escaped(name) == shown


@given(st.text(alphabet="*_@:/ab\n<", max_size=4000), st.integers(10, 2000))
def test_an_escaped_text_is_never_too_long_nor_cut_within_an_escape(text, longest):
    told = escaped(text, longest)
    assert len(told) <= longest
    assert len(told.removesuffix("…")) - len(told.removesuffix("…").rstrip("\\")) in (0, 2)


def test_a_message_fits_discord_however_much_has_to_be_escaped():
    _, body = DiscordAlert(WEBHOOK).written(message(title="*" * 200, text="_" * LONGEST_TEXT))
    assert len(body) <= LONGEST_ON_DISCORD
    assert body.startswith(r"**Warning\: \*\*")
    assert body.endswith("…")


def test_one_message_stays_as_it_is_and_several_are_one_with_the_worst_first():
    alone = message()
    assert summed([alone]) is alone
    both = summed([alone, message("The disk is full", Severity.CRITICAL, "no\nroom")])
    assert both.severity is Severity.CRITICAL
    assert both.heading == "Critical: 2 messages"
    assert both.text.splitlines() == ["• Critical: The disk is full. no room", "• Warning: Something. is so"]


def test_a_hundred_messages_are_a_short_one():
    told = summed([message(f"Number {number}", text="x" * 400) for number in range(100)])
    assert len(told.text) <= LONGEST_TEXT
    assert told.text.splitlines()[-1].startswith("… and 9")
