"""Logs: on standard error for a person, or as JSON lines for what runs a container; and as JSON lines in a file.

structlog and the standard library end in the same two handlers, so Django's own records look like ours. None is written
before its secrets are out and nothing in it can pass for another record. The file turns over at midnight UTC and is
kept 30 days; the handler locks it, since web server and scheduler write to it at once.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

from .redaction import Redactor

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
FORMATS = ("auto", "text", "json")

shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def known_level(name: str) -> str:
    """The level in capitals. Raises ImproperlyConfigured, with one line, for what is none."""
    if name.upper() not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL: {name!r} is none of {', '.join(LEVELS)}")
    return name.upper()


def known_format(name: str, *, debug: bool) -> str:
    """text or json: what `auto` means is told by who reads. Raises ImproperlyConfigured, with one line."""
    if name not in FORMATS:
        raise ImproperlyConfigured(f"LOG_FORMAT: {name!r} is none of {', '.join(FORMATS)}")
    is_read = debug or (sys.stderr is not None and sys.stderr.isatty())
    return {"auto": "text" if is_read else "json"}.get(name, name)


def logging_config(*, level: str, log_file: Path, secrets: Iterable[str], console: str = "json") -> dict[str, Any]:
    """Return the value of Django's LOGGING and set structlog up to match. Writes nothing until the first record.

    `console` is text or json.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    redactor = Redactor(secrets)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "terminal": _formatter(redactor, escape_controls, _terminal_renderer()),
            "json": _formatter(redactor, structlog.processors.JSONRenderer()),
        },
        "handlers": {
            "terminal": {
                "class": "oddsproject.log_handlers.Console",
                "formatter": "terminal" if console == "text" else "json",
            },
            "file": {"()": "oddsproject.log_handlers.daily_file", "path": log_file, "formatter": "json"},
        },
        "loggers": _loggers(level),
        "root": {"handlers": ["terminal", "file"], "level": level},
    }


def _loggers(level: str) -> dict[str, Any]:
    """Where a logger differs from the root. To be named here also takes away handlers that it had."""

    def at_least(lowest: str) -> str:
        return LEVELS[max(LEVELS.index(level), LEVELS.index(lowest))]

    return {
        # Every command may start the server or stop it: news for the file, not for whoever asked for a list of games.
        # The same goes for what strangers ask a web server for.
        "oddsproject.embedded_postgres": {"handlers": ["file"], "propagate": False},
        "django": {"level": at_least("INFO")},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # They bring handlers of their own, which would know nothing of secrets.
        "django.server": {"level": at_least("INFO"), "propagate": True},
        "gunicorn.error": {"propagate": True},
        "gunicorn.access": {"propagate": True},
        # It tells of every look at the clock; what the jobs did, they tell themselves.
        "apscheduler": {"level": at_least("WARNING")},
        # Their debugging lines are addresses, with the key.
        "urllib3": {"level": at_least("WARNING")},
        "requests": {"level": at_least("WARNING")},
    }


def escape_controls(logger: Any, method: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Make newlines, escape sequences and the like visible, so that no value can draw a line of its own.

    Tracebacks keep their lines.
    """
    shown: dict[str, Any] = {}
    for key, value in record.items():
        if key in ("exception", "stack"):
            shown[key] = "\n".join(map(_escaped, str(value).expandtabs().split("\n")))
        else:
            text = value if isinstance(value, str) else repr(value)
            escape = _escaped if key == "event" or not isinstance(value, str) else repr
            shown[_escaped(key)] = value if text.isprintable() else _Verbatim(escape(text))
    return shown


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class _Verbatim:
    """What the terminal renderer is to show just so."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _terminal_renderer() -> structlog.dev.ConsoleRenderer:
    # The default would take Rich's tracebacks, which print local variables: secrets are among them.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr is not None and sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


class SafeFormatter(structlog.stdlib.ProcessorFormatter):
    """Puts a record that says so in the place of one that cannot be written, as by a call with too few arguments."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:
            where, reason = f"{record.pathname}:{record.lineno}", type(error).__name__
            text = f"the record logged at {where} cannot be written: {reason}"
            return super().format(
                logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, text, (), None)
            )


def _formatter(*processors: Any) -> dict[str, Any]:
    return {
        "()": SafeFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            *processors,
        ],
        "foreign_pre_chain": shared,
    }
