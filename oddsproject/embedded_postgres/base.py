"""Django's PostgreSQL backend, with a server that is started by the first real connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base

from .client import DatabaseClient
from .registry import OWN_OPTIONS, server_of
from .server import Server


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    @property
    def server(self) -> Server:
        """The server of this database. It need not run: `server.join()` sees to that."""
        return server_of(self.settings_dict)

    def get_connection_params(self) -> dict[str, Any]:
        """What psycopg is given. Starts or joins the server."""
        params = {name: value for name, value in super().get_connection_params().items() if name not in OWN_OPTIONS}
        params.setdefault("user", "postgres")
        return {**params, "host": str(self.server.join()), "port": 5432}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection. A server that was killed since this process joined it is started anew."""
        if self.pool and not self.server.runs():
            self.server.revive()  # before the pool waits half a minute for it
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError:
            if self.server.answers():
                raise
            return super().get_new_connection({**conn_params, "host": str(self.server.revive())})

    @contextmanager
    def _nodb_cursor(self) -> Iterator[Any]:
        self.server.join()  # out of Django's reach, which takes any failure in here for a missing database
        with super()._nodb_cursor() as cursor:
            yield cursor
