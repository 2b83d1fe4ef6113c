"""The look-ahead audit: whether a strategy decides by what came later, and which row told it."""

from .audit import audit
from .records import AuditReport, Change, Finding, Leak

__all__ = ["AuditReport", "Change", "Finding", "Leak", "audit"]
