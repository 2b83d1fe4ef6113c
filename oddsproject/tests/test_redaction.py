"""Secrets are found in every form in which something may have written them, and shown to nobody."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oddsproject.redaction import REDACTED, Redactor, is_secret, masked, masked_url, secret_values

KEY = "CANARY9f8e7d6c5b4a39281706f5e4d3c2b1a0"
AWKWARD = 'p@ss/w:rd+"q&<ü>\\ 100%'
HOOK = "https://discord.com/api/webhooks/1234567890/abcdefghijklmnopqrstuvwxyz-ABCDEF_0123456789"


@pytest.fixture
def redactor() -> Redactor:
    return Redactor([KEY, AWKWARD])


@pytest.mark.parametrize("secret", [KEY, AWKWARD])
@pytest.mark.parametrize(
    "write",
    [
        str,
        repr,
        json.dumps,
        html.escape,
        quote_plus,
        lambda secret: quote(secret, safe=""),
        lambda secret: quote(quote(secret, safe=""), safe=""),
        lambda secret: quote(secret, safe="").lower() if secret == AWKWARD else secret,
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
        lambda secret: base64.b64encode(b"u:" + secret.encode() + b"!").decode(),
        lambda secret: base64.b64encode(b"me:" + secret.encode()).decode(),
        lambda secret: base64.b64encode(b"user:" + secret.encode()).decode(),
    ],
)
def test_every_form_is_found(redactor, secret, write):
    written = write(secret)
    shown = redactor.text(f"before {written} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert REDACTED in shown
    assert not any(shown.find(written[at : at + 8]) >= 0 for at in range(len(written) - 8))


def test_a_secret_that_was_cut_off_is_found(redactor):
    assert redactor.text(f"GET /v4/sports?k={KEY[:20]}…") == f"GET /v4/sports?k={REDACTED}…"


def test_the_rest_stays_as_it_is(redactor):
    text = "odds_fetched 30 of 30: 100 % at https://example.org/a?markets=h2h,spreads [ok]"
    assert redactor.text(text) is text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/odds?apiKey=other&regions=us", f"/odds?apiKey={REDACTED}&regions=us"),
        ("/odds?regions=us&api_key=other'", f"/odds?regions=us&api_key={REDACTED}'"),
        ("next=%2Fodds%3FapiKey%3Dother", f"next=%2Fodds%3FapiKey%3D{REDACTED}"),
        (f"/odds?apiKey={KEY}", f"/odds?apiKey={REDACTED}"),
        ("postgres://odds:other@db/odds", f"postgres://odds:{REDACTED}@db/odds"),
    ],
)
def test_what_is_a_secret_by_its_name_is_found_without_knowing_it(redactor, text, shown):
    assert redactor.text(text) == shown


def test_a_record_is_searched_to_its_ends(redactor):
    class Shows:
        def __repr__(self) -> str:
            return f"<request to /odds?apiKey={KEY}>"

    class Breaks:
        def __repr__(self) -> str:
            raise RuntimeError(KEY)

    loop: list = [KEY]
    loop.append(loop)
    record = {
        "event": f"asked with {KEY}",
        KEY: 1,
        "nested": {"list": [{"deep": (KEY, 2)}], KEY: None, (1, KEY): True},
        "bytes": KEY.encode(),
        "object": Shows(),
        "broken": Breaks(),
        "error": ValueError(KEY),
        "apiKey": "short",
        "headers": {"Authorization": "Bearer other"},
        "loop": loop,
        "count": 3,
        "nothing": None,
    }
    clean = redactor(None, "info", record)
    assert "CANARY" not in repr(clean)
    assert "short" not in repr(clean)
    assert "other" not in repr(clean)
    assert clean["count"] == 3
    assert clean["nothing"] is None
    assert KEY in record["event"], "other handlers get the record as it was"


@given(st.text(min_size=6), st.text(), st.text())
def test_no_secret_survives_whatever_surrounds_it(secret, before, after):
    redactor = Redactor([secret])
    if secret not in REDACTED:
        assert secret not in redactor.text(before + secret + after).replace(REDACTED, "\0")


def test_what_is_secret_among_the_settings():
    found = secret_values(
        {
            "ODDS_API_KEY": KEY,
            "SECRET_KEY": "s" * 50,
            "DATABASE_URL": "postgres://odds:p%40ssword1@db:5432/odds",
            "DISCORD_WEBHOOK_URL": HOOK,
            "ALERT_URLS": ["tgram://bot-token-of-telegram/chat"],
            "SPORTS": ["basketball_nba"],
            "LOG_LEVEL": "INFO",
            "EMPTY_KEY": "",
        }
    )
    assert {KEY, "s" * 50, "p%40ssword1", "p@ssword1", HOOK, HOOK.rpartition("/")[2], "bot-token-of-telegram"} <= found
    assert not found & {"basketball_nba", "INFO", "", "odds", "db"}


def test_an_address_that_is_secret_is_found_without_its_host_and_leaves_other_addresses():
    redactor = Redactor(secret_values({"DISCORD_WEBHOOK_URL": HOOK}))
    path = HOOK.partition("discord.com")[2]
    assert "abcdefgh" not in redactor.text(f"Max retries exceeded with url: {path}?wait=true")
    assert redactor.text("https://discord.com/api") == "https://discord.com/api"


@pytest.mark.parametrize(
    ("secret", "shown"),
    [("", "not set"), ("short-one", "set"), ("x" * 11, "set"), ("x" * 8 + "3f2a", "set (ends in 3f2a)")],
)
def test_people_see_four_characters_at_most(secret, shown):
    assert masked(secret) == shown


def test_an_address_is_shown_without_its_password():
    shown = masked_url("postgres://odds:hunter2@db/odds?sslpassword=x&a=1")
    assert shown == "postgres://odds:***@db/odds?sslpassword=***&a=1"
    assert masked_url("https://api.the-odds-api.com/v4") == "https://api.the-odds-api.com/v4"


@pytest.mark.parametrize("name", ["ODDS_API_KEY", "SECRET_KEY", "DISCORD_WEBHOOK_URL", "ALERT_URLS", "SOME_TOKEN"])
def test_settings_to_come_are_secret_by_their_names(name):
    assert is_secret(name)
