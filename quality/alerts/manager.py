"""AlertManager: what has to be told goes into the outbox, once in a while, and never disturbs whoever tells it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..choices import AlertState, Severity
from ..models import Alert
from . import unwritten
from .channels import AlertBase, channels_of
from .messages import DAY, LONGEST_TEXT, LONGEST_TITLE, Message, clean, in_one_line

log = structlog.get_logger(__name__)

# The first half of the advisory locks' keys: one for each key of an alert, and one for sending.
LOCKS = 0x0DD8
# For a lock on the outbox.
LONGEST_WAIT = "1s"
# What was over and is there again is told again so soon, and no sooner.
AGAIN_AFTER = timedelta(hours=1)


class AlertManager:
    """Tells people what they have to know; does nothing unless ALERT_ENABLED is on and there is a channel for it."""

    def __init__(self, config: Any = settings, *, clock: Callable[[], datetime] = timezone.now) -> None:
        self.enabled: bool = config.ALERT_ENABLED
        self.channels: list[AlertBase] = channels_of(config)[0] if self.enabled else []
        self._clock = clock

    def alert(
        self, message: str, severity: str = Severity.INFO, *, key: str = "", title: str = "", quiet: timedelta = DAY
    ) -> bool:
        """Whether this will be told. It is not if the same `key` was, within `quiet`: then it counts as a repeat.

        Unless it was over in between, and an hour has passed.

        Keys name what it is about, from the general to the particular, with slashes between, so that the same thing
        has the same key whoever sees it: `disk_low`, `no_fetch/basketball_nba`, `opportunity/arbitrage/<event>/h2h`.
        Without a key it is the text. Inside a transaction it is told if that is committed. Nothing is ever raised:
        what cannot be told is logged.
        """
        if not self.enabled:
            return False
        try:
            text = clean(message, LONGEST_TEXT)
            heading = in_one_line(title or message.partition("\n")[0], LONGEST_TITLE)
            key = clean(key, LONGEST_TITLE) or hashlib.sha256(f"{heading}\n{text}".encode()).hexdigest()
            return self.tell(Message(key=key, severity=Severity(severity), title=heading, text=text, quiet=quiet))
        except Exception:  # whoever tells something has other things to do
            log.exception("alert_lost", key=key)
            return False

    def reaches(self, severity: str) -> bool:
        """Whether any channel takes messages of this severity."""
        return any(channel.takes(severity) for channel in self.channels)

    def tell(self, message: Message) -> bool:
        """As `alert`, of a message that is made and clean. Raises what is neither expected nor of the database."""
        if not self.reaches(message.severity):
            return False
        now = self._clock()
        try:
            with transaction.atomic(), _waiting_little():
                return _write(message, now)
        except (OperationalError, InterfaceError) as error:
            log.error("alert_without_database", key=message.key, reason=str(error).partition("\n")[0])
            return unwritten.keep(message, now)
        except Error as error:
            log.error("alert_lost", key=message.key, reason=str(error).partition("\n")[0])
            return False


@contextmanager
def _waiting_little() -> Iterator[None]:
    """Within a transaction: fail soon where the outbox is locked, as an answer that comes in may be waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [LONGEST_WAIT])
        usual = cursor.fetchone()[0]
        yield
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual])


def _write(message: Message, now: datetime) -> bool:
    if not try_lock(message.key):
        return False  # somebody is telling the same at this moment
    last = told(message.key, now - message.quiet).first()
    if last is None or (last.created_at <= now - AGAIN_AFTER and is_over(last)):
        unwritten.row_of(message, now).save()
        log.info("alert_written", key=message.key, severity=message.severity.value)
        return True
    Alert.objects.filter(pk=last.pk).update(repeats=F("repeats") + 1)
    return False


def over_key(alert: Alert) -> str:
    """The key under which it is told that what an alert was about is over."""
    return f"{alert.key}/over/{alert.pk}"


def is_over(alert: Alert) -> bool:
    return Alert.objects.filter(key=over_key(alert)).exists()


def told(key: str, since: datetime) -> QuerySet[Alert]:
    """What was told of this later than `since`, or will be; what was given up before anybody saw it was not told."""
    return Alert.objects.filter(key=key, created_at__gt=since).exclude(state=AlertState.FAILED, taken_by=[])


def try_lock(what: str) -> bool:
    """Whether nobody else had this lock; it is ours until the end of the transaction. It never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, zlib.crc32(what.encode()) & 0x7FFFFFFF])
        return bool(cursor.fetchone()[0])
