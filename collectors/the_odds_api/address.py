"""Where the key may be sent, pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

PROVIDER_HOSTS = ("api.the-odds-api.com", "ipv6-api.the-odds-api.com")


def base_url_problem(url: str) -> str:
    """Why the key must not be sent to this address, in words without the address; "" if it may."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in url):
        return "holds a blank or another character that no address has"
    if "@" in parts.netloc:
        return "holds a user or a password; only ODDS_API_KEY identifies you"
    if parts.query or parts.fragment:
        return "has something behind its path"
    if _is_loopback(host):
        return "" if parts.scheme in ("http", "https") else f"has the scheme {parts.scheme!r}"
    if host not in PROVIDER_HOSTS:
        return f"leads to {host!r}, which is not the provider"
    if parts.scheme != "https" or port not in (None, 443):
        return "would send the key unencrypted, or to an unusual port"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
