"""`manage.py dbshell`: psql of the same PostgreSQL, on a server that is started for it."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import client

from .registry import plain_options, server_of


class DatabaseClient(client.DatabaseClient):
    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """The command line of psql and its additions to the environment. Starts the server."""
        server = server_of(settings_dict)
        reached = {
            **settings_dict,
            "HOST": str(server.join()),
            "PORT": "5432",
            "USER": settings_dict["USER"] or "postgres",
            "OPTIONS": plain_options(settings_dict),
        }
        arguments, environment = super().settings_to_cmd_args_env(reached, list(parameters))
        return [str(server.programs.path("psql")), *arguments[1:]], environment
