"""`manage.py test_alerts`, the checks of its settings, and the list in the admin: no address shows anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from oddsproject.settings import BASE_DIR
from quality import alert_admin  # noqa: F401 - registers its page
from quality.alerts.manager import AlertManager
from quality.checks import check_alerts, check_services
from quality.models import Alert

from .alert_server import AlertServer

WEBHOOK = "https://discord.com/api/webhooks/123456789012345678/CANARYxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"


@pytest.fixture(autouse=True)
def _nothing_set(settings):
    settings.ALERT_ENABLED, settings.ALERT_URLS, settings.DISCORD_WEBHOOK_URL = False, [], ""


def run(*arguments: str) -> tuple[str, str]:
    """What it prints, and the error that it ends with, if any."""
    out = StringIO()
    try:
        call_command("test_alerts", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_a_message_goes_through_every_channel_at_once(settings):
    with AlertServer() as one, AlertServer() as other:
        settings.ALERT_URLS = [one.address, f"critical+{other.address}?x=1"]
        settings.ALERT_ENABLED = True
        out, error = run()
        assert error == ""
        assert out.splitlines() == ["✓ json://…cdef: sent", "– json://…?x=1: takes critical or worse"]
        assert (one.titles, other.titles) == (["Warning: A test of alerts"], [])
        out, _ = run("--severity", "critical")
        assert out.splitlines() == ["✓ json://…cdef: sent", "✓ json://…?x=1: sent"]


def test_what_fails_is_told_with_its_reason_and_by_the_exit_code(settings):
    with AlertServer(refusals=1, status=404) as server:
        settings.ALERT_URLS = [server.address, "CANARY0123456789"]
        settings.DISCORD_WEBHOOK_URL = WEBHOOK.replace("https", "http")
        out, error = run()
    lines = out.splitlines()
    assert lines[0].startswith("✗ json://…cdef: ")
    assert "error=404" in lines[0]
    assert lines[1:] == [
        "✗ ALERT_URLS, entry 2: is no address such as discord://…, tgram://… or mailtos://…",
        "✗ DISCORD_WEBHOOK_URL: is no https address of a webhook at discord.com",
        "– ALERT_ENABLED is off: nothing but this is sent",
    ]
    assert error == "3 of 3 channels failed"
    assert "CANARY" not in out


def test_without_a_channel_it_says_where_to_set_one():
    assert run() == ("", "no channel is set: DISCORD_WEBHOOK_URL or ALERT_URLS; .env.example explains them")


def test_a_dry_run_sends_nothing(settings):
    with AlertServer() as server:
        settings.ALERT_URLS = [server.address]
        out, error = run("--dry-run")
        assert (out.splitlines()[0], error, server.taken) == ("– json://…cdef: not sent", "", [])


def test_json_is_one_document(settings):
    with AlertServer(refusals=1) as server:
        settings.ALERT_URLS = [server.address]
        out, _ = run("--json", "--severity", "error")
    document = json.loads(out)
    (channel,) = document.pop("channels")
    assert document == {"enabled": False, "severity": "error"}
    assert (channel["channel"], channel["outcome"], channel["least_severity"]) == ("json://…cdef", "failed", "info")
    assert "error=503" in channel["reason"]


@pytest.mark.parametrize(
    ("values", "id", "message"),
    [
        ({"ALERT_ENABLED": True}, "W002", "ALERT_ENABLED is on and there is no channel, so nobody is told anything."),
        (
            {"DISCORD_WEBHOOK_URL": WEBHOOK.replace("https", "http")}, "W001",
            "DISCORD_WEBHOOK_URL is no https address of a webhook at discord.com; nothing is sent there.",
        ),
        (
            {"ALERT_URLS": ["json://127.0.0.1", "CANARY"]}, "W001",
            "ALERT_URLS, entry 2 is no address such as discord://…, tgram://… or mailtos://…; nothing is sent there.",
        ),
        ({"ALERT_SUMMARY_HOUR": 24}, "W003", "ALERT_SUMMARY_HOUR is 24, so there is no summary."),
    ],
)  # fmt: skip
def test_settings_that_will_not_do_what_they_seem_to_are_told(settings, values, id, message):
    assert check_alerts(None) == []
    for name, value in values.items():
        setattr(settings, name, value)
    (found,) = check_alerts(None)
    assert (found.id, found.msg) == (f"quality.{id}", message)
    assert found.hint


def test_a_service_that_nobody_knows_is_told_for_a_deployment(settings):
    settings.ALERT_URLS = ["json://127.0.0.1", "critical+nonsense://CANARY"]
    (found,) = check_services(None)
    assert (found.id, found.msg) == ("quality.W004", "ALERT_URLS, entry 2 is of no service that apprise knows.")


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments], cwd=BASE_DIR, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_no_address_is_shown_among_the_settings(tmp_path):
    shown = manage(
        "manage.py", "show_config", VAR_DIR=str(tmp_path), DISCORD_WEBHOOK_URL=WEBHOOK,
        ALERT_URLS=f"error+{WEBHOOK},tgram://CANARY123456789:CANARYabcdefgh/CANARY1,json://CANARY",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "CANARY" not in shown.stdout + shown.stderr


def test_no_other_command_waits_for_apprise_to_load(tmp_path):
    done = manage(
        "-X", "importtime", "manage.py", "check",
        VAR_DIR=str(tmp_path), ALERT_ENABLED="true", DISCORD_WEBHOOK_URL=WEBHOOK,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "quality.alerts.channels" in done.stderr
    assert "apprise" not in done.stderr


@pytest.mark.django_db
def test_the_admin_lists_what_was_told_and_changes_nothing(settings):
    settings.ALERT_ENABLED, settings.ALERT_URLS = True, ["json://127.0.0.1/x"]
    AlertManager().alert("<script>alert(1)</script>", "critical", key="key", title="<b>@everyone</b>")
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    listed = client.get("/admin/quality/alert/").content.decode()
    assert "&lt;b&gt;@everyone&lt;/b&gt;" in listed
    row = Alert.objects.get()
    page = client.get(f"/admin/quality/alert/{row.pk}/change/").content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert client.post(f"/admin/quality/alert/{row.pk}/change/", {"title": "x"}).status_code == 403
    assert client.post(f"/admin/quality/alert/{row.pk}/delete/", {"post": "yes"}).status_code == 403
