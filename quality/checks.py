"""Settings of checks and alerts that will not do what they seem to. None keeps anything from being collected."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from .alerts.channels import channels_of, is_known
from .choices import IssueType

TRY = "Try the channels with `manage.py test_alerts`."


@register
def check_alerts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_channels(), *_summary_hour()]


def _channels() -> Iterator[CheckMessage]:
    found, mistakes = channels_of(settings)
    for setting, problem in mistakes:
        yield _warning("W001", f"{setting} {problem}; nothing is sent there", f".env.example shows the form. {TRY}")
    if settings.ALERT_ENABLED and not found:
        hint = "Set DISCORD_WEBHOOK_URL or ALERT_URLS, or turn it off."
        yield _warning("W002", "ALERT_ENABLED is on and there is no channel, so nobody is told anything", hint)


def _summary_hour() -> Iterator[CheckMessage]:
    if not -1 <= (hour := settings.ALERT_SUMMARY_HOUR) <= 23:
        yield _warning(
            "W003", f"ALERT_SUMMARY_HOUR is {hour}, so there is no summary", "An hour, 0 to 23; -1 for none."
        )


@register
def check_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_disabled_checks(), *_limits()]


def _disabled_checks() -> Iterator[CheckMessage]:
    for name in settings.DISABLED_CHECKS:
        if name not in IssueType.values:
            nearest = get_close_matches(name, IssueType.values, 1)
            hint = f"Do you mean {nearest[0]}?" if nearest else "docs/quality-rules.md lists the types."
            yield _warning("W005", f"DISABLED_CHECKS has {name!r}, which no rule finds", hint)


def _limits() -> Iterator[CheckMessage]:
    if settings.PRICE_LIMIT < 100:
        problem = f"PRICE_LIMIT is {settings.PRICE_LIMIT}, so every price is flagged"
        yield _warning("W006", problem, "An American price: 10000 is usual.")
    if settings.START_MOVED_MINUTES < 1:
        problem = f"START_MOVED_MINUTES is {settings.START_MOVED_MINUTES}, so every start that is stated is flagged"
        yield _warning("W007", problem, "Minutes, 1 or more.")


# Only for a deployment: apprise has to be loaded for it, and every command runs the others.
@register(Tags.security, deploy=True)
def check_services(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    unknown = [place for place, entry in enumerate(settings.ALERT_URLS, start=1) if not is_known(entry)]
    return [
        _warning("W004", f"ALERT_URLS, entry {place} is of no service that apprise knows", TRY) for place in unknown
    ]


def _warning(number: str, problem: str, hint: str) -> Warning:
    return Warning(f"{problem}.", hint=hint, id=f"quality.{number}")
