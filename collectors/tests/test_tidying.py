"""Only copies and old notes are thrown away."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors.models import JobTick
from collectors.tidying import tidy
from quality.choices import Severity
from quality.models import Alert

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "kept"), [(89, 1), (91, 0)])
def test_alerts_are_kept_for_ninety_days(days, kept):
    told = NOW - timedelta(days=days)
    Alert.objects.create(
        key="disk_low", severity=Severity.ERROR, title="Disk", text="low", created_at=told, next_attempt_at=told
    )
    assert f", {1 - kept} alert" in tidy(NOW)
    assert Alert.objects.count() == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "kept"), [(399, 1), (401, 0)])
def test_ticks_are_kept_for_more_than_a_year(days, kept):
    tick = NOW - timedelta(days=days)
    JobTick.objects.create(job="tidy", tick=tick, started_at=tick, state="done")
    tidy(NOW)
    assert JobTick.objects.count() == kept
