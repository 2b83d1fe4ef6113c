"""What runs beside the scheduler."""

from contextlib import contextmanager

import pytest

from collectors import companions


def test_companions_are_made_once_and_leave_whatever_happens(monkeypatch):
    monkeypatch.setattr(companions, "_companions", [])
    heard = []

    @contextmanager
    def companion():
        heard.append("enters")
        try:
            yield
        finally:
            heard.append("leaves")

    companions.register(companion)
    companions.register(companion)
    with pytest.raises(RuntimeError), companions.accompanied():
        raise RuntimeError
    assert heard == ["enters", "leaves"]
