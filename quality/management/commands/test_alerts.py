"""Whether alerts would get to people, tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from events.cli import ReadCommand, plain
from events.wording import plural

from ...alerts.channels import AlertBase, Undelivered, channels_of
from ...alerts.messages import Message
from ...choices import Severity

TEXT = "This is how a message of this severity looks. Nothing is wrong."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a message to one channel; of one that is set wrongly `channel` is the setting."""

    channel: str
    outcome: str  # sent, not sent, not for it, failed
    reason: str
    least_severity: str | None = None


class Command(ReadCommand):
    help = "Send a test message through every channel at once, whether alerts are on or not, and tell how it went."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--severity", choices=Severity.values, default=Severity.WARNING.value)
        parser.add_argument("--dry-run", action="store_true", help="only tell which channels there are")

    def handle(self, *, as_json: bool, severity: str, dry_run: bool, **_: Any) -> None:
        channels, mistakes = channels_of(settings)
        trials = [_tried(channel, Severity(severity), dry_run) for channel in channels]
        trials += [Trial(channel=each.setting, outcome="failed", reason=each.problem) for each in mistakes]
        if as_json:
            self.print_json({"enabled": settings.ALERT_ENABLED, "severity": severity, "channels": trials})
        else:
            self._show(trials)
        if not trials:
            raise CommandError("no channel is set: DISCORD_WEBHOOK_URL or ALERT_URLS; .env.example explains them")
        if failed := sum(trial.outcome == "failed" for trial in trials):
            raise CommandError(f"{failed} of {plural(len(trials), 'channel')} failed")

    def _show(self, trials: list[Trial]) -> None:
        signs = {"sent": ("✓", "green"), "failed": ("✗", "red")}
        for trial in trials:
            sign, colour = signs.get(trial.outcome, ("–", ""))
            said = trial.reason or trial.outcome
            self.console.print(plain(f"{sign} {trial.channel}: {said}", colour), soft_wrap=True)
        if trials and not settings.ALERT_ENABLED:
            self.console.print(plain("– ALERT_ENABLED is off: nothing but this is sent"))


def _tried(channel: AlertBase, severity: Severity, dry_run: bool) -> Trial:
    outcome, reason = "sent", ""
    if not channel.takes(severity):
        outcome, reason = "not for it", f"takes {channel.least.label.lower()} or worse"
    elif dry_run:
        outcome = "not sent"
    else:
        try:
            channel.send(Message(key="test", severity=severity, title="A test of alerts", text=TEXT))
        except Undelivered as error:
            outcome, reason = "failed", str(error)
    return Trial(channel=channel.name, least_severity=channel.least.value, outcome=outcome, reason=reason)
