"""What the scheduler does about backups, what `status` and /ready/ say, and who is told of a drill that fails."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from collectors import backups as backups_of_collecting
from collectors.choices import Job, TickState
from collectors.gate import Gate
from collectors.health import health_of_settings
from collectors.jobs import run_due, run_now
from collectors.models import JobTick
from collectors.watching import look
from oddsproject.backups.access import Access
from oddsproject.backups.daily import back_up, known
from oddsproject.backups.errors import BackupError
from oddsproject.backups.folder import Folder
from oddsproject.backups.restoring import require_nobody
from quality.alerts.manager import AlertManager
from quality.models import Alert

pytestmark = pytest.mark.django_db(transaction=True)

NIGHT = datetime(2026, 1, 14, 3, tzinfo=UTC)


@pytest.fixture
def folder(settings, tmp_path):
    settings.BACKUP_DAILY, settings.BACKUP_DIR, settings.VAR_DIR = True, tmp_path / "backups", tmp_path
    settings.ODDS_API_BASE_URL = "http://127.0.0.1:1/v4"
    return Folder(settings.BACKUP_DIR)


def spoil(backup):
    content = bytearray(backup.dump.read_bytes())
    content[-1] ^= 1
    backup.dump.write_bytes(content)


def outcomes(first, days):
    return [back_up(first + timedelta(days=day))[1] for day in range(days)]


def test_each_day_a_backup_and_each_week_a_drill(folder):
    told = outcomes(NIGHT, 9)
    assert [day for day, text in enumerate(told) if text.endswith("; drill identical")] == [0, 7]
    assert told[1].startswith("odds-20260115T030000Z, ")
    assert told[1].endswith(" rows")
    assert "removed" not in "".join(told[:8]), "the eighth is the one that was drilled"
    assert told[8].endswith("; 2 older removed")
    assert [backup.name for backup in folder.backups() if backup.manifest.drilled_at] == ["odds-20260121T030000Z"]
    assert known().last_good == NIGHT + timedelta(days=8)
    assert known().last_good_drill == NIGHT + timedelta(days=7)


def test_off_is_off(folder, settings):
    settings.BACKUP_DAILY = False
    assert back_up(NIGHT) == (TickState.SKIPPED, "BACKUP_DAILY is off")
    assert folder.backups() == []


def test_the_scheduler_does_it_once_a_day_and_notes_it_in_a_line(folder):
    (tick,) = run_due(Job.BACKUP)
    assert (tick.state, tick.job) == (TickState.DONE, "backup")
    assert tick.outcome.startswith(f"{folder.backups()[0].name}, ")
    assert tick.outcome.endswith("; drill identical")
    assert run_due(Job.BACKUP) == []
    assert len(folder.backups()) == 1


def test_what_fails_is_a_failed_tick_with_its_reason(folder):
    folder.path.write_text("a file in its place")
    ((_, error),) = run_now(Job.BACKUP)
    assert isinstance(error, BackupError)
    assert JobTick.objects.get().state == TickState.FAILED
    assert "no backup was made" in JobTick.objects.get().outcome


def test_beside_another_it_is_left_out(folder):
    with Access.of_settings().alone():
        run_now(Job.BACKUP)
    assert JobTick.objects.get().state == TickState.SKIPPED


def test_it_is_registered_by_the_project(folder):
    assert backups_of_collecting.known() == known()
    apps.get_app_config("oddsproject").ready()
    assert backups_of_collecting.known() == known()


class TestTold:
    @pytest.fixture
    def failed(self, folder):
        """A drill that found the backup damaged."""
        back_up(timezone.now() - timedelta(minutes=1))
        (backup,) = folder.backups()
        spoil(backup)
        with pytest.raises(Exception, match="is damaged"):
            call_command("backup", "--drill")
        return backup

    def test_a_drill_that_fails_is_told_once_and_when_it_is_over(self, folder, failed, settings):
        settings.ALERT_ENABLED, settings.ALERT_SUMMARY_HOUR = True, -1
        settings.ALERT_URLS, settings.DISCORD_WEBHOOK_URL = ["json://127.0.0.1:1"], ""
        begin = timezone.now()
        manager = AlertManager()
        for minute in range(5):
            look(begin + timedelta(minutes=minute), manager)
        told = Counter(Alert.objects.filter(key__contains="drill").values_list("key", flat=True))
        assert told == {"sandbox/drill_failed": 1}
        alert = Alert.objects.get(key="sandbox/drill_failed")
        assert alert.title == "(sandbox) The restore drill failed"
        assert "database.dump is damaged: its SHA-256 is not that of the manifest" in alert.text
        Alert.objects.update(taken_by=["json"])
        call_command("backup")
        call_command("backup", "--drill")
        look(begin + timedelta(minutes=6), manager)
        over = Alert.objects.filter(key__contains="drill").order_by("-pk")[0]
        assert over.title == "Over: (sandbox) The restore drill failed"

    def test_status_and_ready_say_so(self, failed, client, capsys):
        call_command("status")
        shown = capsys.readouterr().out
        assert "the last drill failed" in shown
        assert "⚠ The last restore drill failed: " in shown
        call_command("status", "--json")
        document = json.loads(capsys.readouterr().out)
        assert "is damaged" in document["drill_problem"]
        assert document["last_backup"] is not None
        assert document["last_drill"] is None
        assert client.get("/ready/").json()["backups"] is False

    def test_all_well_is_well(self, folder, client, capsys):
        back_up(timezone.now())
        call_command("status")
        assert "restored as a drill" in capsys.readouterr().out
        assert health_of_settings(timezone.now()).facts.backups.drill_problem == ""
        assert client.get("/ready/").json()["backups"] is True


def test_no_connection_of_the_gate_holds_a_restore_up(folder):
    """What run_due opens it closes: nothing stays that a restore would have to refuse."""
    run_due(Job.BACKUP, Gate)
    connection.close()
    access = Access.of_settings()
    with access.maintenance().session() as session:
        require_nobody(access, session)
