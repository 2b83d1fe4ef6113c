"""Real processes that collect into the test's own database, from a sandbox of this process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from oddsproject.settings import BASE_DIR


def environment(base_url: str, folder: Path, **more: str) -> dict[str, str]:
    """What a process needs to collect from `base_url` into this database, with its files in `folder`."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "collectors.tests.settings_of_child",
        "DATABASE": str(connection.settings_dict["NAME"]),
        "POSTGRES_ROOT": str(settings.DATABASES["default"]["OPTIONS"].get("root", "")),
        "VAR_DIR": str(folder),
        "ODDS_API_BASE_URL": base_url,
        "ODDS_API_QUOTA": "1000000",
        "BACKUP_DAILY": "false",
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "WARNING",
        **more,
    }


def manage(*arguments: str, env: dict[str, str], **options: object) -> subprocess.Popen:
    """A command of the project, its output kept together."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=BASE_DIR, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
    )  # fmt: skip
