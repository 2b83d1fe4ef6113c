"""What a fresh installation needs before it can be used. Each step does nothing where it has been done."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.core.management import call_command

ADMIN = "admin"


def migrate() -> None:
    """Bring the tables up to date."""
    call_command("migrate", verbosity=0, interactive=False)


def ensure_admin() -> str | None:
    """Make an administrator where there is none and return the password, kept nowhere; None if there was one."""
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(15)
    users.create_superuser(ADMIN, password=password)
    return password
