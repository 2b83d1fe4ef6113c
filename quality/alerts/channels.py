"""How a message gets to people: channels behind addresses that apprise understands, and Discord's own ways.

An address gives access, so it is a secret: no channel shows more of it than its scheme and its end.
"""

from __future__ import annotations

import hashlib
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..choices import Severity
from .messages import Message, clipped, in_one_line

# Seconds that a channel has for one message. The timeouts of its sockets are shorter, but a name that takes long to
# resolve and an answer that drips in are beyond them.
DEADLINE = 30.0

# An address may say from which severity on it is used: error+discord://…
LEAST = re.compile(rf"({'|'.join(Severity.values)})\+(?=[a-z])", re.IGNORECASE)
ADDRESS = re.compile(r"([a-z][a-z0-9]*)://\S+", re.IGNORECASE)
WEBHOOK = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d+)/([\w-]+)/?", re.IGNORECASE
)
# Discord takes 2,000 characters in one message, and counts some of them twice.
LONGEST_ON_DISCORD = 1900
MARKDOWN = re.compile(r"([\\*_~`|<>#\[\]()\-+:.])")
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"


class Undelivered(Exception):
    """A channel did not take a message. The text is one line, and without its address."""


class AlertBase(ABC):
    """A channel: where messages of some severity or worse are sent."""

    def __init__(self, url: str, least: Severity = Severity.INFO) -> None:
        self._url = url
        self.least = least
        # Tells channels apart in the outbox; the address cannot be got back from it.
        self.fingerprint = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:12]

    @property
    def name(self) -> str:
        """What a person may see of the address."""
        scheme = self._url.partition("://")[0]
        return f"{scheme}://…" + (self._url[-4:] if len(self._url) >= 24 else "")

    def takes(self, severity: str) -> bool:
        return Severity(severity).rank >= self.least.rank

    @abstractmethod
    def send(self, message: Message) -> None:
        """Bring this to people, within a bounded time. Raises Undelivered."""


class AppriseAlert(AlertBase):
    """Any service that apprise has an address for: Telegram, Slack, mail, ntfy, a webhook of one's own."""

    deadline = DEADLINE

    def __init__(self, url: str, least: Severity = Severity.INFO) -> None:
        super().__init__(url, least)
        self._under_way: threading.Thread | None = None

    def send(self, message: Message) -> None:
        if self._under_way is not None and self._under_way.is_alive():
            raise Undelivered("it is still busy with the message before")
        outcome: SimpleQueue[str] = SimpleQueue()
        # A daemon: whatever a channel does, the process can end.
        self._under_way = threading.Thread(
            target=lambda: outcome.put(self._failure(message)), name="alert on its way", daemon=True
        )
        self._under_way.start()
        try:
            failure = outcome.get(timeout=self.deadline)
        except Empty:
            raise Undelivered(f"no answer within {self.deadline:g} s") from None
        if failure:
            raise Undelivered(failure)

    def written(self, message: Message) -> tuple[str, str]:
        """Title and body in the way of this channel."""
        return message.heading, message.text

    def _failure(self, message: Message) -> str:
        """Why it could not be sent; "" if it was."""
        try:
            told = self._notify(message)
        except Exception as error:  # of a plugin: there are some hundred and fifty of them
            return self._harmless(f"{type(error).__name__}: {error}")
        return self._harmless(told)

    def _notify(self, message: Message) -> str:
        import apprise  # a fifth of a second, which no command has to wait for that sends nothing

        # Here and now: the pools of threads that it has would hold up the end of the process.
        asset = apprise.AppriseAsset(app_id="Odds", app_desc="Odds", async_mode=False, service_timeout=0)
        sending = apprise.Apprise(asset=asset)
        if not sending.add(self._url):
            return "no service is known by this address: see the list of apprise"
        title, body = self.written(message)
        result = sending.notify(body=body, title=title, notify_type=_kind(message.severity), body_format="text")
        if result:
            return ""
        return "; ".join(dict.fromkeys(entry.message for entry in result.logs())) or "refused without a reason"

    def _harmless(self, text: str) -> str:
        """One line, without any part of the address."""
        for part in re.split(r"[/?&=@:+,]+", self._url.partition("://")[2]):
            for form in {part, unquote(part)}:
                if len(form) >= 4:
                    text = text.replace(form, "…")
        return in_one_line(text, 200)


