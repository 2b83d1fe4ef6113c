"""What a reader chooses once for all pages: how prices are written, and light or dark. Kept in cookies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from odds.price_style import COOKIE, PriceStyle, style_named

THEME_COOKIE = "theme"
THEMES = {"auto": "As the system", "light": "Light", "dark": "Dark"}
KEPT = timedelta(days=365)


def preferences(request: HttpRequest) -> dict[str, Any]:
    """For every template: `price_style` and `theme` as chosen, and what there is to choose from."""
    return {
        "price_style": style_named(request.COOKIES.get(COOKIE)),
        "price_styles": list(PriceStyle),
        "theme": theme_of(request),
        "themes": THEMES,
    }


def theme_of(request: HttpRequest) -> str:
    """The theme as chosen; that of the system for none, and for what is unknown."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "auto"


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen, and go back to the page; what is unknown is not kept."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/")
    for name, known in ((COOKIE, set(PriceStyle)), (THEME_COOKIE, set(THEMES))):
        value = request.POST.get(name, "")
        if value in known:
            response.set_cookie(name, value, max_age=KEPT, samesite="Lax", httponly=True, secure=settings.HTTPS)
    return response
