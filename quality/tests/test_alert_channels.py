"""Channels over real sockets: what gets through, what is told where it does not, and that no address shows."""

from __future__ import annotations

import logging
import socket
from types import SimpleNamespace

import pytest

from oddsproject.redaction import Redactor, secret_values
from quality.alerts.channels import AppriseAlert, DiscordAlert, Undelivered, channel, channels_of, is_known
from quality.alerts.messages import Message
from quality.choices import Severity

from .alert_server import AlertServer

TOKEN = "CANARY" + "x" * 60
WEBHOOK = f"https://discord.com/api/webhooks/123456789012345678/{TOKEN}"


def message(severity=Severity.ERROR, title="No odds come in", text="since <b>12:30</b>"):
    return Message(key="a", severity=severity, title=title, text=text)


def config(urls=(), webhook=""):
    return SimpleNamespace(ALERT_ENABLED=True, ALERT_URLS=list(urls), DISCORD_WEBHOOK_URL=webhook)


def test_a_message_arrives_as_it_was_written():
    with AlertServer() as server:
        channel(server.address).send(message())
    (told,) = server.taken
    assert (told["title"], told["message"]) == ("Error: No odds come in", "since <b>12:30</b>")
    assert told["type"] == "failure"


@pytest.mark.parametrize(("status", "reason"), [(404, "error=404"), (500, "error=500"), (429, "error=429")])
def test_a_refusal_is_told_without_the_address(status, reason):
    with AlertServer(refusals=1, status=status) as server:
        with pytest.raises(Undelivered, match=reason) as raised:
            channel(server.address).send(message())
        assert "CANARY" not in str(raised.value)
        channel(server.address).send(message())
    assert len(server.taken) == 1


def test_nobody_there_is_a_refusal_too():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Undelivered, match="onnection") as raised:
        channel(f"json://127.0.0.1:{port}/CANARY0123").send(message())
    assert "CANARY" not in str(raised.value)


def test_a_channel_that_hangs_is_left_after_its_time_and_not_asked_again_meanwhile():
    with AlertServer(hangs=True) as server:
        hanging = AppriseAlert(server.address + "?rto=60")
        hanging.deadline = 0.3
        with pytest.raises(Undelivered, match=r"no answer within 0\.3 s"):
            hanging.send(message())
        with pytest.raises(Undelivered, match="still busy"):
            hanging.send(message())
        assert server.asked.acquire(timeout=5)
        assert not server.asked.acquire(blocking=False)


def test_discord_gets_what_was_said_and_nobody_is_called(monkeypatch):
    from apprise.plugins.discord import NotifyDiscord

    with AlertServer() as server:
        address = server.address.replace("json://", "http://").rpartition("/")[0]
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"{address}/api/webhooks")
        DiscordAlert(WEBHOOK).send(message(title="@everyone **free**", text="[Lakers](https://evil.example) <@1>"))
    (told,) = server.taken
    assert told["path"] == f"/api/webhooks/123456789012345678/{TOKEN}"
    lines = told["content"].split("\n")
    assert lines[0] == "**Error\\: @\u200beveryone \\*\\*free\\*\\***"
    assert lines[1] == "\\[Lakers\\]\\(https\\:\u200b//evil\\.example\\) \\<@\u200b1\\>"
    assert "embeds" not in told


@pytest.mark.parametrize(
    "url",
    [
        f"http://discord.com/api/webhooks/1/{TOKEN}",
        f"https://evil.example/api/webhooks/1/{TOKEN}",
        f"https://discord.com.evil.example/api/webhooks/1/{TOKEN}",
        f"https://discord.com@evil.example/api/webhooks/1/{TOKEN}",
        f"https://evil.example/https://discord.com/api/webhooks/1/{TOKEN}",
        f"https://discord.com/api/webhooks/1/{TOKEN}/../../x",
        f"discord://1/{TOKEN}",
        TOKEN,
    ],
)
def test_a_webhook_goes_to_discord_by_https_or_nowhere(url):
    channels, mistakes = channels_of(config(webhook=url))
    assert channels == []
    assert mistakes == [("DISCORD_WEBHOOK_URL", "is no https address of a webhook at discord.com")]


@pytest.mark.parametrize("host", ["discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"])
def test_every_host_of_discord_is_one(host):
    (only,), mistakes = channels_of(config(webhook=WEBHOOK.replace("discord.com", host)))
    assert isinstance(only, DiscordAlert)
    assert mistakes == []


def test_a_channel_may_take_only_what_is_severe_enough():
    least = channel("ERROR+json://127.0.0.1:1/x")
    assert [each for each in Severity if least.takes(each)] == [Severity.ERROR, Severity.CRITICAL]
    assert all(channel("json://127.0.0.1:1/x").takes(each) for each in Severity)


def test_discord_is_discord_however_it_is_written_and_each_channel_is_one():
    urls = [f"discord://123456789012345678/{TOKEN}", f"warning+{WEBHOOK}", "json://127.0.0.1:1", "nonsense"]
    channels, mistakes = channels_of(config(urls, WEBHOOK))
    assert [type(each) for each in channels] == [DiscordAlert, AppriseAlert]
    assert [each.setting for each in mistakes] == ["ALERT_URLS, entry 4"]


def test_an_address_of_no_service_is_known_as_such():
    assert is_known("error+json://127.0.0.1:1")
    assert is_known(WEBHOOK)
    assert not is_known("error+nonsense://CANARY/x")
    with pytest.raises(Undelivered, match="no service is known by this address"):
        channel("nonsense://CANARY0123456789/x").send(message())


def test_no_address_is_in_a_name_nor_in_the_logs(caplog):
    caplog.set_level(logging.DEBUG)
    with AlertServer(refusals=1) as server:
        entries = [f"error+{server.address}", server.address.replace("127.0.0.1", "localhost") + "?method=put"]
        redact = Redactor(secret_values({"ALERT_URLS": entries, "DISCORD_WEBHOOK_URL": WEBHOOK}))
        for each in [*channels_of(config(entries, WEBHOOK))[0]]:
            assert "CANARY" not in each.name
            assert TOKEN[:10] not in repr(each)
        with pytest.raises(Undelivered):
            channel(entries[0]).send(message())
        channel(entries[0]).send(message())
    logged = [redact.text(record.getMessage()) for record in caplog.records]
    assert any("JSON POST URL" in line for line in logged), "apprise tells the address to its log"
    assert "CANARY" not in "".join(logged)
