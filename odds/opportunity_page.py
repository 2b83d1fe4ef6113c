"""The page of opportunities: what stands now or stood at an instant, and for how long each did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Event
from events.recent import recent_page
from events.times import duration, is_reckonable, parse_time

from .dimensions import bookmaker_titles
from .opportunities import FINDABLE, Opportunity, OpportunityKind
from .opportunity_choice import CONSENSUS, KINDS, METHODS, MIN_EDGE, SHARP, Chosen, terms_of
from .opportunity_spans import opportunity_spans
from .opportunity_tables import lasted
from .price_style import COOKIE, PriceStyle, style_named, written
from .wording import percent, pointed

VIEWS = {"standing": "Now, or at an instant", "history": "For how long"}
# Each snapshot of an event is looked at to tell for how long its opportunities stood.
EVENTS_PER_PAGE = 5
LISTED = 50  # of each kind


class OpportunityForm(forms.Form):
    """What is looked for. Whatever is no choice is told beside its field, and the usual one taken for it."""

    view = forms.ChoiceField(label="Show", choices=list(VIEWS.items()), required=False)
    kind = forms.ChoiceField(required=False)
    sport = forms.ChoiceField(required=False)
    min_edge = forms.FloatField(label="Least edge, % (not of middles)", min_value=-50, max_value=50, required=False)
    sharp = forms.ChoiceField(label="Fair by", required=False)
    devig = forms.ChoiceField(label="Margin removed", choices=[(each, each) for each in METHODS], required=False)
    as_of = forms.CharField(label="As of, UTC (empty: now)", max_length=40, required=False)

    def __init__(self, *args: Any, sports: Iterable[str], bookmakers: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(str(kind), title) for kind, (title, _) in KINDS.items()]
        books = {SHARP: SHARP.capitalize(), CONSENSUS: "Consensus of the others"} | bookmakers
        self._choices("kind", [("", "All"), *kinds])
        self._choices("sport", [("", "All"), *((key, key) for key in sports)])
        self._choices("sharp", list(books.items()))
        self.fields["min_edge"].widget.attrs |= {"placeholder": f"{100 * MIN_EDGE:g}", "step": "any"}
        self.fields["as_of"].widget.attrs["placeholder"] = "2026-01-15T00:30Z"

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_as_of(self) -> datetime | None:
        typed = self.cleaned_data["as_of"]
        found = parse_time(typed)
        if typed and (found is None or not is_reckonable(found)):
            raise forms.ValidationError("Write an instant as 2026-01-15T00:30Z; these are the prices of now.")
        return found

    def chosen(self) -> Chosen:
        """What is meant, of a form that was asked whether it is valid."""
        said = self.cleaned_data
        edge = said.get("min_edge")
        return Chosen(
            event=None,
            sport_key=said.get("sport") or None,
            days=None,
            kinds=[OpportunityKind(said["kind"])] if said.get("kind") else list(FINDABLE),
            terms=terms_of(
                min_edge=MIN_EDGE if edge is None else edge / 100,
                max_age=None,
                sharp=said.get("sharp") or SHARP,
                devig=said.get("devig") or METHODS[0],
            ),
        )


@recent_page
@login_required(login_url="admin:login")
@require_safe
def opportunities(request: HttpRequest) -> HttpResponse:
    """What stands of all events to come; or, of those that start within a day, for how long each stood."""
    titles = bookmaker_titles()
    form = OpportunityForm(request.GET, sports=Event.objects.sports(), bookmakers=titles)
    form.is_valid()
    chosen, view = form.chosen(), form.cleaned_data.get("view") or "standing"
    as_of = form.cleaned_data.get("as_of")
    moment = as_of or timezone.now()
    style = style_named(request.COOKIES.get(COOKIE))
    context = {"title": "Opportunities", "form": form, "view": view, "as_of": as_of, "rules": chosen.rules}
    shown = _history if view == "history" else _standing
    return render(request, "odds/opportunities.html", context | shown(request, chosen, moment, style, titles))


def _standing(
    request: HttpRequest, chosen: Chosen, moment: datetime, style: PriceStyle, titles: dict[str, str]
) -> dict[str, Any]:
    found = chosen.standing(moment)
    fresh = [each for each in found if each.bookmakers]
    of_kind: dict[OpportunityKind, list[dict[str, Any]]] = {kind: [] for kind in chosen.kinds}
    for each in found:
        for one in each.opportunities:
            of_kind[one.kind].append(_told(one, style, titles) | {"event": each.event, "start": each.commence_time})
    for rows in of_kind.values():
        rows.sort(key=lambda row: -row["edge_value"])
    return {
        "groups": [(*KINDS[kind], rows[:LISTED], max(0, len(rows) - LISTED)) for kind, rows in of_kind.items() if rows],
        "count": sum(map(len, of_kind.values())),
        "events": len(found),
        "fresh": len(fresh),
        "unjudged": "" if not fresh or chosen.is_judged(fresh) else str(chosen.terms.reference),
    }


def _history(
    request: HttpRequest, chosen: Chosen, moment: datetime, style: PriceStyle, titles: dict[str, str]
) -> dict[str, Any]:
    page = Paginator(chosen.around(moment), EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    events = []
    for event in page:
        spans = opportunity_spans(event, chosen.terms, chosen.kinds, until=moment)
        gap = spans[0].sampling_seconds if spans else None
        rows = [
            _told(span.best, style, titles)
            | {
                "kind": KINDS[span.best.kind][0],
                "first_seen": span.first_seen,
                "lasted": lasted(span),
                "snapshots": span.snapshots,
            }
            for span in spans
        ]
        events.append((event, "" if gap is None else duration(timedelta(seconds=gap)), rows))
    return {"page": page, "query": kept.urlencode(), "histories": events}


def _told(opportunity: Opportunity, style: PriceStyle, titles: dict[str, str]) -> dict[str, Any]:
    """An opportunity as texts, a row for each leg."""
    legs = [
        {
            "outcome": f"{leg.price.description} {leg.price.outcome}".lstrip(),
            "point": pointed(leg.price.side, leg.price.point),
            "price": written(style, leg.price.price, leg.price.decimal_price),
            "bookmaker": titles.get(leg.price.bookmaker, leg.price.bookmaker),
            "share": percent(leg.share),
            "age": "–" if leg.price.age_seconds is None else duration(timedelta(seconds=leg.price.age_seconds)),
        }
        for leg in opportunity.legs
    ]
    remarks = {
        "too good to be true: an error until proved otherwise": opportunity.is_suspect,
        "not of one snapshot": not opportunity.is_same_snapshot,
        "a result on the number returns stakes": opportunity.can_push,
        opportunity.note: opportunity.note,
    }
    return {
        "edge": percent(opportunity.edge),
        "edge_value": opportunity.edge or 0.0,
        "tone": "suspect" if opportunity.is_suspect else "wins" if (opportunity.edge or 0) > 0 else "",
        "market": opportunity.market,
        "legs": legs,
        "remarks": [remark for remark, applies in remarks.items() if applies],
    }
