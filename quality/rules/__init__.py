"""The rules, one subject a module. A rule is a pure function that yields what it finds wrong."""

from . import completeness, events, movement, overround, prices, sides, timestamps  # noqa: F401 - registers them
