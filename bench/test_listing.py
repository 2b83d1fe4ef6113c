"""What figure 9 compares gives the same rows."""

import pytest

from events.documents import EVENT_FIELDS

from .listing import asking, make_events, rows_of


@pytest.mark.django_db
def test_both_lists_hold_the_same_events():
    make_events(5)
    with asking() as client:
        ours, peers = rows_of(client, "/api/v1/events"), rows_of(client, "/peer/events")
    assert [{EVENT_FIELDS[name]: value for name, value in row.items()} for row in ours] == peers
    assert len(ours) == 5
