"""A canary for a key: after every kind of call and fault it is nowhere, in no form, whole or in pieces."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from collectors.models import FetchLog, RawResponse
from collectors.sandbox.faults import Fault
from collectors.sandbox.server import Sandbox

from .children import environment, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Signs that a URL has to quote, and pieces that cannot be there by chance.
KEY = "Cänary+Wx7/Zq9&Kj2=Vb5 Tn8?Hs4#Lp6"
PIECE = 8
FAULTS = [
    Fault("echo_key", endpoint="odds", times=1, status=500), Fault("echo_key", endpoint="odds", times=1, status=422),
    Fault("body", endpoint="scores", times=1, sample="html"), Fault("reset_after_charge", endpoint="events", times=1),
    Fault("redirect", endpoint="sports", times=1), Fault("status", endpoint="events", times=1, status=503),
]  # fmt: skip

COMMANDS = [
    ["fetch_odds"], ["fetch_scores"], ["update_event_status"], ["status", "--verbose"], ["quota", "--forecast"],
    ["show_config"], ["fetch_odds", "--dry-run"],
]  # fmt: skip


def forms() -> set[bytes]:
    """The key as it could be written: raw, quoted, in base64, and any eight signs of it in a row."""
    raw = KEY.encode()
    whole = {
        raw,
        quote_plus(KEY).encode(),
        quote(KEY, safe="").encode(),
        quote(KEY).encode(),
        base64.b64encode(raw),
        raw.hex().encode(),
    }
    pieces = {KEY[start : start + PIECE].encode() for start in range(len(KEY) - PIECE + 1)}
    quoted = quote(KEY, safe="")
    return whole | pieces | {quoted[start : start + 12].encode() for start in range(len(quoted) - 11)}


def dump() -> bytes:
    server = connection.server
    command = [server.programs.path("pg_dump"), "-h", server.join(), "-U", "postgres", connection.settings_dict["NAME"]]
    return subprocess.run([str(part) for part in command], capture_output=True, check=True).stdout


def pages() -> dict[str, bytes]:
    """Every list and every row's page of the collector's admin, its own page, the overview, health and readiness."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    urls = ["/health/", "/ready/", "/", "/collecting/", "/admin/"]
    for model in [
        *apps.get_app_config("collectors").get_models(),
        *apps.get_app_config("django_apscheduler").get_models(),
    ]:
        place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        urls += [place, *(f"{place}{row.pk}/change/" for row in model.objects.all()[:50])]
    return {url: client.get(url).content for url in urls}


def test_the_key_is_nowhere(tmp_path: Path):
    if connection.vendor != "postgresql" or not hasattr(connection, "server"):
        pytest.skip("needs the embedded server's pg_dump")
    with Sandbox(quota=1_000_000, rate_limit=100_000, keys=(KEY,)) as sandbox:
        env = environment(sandbox.url, tmp_path, ODDS_API_KEY=KEY, LOG_LEVEL="DEBUG", DEBUG="true")
        told = {}
        for number in range(2):
            sandbox.faults.add(*(FAULTS if number == 0 else []))
            for command in COMMANDS if number == 0 else COMMANDS[:3]:  # once more without a fault
                told[f"{number} {command}"] = manage(*command, env=env).communicate(timeout=90)[0].encode()
            FetchLog.objects.update(tick=None)
            connection.cursor().execute("DELETE FROM collectors_jobtick")
        echoed = manage("fetch_odds", env={**env, "ODDS_API_KEY": KEY[:-1]}).communicate(timeout=90)[0].encode()
    assert RawResponse.objects.filter(call__http_status=500).exists(), "the key was repeated to us"
    assert b"INVALID_KEY" in echoed
    seen = {
        **told, **pages(), "a refused key": echoed, "database": dump(),
        **{str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()},
    }  # fmt: skip
    assert any("odds_pipeline.log" in name for name in seen)
    found = [(name, form) for name, content in seen.items() for form in forms() if form in content]
    assert found == []
