"""Secrets: which settings are, how they are shown to people, and how they are kept out of logs.

A log must not hold them in any form in which something else may have written them: in an address, in an exception of
an HTTP client, in base64. So they are looked for by value in all that is logged, whoever logs it.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

REDACTED = "[redacted]"

# Settings that are secrets as a whole, and those of which only the password is one.
SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|WEBHOOK_URL|ALERT_URLS?)$")
HOLDS_PASSWORD = frozenset({"DATABASE_URL"})

# Shorter ones would be found in ordinary words; longer ones also where only their beginning is left.
SHORTEST = 6
BEGINNING = 8
LONG = 16
DEPTH = 5

NAMED = re.compile(r"(api_?key(?:=|%3D))(?!\[redacted)[^&\s\"'<>#)\]}]+", re.IGNORECASE)
USERINFO = re.compile(r"(://[^\s/:@]*:)[^\s/@]+@")
SECRET_KEYS = frozenset({"apikey", "api_key", "authorization", "cookie", "password", "secret_key"})


def is_secret(name: str) -> bool:
    """Whether the whole value of the setting of this name is a secret."""
    return SECRET.search(name) is not None


def masked(secret: str) -> str:
    """What a person may see of a secret: whether it is set, and of a long one the end."""
    if not secret:
        return "not set"
    return f"set (ends in {secret[-4:]})" if len(secret) >= 12 else "set"


def masked_url(url: str) -> str:
    """The address with its password, also one among its parameters, replaced."""
    url = USERINFO.sub(r"\1***@", url)
    return re.sub(r"((?:password|key|token|secret)=)[^&\s]+", r"\1***", url, flags=re.IGNORECASE)


def secret_values(settings: Mapping[str, Any]) -> set[str]:
    """The secrets in these settings, by name: whole values, passwords, and what gives access in an address."""
    found: set[str] = set()
    for name, value in settings.items():
        for text in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
            if is_secret(name):
                found |= {text, *_address_parts(text)}
            if "://" in text:
                found |= set(_passwords(text))
    return {secret for secret in found if len(secret) >= SHORTEST}


def _passwords(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return
    yield from (password, unquote(password))


def _address_parts(url: str) -> Iterator[str]:
    """HTTP clients name an address without its host: what is secret in it is the path, or a long part of it."""
    if "://" in url:
        yield from (part for part in re.split(r"[/?&=@:]+", url.partition("://")[2]) if len(part) >= LONG)


class Redactor:
    """Replaces secrets in texts and in structlog's records; as a processor it belongs right before the renderer."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
        self._needles = tuple({_needle(form) for form in self._forms})

    def __call__(self, logger: Any, method: str, record: Mapping[str, Any]) -> dict[str, Any]:
        return {self.text(key): self._entry(key, value, 0) for key, value in record.items()}

    def text(self, text: str) -> str:
        """The text without secrets. One look for each form when there are none."""
        if any(needle in text for needle in self._needles):
            for form in self._forms:
                text = text.replace(form, REDACTED)
            for form in self._forms:
                text = _without_beginnings(text, form)
        if "=" in text or "%" in text:
            text = NAMED.sub(rf"\1{REDACTED}", text)
        if "://" in text:
            text = USERINFO.sub(rf"\1{REDACTED}@", text)
        return text

    def _entry(self, key: Any, value: Any, depth: int) -> Any:
        if isinstance(key, str) and key.lower() in SECRET_KEYS and value:
            return REDACTED
        return self._value(value, depth)

    def _value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if depth < DEPTH:
            if isinstance(value, Mapping):
                return {self._key(key): self._entry(key, item, depth + 1) for key, item in value.items()}
            if isinstance(value, list | tuple | set | frozenset):
                return [self._value(item, depth + 1) for item in value]
        return self._object(value)

    def _key(self, key: Any) -> Any:
        clean = self._value(key, DEPTH)
        return clean if clean is None or isinstance(clean, str | bool | int | float) else str(clean)

    def _object(self, value: Any) -> Any:
        """The value itself, unless a renderer, which shows its repr(), would show a secret."""
        try:
            shown = repr(value)
        except Exception as error:
            return f"<{type(value).__name__} without repr: {type(error).__name__}>"
        clean = self.text(shown)
        return value if clean == shown and not hasattr(value, "__structlog__") else clean


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret is written: itself, escaped for JSON, Python, HTML or an address, and in base64."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)
        yield quote(quoted, safe="")
    # In base64 what comes before shifts the characters: three ways. The first and last may hold bits of the neighbours.
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            encoded = encode(b"\0" * before + secret.encode()).decode().rstrip("=")
            inner = encoded[(before * 8 + 5) // 6 : (before + len(secret.encode())) * 8 // 6]
            if len(inner) >= SHORTEST:
                yield inner


def _needle(form: str) -> str:
    """What to look for: of a long form its beginning, should the rest have been cut off; an address has no own one."""
    return form[:BEGINNING] if len(form) >= LONG and "://" not in form else form


def _without_beginnings(text: str, form: str) -> str:
    needle, pieces, at = _needle(form), [], 0
    while (start := text.find(needle, at)) >= 0:
        pieces += [text[at:start], REDACTED]
        at = start + len(needle)
        while at - start < len(form) and text[at : at + 1] == form[at - start]:
            at += 1
    return "".join([*pieces, text[at:]]) if pieces else text
