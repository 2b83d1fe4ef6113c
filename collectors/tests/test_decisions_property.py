"""What people decide between two answers holds for those to come, as if it had been known from the first."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.pipeline import ingest, rebuild
from events.models import Event
from quality.choices import ReviewState
from quality.models import DataQualityLog
from quality.review import decide

from .factories import NOON
from .histories import histories
from .test_pipeline_property import everything

# Prices of the histories move by little: so does the limit, that there is something to decide about movements too.
CLOSE_LIMITS = {"h2h": 0.02, "spreads": 0.4, "totals": 0.4}


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(histories(), st.data())
def test_answers_after_decisions_are_judged_as_rebuilding_would(steps, data):
    from django.conf import settings as project

    cut = data.draw(st.integers(1, len(steps)))
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "MOVEMENT_PER_HOUR", CLOSE_LIMITS)
        for step in steps[:cut]:
            ingest([step.as_snapshot()])
        for entry in DataQualityLog.objects.filter(is_derived=True).order_by("fingerprint"):
            decide([entry], data.draw(st.sampled_from(ReviewState)), reviewer=None, now=NOON)
        for step in steps[cut:]:
            ingest([step.as_snapshot()])
        appended, reviews = everything(), dict(DataQualityLog.objects.values_list("fingerprint", "review"))
        rebuild(Event.objects.get().pk)
        assert everything() == appended
        assert dict(DataQualityLog.objects.values_list("fingerprint", "review")) == reviews
        transaction.set_rollback(True)
