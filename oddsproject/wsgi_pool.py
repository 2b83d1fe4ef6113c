"""The connections that a web server's threads share."""

from typing import Any

from django.db import connections


def pool_connections(databases: dict[str, dict[str, Any]], size: int) -> None:
    """Let the threads of this process share up to `size` connections to each database; 0 leaves them as they are.

    For web servers only. A pool does not survive a fork, and opens at the first query: by then a server has forked.
    """
    if size < 1:
        return
    for database in databases.values():
        options = database.setdefault("OPTIONS", {})
        options["pool"] = {"min_size": 1, "max_size": size, "timeout": 10}
        database["CONN_MAX_AGE"] = 0  # the pool keeps them


def close_pools() -> None:
    """Close the pools of this process, before its end cuts their connections off."""
    pooled: Any
    for pooled in connections.all():
        if pooled.alias in pooled._connection_pools:  # to ask for the pool would make one
            pooled.close_pool()
