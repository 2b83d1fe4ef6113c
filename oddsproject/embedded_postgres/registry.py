"""The server that a database alias means."""

from pathlib import Path
from threading import Lock
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from .server import SHARED, Server

OWN_OPTIONS = frozenset({"root", "bin", "server", "namespaces", "shared"})

_servers: dict[Path, Server] = {}
_lock = Lock()


def server_of(settings_dict: dict[str, Any]) -> Server:
    """The server of these settings; there is one per root in a process. Nothing is started."""
    options = settings_dict["OPTIONS"]
    if not options.get("root"):
        raise ImproperlyConfigured("The embedded PostgreSQL needs OPTIONS['root']: the folder that holds it.")
    root = Path(options["root"]).resolve()
    with _lock:
        if root not in _servers:
            _servers[root] = Server(
                root,
                bin=options.get("bin", ""),
                options=options.get("server"),
                namespaces=options.get("namespaces", True),
                shared=Path(options.get("shared", SHARED)),
            )
        return _servers[root]


def plain_options(settings_dict: dict[str, Any]) -> dict[str, Any]:
    """The options without those of the embedded server."""
    return {name: value for name, value in settings_dict["OPTIONS"].items() if name not in OWN_OPTIONS}


def leave_all() -> None:
    """Leave every server that this process uses, before the end of the interpreter would do it."""
    for server in list(_servers.values()):
        server.leave()
