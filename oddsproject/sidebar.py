"""What the admin's sidebar holds: every table, by what one does with it, and the pages of the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from quality.models import DataQualityLog


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the admin: `app.model`, what it is called there, and the name of its symbol."""

    model: str
    title: str
    icon: str

    def address(self) -> str:
        return reverse(f"admin:{self.model.replace('.', '_')}_changelist")

    def permission(self) -> str:
        app, model = self.model.split(".")
        return f"{app}.view_{model}"


QUEUE = Table("quality.dataqualitylog", "Review queue", "fact_check")

GROUPS = {
    "Review": [
        QUEUE,
        Table("quality.review", "Decisions", "gavel"),
    ],
    "Events and odds": [
        Table("events.event", "Events", "sports_basketball"),
        Table("events.eventscore", "Scores", "scoreboard"),
        Table("odds.odds", "Odds", "trending_up"),
        Table("odds.oddssnapshot", "Snapshots", "photo_camera"),
        Table("odds.archiveprice", "Archive prices", "inventory_2"),
        Table("odds.bookmaker", "Bookmakers", "storefront"),
        Table("odds.market", "Markets", "category"),
        Table("odds.outcome", "Outcomes", "alt_route"),
        Table("odds.scope", "Scopes", "filter_center_focus"),
        Table("events.teamalias", "Team aliases", "badge"),
    ],
    "Collecting": [
        Table("collectors.fetchlog", "Calls (ledger)", "receipt_long"),
        Table("collectors.rawresponse", "Raw answers", "data_object"),
        Table("collectors.creditperiod", "Credit periods", "toll"),
        Table("collectors.collectorstate", "Collector state", "monitor_heart"),
        Table("django_apscheduler.djangojob", "Jobs", "schedule"),
        Table("collectors.jobtick", "Ticks", "timer"),
        Table("django_apscheduler.djangojobexecution", "Job executions", "history"),
        Table("collectors.backfillrun", "Backfills", "settings_backup_restore"),
        Table("collectors.backfillitem", "Purchases", "shopping_cart"),
        Table("collectors.archivefile", "Archive files", "folder_zip"),
        Table("quality.alert", "Alerts", "notifications"),
    ],
    "Backtesting": [
        Table("backtesting.backtestrun", "Runs", "science"),
        Table("backtesting.backtestbet", "Bets", "confirmation_number"),
    ],
    "Users": [
        Table("auth.user", "Users", "person"),
        Table("auth.group", "Groups", "group"),
        Table("authtoken.tokenproxy", "API tokens", "key"),
    ],
}

PAGES = {
    "overview": ("Overview", "dashboard"),
    "events-page": ("Events", "event"),
    "opportunities-page": ("Opportunities", "lightbulb"),
    "quality": ("Quality", "verified"),
    "collecting": ("Collecting", "cloud_download"),
    "backtests": ("Backtests", "query_stats"),
    "paper": ("Paper", "edit_note"),
    "api-docs": ("API", "api"),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar with what this person may look at; the queue with how many entries wait."""
    groups: list[dict[str, Any]] = [
        {"title": title, "items": [_item(table) for table in tables if request.user.has_perm(table.permission())]}
        for title, tables in GROUPS.items()
    ]
    pages = [
        {"title": title, "icon": icon, "link": reverse(name), "active": False} for name, (title, icon) in PAGES.items()
    ]
    return [group for group in groups if group["items"]] + [{"title": "Pages", "separator": True, "items": pages}]


def _item(table: Table) -> dict[str, Any]:
    item = {"title": table.title, "icon": table.icon, "link": table.address()}
    waiting = DataQualityLog.objects.to_review().count() if table is QUEUE else 0
    return {**item, "badge": f"{waiting:,}", "badge_variant": "warning"} if waiting else item
