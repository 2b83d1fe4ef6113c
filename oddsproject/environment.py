"""Variables of the environment and of .env, each cast to the type of its default, or refused in one line.

django-environ's own casting guesses: it takes `DEBUG=ture` for False, `5m` for 5.0, and a value that begins with `$`
for the name of another variable.
"""

import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ASSIGNMENT = re.compile(r"(export )?[A-Za-z_0-9]+=")
TRUE = {"true", "on", "yes", "y", "1"}
FALSE = {"false", "off", "no", "n", "0"}


class Environment(environ.Env):
    """The values of all declared variables. One that is empty has its default, but an empty list is a value."""

    def __init__(self, **scheme: tuple[type, Any]) -> None:
        super().__init__(**scheme)
        self._read_from_file: set[str] = set()

    def read(self, path: Path) -> None:
        """Take the variables of this file, if it exists, that the environment has not."""
        if not path.exists():
            return
        before = set(os.environ)
        _refuse_unreadable(path)
        self.read_env(path)
        self._read_from_file = set(os.environ) - before

    def source(self, name: str) -> str:
        """Where the value comes from: "environment", ".env" or "default"."""
        cast, _ = self.scheme[name]
        if name not in os.environ or (cast is not list and not os.environ[name].strip()):
            return "default"
        return ".env" if name in self._read_from_file else "environment"

    def __call__(self, name: str) -> Any:
        """The value. Raises ImproperlyConfigured, with one line, for what cannot be cast."""
        cast, default = self.scheme[name]
        if self.source(name) == "default":
            return default
        text = os.environ[name].strip()
        try:
            return CASTS[cast](text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {text[:100]!r} is {error}; .env.example explains it") from None


def _refuse_unreadable(path: Path) -> None:
    """Raise where a line would be passed over, without showing it: it may hold a secret."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ImproperlyConfigured(f"{path}: {error.strerror}; make it readable, or remove it") from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{path}: not UTF-8 text; save it anew as such") from None
    for number, line in enumerate(lines, start=1):
        if line and not line.startswith("#") and not ASSIGNMENT.match(line):
            what = "neither NAME=value, without blanks around =, nor a comment behind #"
            raise ImproperlyConfigured(f"{path}, line {number}: {what}")


def _boolean(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise ValueError("neither true nor false")
    return text.lower() in TRUE


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("no whole number") from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("no number") from None
    if not math.isfinite(value):
        raise ValueError("no finite number")
    return value


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


CASTS: dict[type, Callable[[str], Any]] = {str: str, bool: _boolean, int: _whole, float: _number, list: _list}
