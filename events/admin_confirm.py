"""Asking once more before an action of the admin does what is not easily taken back."""

from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

CONFIRMED = "confirmed"
SHOWN = 20  # rows named on the page


def question(
    page: ModelAdmin, request: HttpRequest, queryset: QuerySet, title: str, consequence: str
) -> TemplateResponse | None:
    """The page that names the chosen rows and what will follow; None if it was answered with yes."""
    if request.POST.get(CONFIRMED) == "yes":
        return None
    is_all = request.POST.get("select_across") == "1"  # of the list as filtered: then one row stands for them
    count = queryset.count()
    rows = list(queryset[:SHOWN] if is_all else queryset)
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "opts": page.opts,
        "media": page.media,
        "consequence": consequence,
        "action": request.POST.get("action", ""),
        "confirmed": CONFIRMED,
        "is_all": is_all,
        "pks": [row.pk for row in rows[: 1 if is_all else None]],
        "shown": rows[:SHOWN],
        "left_out": max(count - SHOWN, 0),
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
