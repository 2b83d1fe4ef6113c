"""What the repository's conftest.py promises every test."""

import socket

import pytest
from django.db import connections

from oddsproject.embedded_postgres.base import DatabaseWrapper


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_network_is_out_of_reach_even_for_code_that_catches_errors(host):
    def careless() -> None:
        try:
            socket.create_connection((host, 80), timeout=0.1)
        except Exception:
            return

    with pytest.raises(pytest.fail.Exception, match=f"A test reached for the network: {host}"):
        careless()


def test_loopback_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
    ):
        assert client.getpeername() == listening.getsockname()


@pytest.mark.django_db
def test_embedded_database_of_tests_is_apart_and_never_waits_for_the_disk(settings):
    connection = connections["default"]
    if not isinstance(connection, DatabaseWrapper):
        pytest.skip("DATABASE_URL is set")
    assert connection.server.folders.root == settings.VAR_DIR / "test-postgres"
    assert connection.settings_dict["NAME"].startswith("test_")
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("off",)
