"""What can go wrong with the embedded server, by what has to happen next."""

from django.core.management.base import CommandError
from django.db.utils import OperationalError


class EmbeddedPostgresError(CommandError, OperationalError):
    """The embedded database cannot be used.

    To code that talks to the database it is an OperationalError. To management commands, Django's own included, it is
    a CommandError: they print its one line instead of a traceback.
    """


class SetupError(EmbeddedPostgresError):
    """A person must change something first: a setting, a permission, an installation."""


class StartError(EmbeddedPostgresError):
    """The server did not come up. Its log says why; the same may work later."""


class StopError(EmbeddedPostgresError):
    """The server did not end in time."""


class InUseError(EmbeddedPostgresError):
    """Other processes still use the server."""
