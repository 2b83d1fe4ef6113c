"""Processes that a test starts, which use the database of the test."""

import pytest
from django.db import connection


@pytest.fixture
def database_of_children(monkeypatch):
    """Have processes that are started meanwhile use the database of the test."""
    known = connection.get_connection_params()
    address = f"postgres://{known['user']}@/{known['dbname']}?host={known['host']}"
    monkeypatch.setenv("DATABASE_URL", address)