class DiscordAlert(AppriseAlert):
    """A webhook of Discord. Nothing in a message formats it, links, or calls anybody."""

    def __init__(self, webhook_url: str, least: Severity = Severity.INFO) -> None:
        """Raises ValueError, without the address, for what is neither https at Discord's hosts nor discord://."""
        found = WEBHOOK.fullmatch(webhook_url)
        if found is None and not webhook_url.lower().startswith("discord://"):
            raise ValueError("is no webhook of Discord")
        super().__init__(f"discord://{found[1]}/{found[2]}" if found else webhook_url, least)

    def written(self, message: Message) -> tuple[str, str]:
        title = f"**{escaped(clipped(message.heading, 300))}**\n"
        return "", title + escaped(message.text, LONGEST_ON_DISCORD - len(title))


def escaped(text: str, longest: int = LONGEST_ON_DISCORD) -> str:
    """Text that Discord shows as it is: no markdown, no mention, no link, no emoji; at most so many characters."""
    text = text.replace("@", "@" + ZERO_WIDTH_SPACE).replace("://", ":" + ZERO_WIDTH_SPACE + "//")
    pieces, room = [], longest - 1
    for char in text:
        pieces.append(MARKDOWN.sub(r"\\\1", char))
        room -= len(pieces[-1])
        if room < 0:
            return "".join(pieces[:-1]) + "…"
    return "".join(pieces)


def _kind(severity: Severity) -> Any:
    from apprise import NotifyType

    kinds = {Severity.INFO: NotifyType.INFO, Severity.WARNING: NotifyType.WARNING}
    return kinds.get(severity, NotifyType.FAILURE)


def split(entry: str) -> tuple[Severity, str]:
    """The least severity and the address of one of ALERT_URLS."""
    if found := LEAST.match(entry):
        return Severity(found[1].lower()), entry[found.end() :]
    return Severity.INFO, entry


def channel(entry: str) -> AlertBase:
    """The channel of one of ALERT_URLS. Raises ValueError, without the address, where it is none."""
    least, url = split(entry)
    if not ADDRESS.fullmatch(url):
        raise ValueError("is no address such as discord://…, tgram://… or mailtos://…")
    kind: Callable[[str, Severity], AlertBase] = AppriseAlert
    if url.lower().startswith("discord://") or WEBHOOK.fullmatch(url):
        kind = DiscordAlert
    return kind(url, least)


class Mistake(NamedTuple):
    """A channel that is set wrongly."""

    setting: str
    problem: str  # what follows on the name of the setting, without the address


def channels_of(config: Any) -> tuple[list[AlertBase], list[Mistake]]:
    """The channels of these settings, each once, and what is wrong with the others."""
    entries = [(f"ALERT_URLS, entry {place}", entry, channel) for place, entry in enumerate(config.ALERT_URLS, start=1)]
    if config.DISCORD_WEBHOOK_URL:
        entries.append(("DISCORD_WEBHOOK_URL", config.DISCORD_WEBHOOK_URL, webhook))
    found: dict[str, AlertBase] = {}
    mistakes = []
    for setting, entry, kind in entries:
        try:
            made = kind(entry)
        except ValueError as error:
            mistakes.append(Mistake(setting, str(error)))
        else:
            found.setdefault(made.fingerprint, made)
    return list(found.values()), mistakes


def webhook(entry: str) -> AlertBase:
    """The channel of DISCORD_WEBHOOK_URL. Raises ValueError where it is not https, or not at Discord's hosts."""
    if not WEBHOOK.fullmatch(entry):
        raise ValueError("is no https address of a webhook at discord.com")
    return DiscordAlert(entry)


def is_known(entry: str) -> bool:
    """Whether apprise has a service for this address. Takes a fifth of a second the first time."""
    import apprise

    return apprise.Apprise.instantiate(split(entry)[1], suppress_exceptions=True) is not None
