"""What can go wrong with backups. Each message is one line for a person."""

from collectors.errors import CollectorError, NotNow


class BackupError(CollectorError):
    """A backup that could not be made, proved or restored."""


class Busy(BackupError, NotNow):
    """Somebody else is at it."""
