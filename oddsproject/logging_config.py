"""Logs: for a person on the terminal, as JSON lines in a file for machines.

structlog and the standard library end in the same two handlers, so Django's own records look like ours. The file turns
over at midnight UTC and is kept 30 days; the handler locks it, since web server and scheduler write to it at once.
"""

import logging
import sys
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

RETENTION_DAYS = 30
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

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


def logging_config(*, level: str, log_dir: Path) -> dict[str, Any]:
    """Return the value of Django's LOGGING and set structlog up to match. Writes nothing until the first record."""
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
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "terminal": _formatter(_terminal_renderer()),
            "json": _formatter(structlog.processors.format_exc_info, structlog.processors.JSONRenderer()),
        },
        "handlers": {
            "terminal": {"class": "logging.StreamHandler", "formatter": "terminal"},
            "file": {"()": _file_handler, "path": log_dir / "odds.log", "formatter": "json"},
        },
        # Every command may start the server or stop it: news for the file, not for whoever asked for a list of games.
        # The same goes for what strangers ask a web server for.
        "loggers": {
            "oddsproject.embedded_postgres": {"handlers": ["file"], "propagate": False},
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["terminal", "file"], "level": level},
    }


def _terminal_renderer() -> structlog.dev.ConsoleRenderer:
    # The default would take Rich's tracebacks, which print local variables: secrets are among them.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _formatter(*processors: Any) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *processors],
        "foreign_pre_chain": shared,
    }


def _file_handler(path: Path) -> logging.Handler:
    from concurrent_log_handler import ConcurrentTimedRotatingFileHandler

    path.parent.mkdir(parents=True, exist_ok=True)
    handler: logging.Handler = ConcurrentTimedRotatingFileHandler(
        str(path), when="midnight", utc=True, backupCount=RETENTION_DAYS, encoding="utf-8", delay=True
    )
    return handler
