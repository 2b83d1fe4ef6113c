"""How the admin looks: the name, the colours and the theme of the pages, and what its sidebar holds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static


def style(request: HttpRequest) -> str:
    return static("oddsproject/admin.css")


def script(request: HttpRequest) -> str:
    return static("oddsproject/admin.js")


# The colours of site.css, and steps between them.
_BASE = {
    "50": "#f6f7f9",
    "100": "#eceff4",
    "200": "#dde2ea",
    "300": "#c6ced9",
    "400": "#9aa6b8",
    "500": "#5b6676",
    "600": "#465162",
    "700": "#2d3644",
    "800": "#232c38",
    "900": "#1a2029",
    "950": "#11151b",
}
_PRIMARY = {
    "50": "#eef4fd",
    "100": "#dbe8fa",
    "200": "#bcd4f6",
    "300": "#a9cbff",
    "400": "#93bdff",
    "500": "#7fb0ff",
    "600": "#1d5fbf",
    "700": "#184f9f",
    "800": "#143f7f",
    "900": "#10305f",
    "950": "#10203a",
}
_FONT = {
    "subtle-light": "#5b6676",
    "subtle-dark": "#9aa6b8",
    "default-light": "#364152",
    "default-dark": "#c6ced9",
    "important-light": "#1b2330",
    "important-dark": "#e5e9f0",
}

THEME: dict[str, Any] = {
    "SITE_TITLE": "Odds",
    "SITE_HEADER": "Odds",
    "SITE_SUBHEADER": "Admin",
    "SITE_SYMBOL": "monitoring",
    "SITE_FAVICONS": [{"rel": "icon", "href": "data:,"}],
    "SITE_URL": "/",
    "THEME": "oddsproject.preferences.theme_of",
    "COLORS": {"base": _BASE, "primary": _PRIMARY, "font": _FONT},
    "STYLES": [style],
    "SCRIPTS": [script],
    "SHOW_BACK_BUTTON": True,
    "SIDEBAR": {"show_search": True, "navigation": "oddsproject.sidebar.navigation"},
    "DASHBOARD_CALLBACK": "oddsproject.dashboard.dashboard",
}
