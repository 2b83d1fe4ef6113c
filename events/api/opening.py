"""Whether the API is open without a login: only on this machine, of a server that nobody else can reach by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings

LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}
# Whoever sets these speaks for somebody else, who may sit anywhere.
OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def is_open_to(meta: Mapping[str, Any]) -> bool:
    """Whether a request, of which this is the environment, needs no login."""
    if not settings.API_OPEN or not_local(settings.ALLOWED_HOSTS) or settings.HTTPS:
        return False
    return not any(name in meta for name in OF_PROXIES) and _is_loopback(meta.get("REMOTE_ADDR", ""))


def not_local(hosts: Iterable[str]) -> list[str]:
    """Those of these names that others can reach."""
    return [host for host in hosts if host not in LOCAL_NAMES]


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
