from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from collectors.choices import Job
from collectors.errors import CallError
from collectors.jobs import run_now
from collectors.models import JobTick
from events.choices import EventStatus
from events.cli import ReadCommand, plain
from events.models import Event
from events.queries import find_event
from events.statuses import StatusReport, automatic_status, set_status, status_report, unset_status


class Command(ReadCommand):
    help = "Bring every event's status up to what is known, from the provider's free lists; or set one by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--event-id", metavar="ID", help="only this event, with --set or --automatic")
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--set", choices=EventStatus.values, dest="status", help="set it by hand; no job changes it"
        )
        choice.add_argument("--automatic", action="store_true", help="leave it to the jobs again")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, change and ask nothing")

    def handle(self, *, event_id: str | None, status: str | None, automatic: bool, **options: Any) -> None:
        if bool(event_id) != bool(status or automatic):
            raise CommandError("--event-id goes with --set or --automatic, and they with it; nothing changed")
        if event_id:
            self._by_hand(find_event(event_id), status, options["dry_run"], options["as_json"])
        else:
            self._all(options["dry_run"], options["as_json"])

    def _by_hand(self, event: Event, status: str | None, dry_run: bool, as_json: bool) -> None:
        before, by_hand = event.status, status is not None
        if status is None:
            status = automatic_status(event, timezone.now())
        if not dry_run and by_hand:
            set_status(event, EventStatus(status))
        elif not dry_run:
            unset_status(event, timezone.now())
        if as_json:
            self.print_json({"event_id": event.api_id, "before": before, "status": status, "by_hand": by_hand})
        else:
            self.console.print(plain(f"✓ {event}: {before} → {status}"), soft_wrap=True)

    def _all(self, dry_run: bool, as_json: bool) -> None:
        before = dict(Event.objects.values_list("pk", "status"))
        outcome = "nothing asked, nothing changed" if dry_run else self._run()
        report = status_report(timezone.now())
        if not dry_run:
            now = Event.objects.filter(pk__in=before)
            report.changed = [(event, before[event.pk]) for event in now if event.status != before[event.pk]]
        if as_json:
            self.print_json({"outcome": outcome, **_as_document(report)})
        else:
            self._tell(outcome, report)

    def _run(self) -> str:
        ((_, result),) = run_now(Job.UPDATE_EVENT_STATUS)
        if isinstance(result, CallError):
            raise CommandError(str(result))
        return result.outcome if isinstance(result, JobTick) else str(result)

    def _tell(self, outcome: str, report: StatusReport) -> None:
        self.console.print(plain(f"✓ {outcome}"), soft_wrap=True)
        lines = [(f"  {event} ({event.api_id}): {before} → {event.status}", "") for event, before in report.changed]
        lines += [(f"⚠ vanished: {event} ({event.api_id}) is listed no more", "yellow") for event in report.vanished]
        lines += [
            (f"⚠ unresolved: {event} ({event.api_id}) has no final score", "yellow") for event in report.unresolved
        ]
        for line, style in lines:
            self.console.print(plain(line, style), soft_wrap=True)


def _as_document(report: StatusReport) -> dict[str, Any]:
    return {
        "changed": [
            {"event_id": event.api_id, "before": before, "status": event.status} for event, before in report.changed
        ],
        "vanished": [event.api_id for event in report.vanished],
        "unresolved": [event.api_id for event in report.unresolved],
    }
