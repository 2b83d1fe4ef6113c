"""Settings that cannot be meant, told before anything is fetched. `manage.py check` runs them, and so do commands.

Errors stop a command; a warning names what will not do what it seems to. Those at the end are for `check --deploy`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from events.wording import plural

from .choices import SamplingMode
from .intervals import ordered_intervals
from .the_odds_api.address import PROVIDER_HOSTS, base_url_problem

KEY = re.compile(r"[a-z0-9_]+")
# What one call for all games of a sport can ask for; the rest goes game by game.
BULK_MARKETS = ("h2h", "spreads", "totals", "outrights")
REGIONS = ("us", "us2", "us_dfs", "us_ex", "uk", "eu", "au", "fr", "se")
# Books that are asked for by old names, and what to do about each.
GONE_BOOKMAKERS = {
    "caesars": "never a key of the provider: Caesars is williamhill_us",
    "circasports": "no longer offered by the provider; no other key brings its prices",
}
BOOKMAKERS_PER_REGION = 10
SHORTEST_PAID_INTERVAL_MINUTES = 1
SECRET_KEY_LENGTH = 50
PASSWORD_LENGTH = 12
KNOWN_PASSWORDS = frozenset({"changeme", "dev_password", "odds", "password", "postgres", "root", "secret"})

Found = Iterator[CheckMessage]
# Of the provider, in all.
CALLS_ALLOWED = 30


@register
def check_base_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    problem = base_url_problem(settings.ODDS_API_BASE_URL)
    hint = f"https to {' or '.join(PROVIDER_HOSTS)}, or this machine; empty is right for nearly everybody."
    return [_error("E001", "ODDS_API_BASE_URL", problem, hint)] if problem else []


@register
def check_sampling(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_sampling_mode(), *_fixed_interval(), *_adaptive_intervals(), *_close_lead()]


def _sampling_mode() -> Found:
    if (mode := settings.SAMPLING_MODE) not in SamplingMode.values:
        yield _error("E002", "SAMPLING_MODE", f"is {mode!r}", f"One of {', '.join(SamplingMode.values)}.")


def _fixed_interval() -> Found:
    minutes, least = settings.FIXED_INTERVAL_MINUTES, SHORTEST_PAID_INTERVAL_MINUTES
    if not 0 < minutes < math.inf:
        yield _error("E003", "FIXED_INTERVAL_MINUTES", f"is {minutes:g}", "Minutes, above 0.")
    elif settings.ODDS_API_KEY and minutes < least:
        hint = f"At least {least} with a key: each fetch is paid. The sandbox takes any."
        yield _error("E003", "FIXED_INTERVAL_MINUTES", f"is {minutes:g}", hint)


def _adaptive_intervals() -> Found:
    try:
        ordered_intervals(settings.ADAPTIVE_INTERVALS)
    except ValueError as error:
        yield _error("E004", "ADAPTIVE_INTERVALS", f"cannot be: {error}", "far=30,medium=15,near=5,imminent=1")


def _close_lead() -> Found:
    if not 0 <= (minutes := settings.CLOSE_LEAD_MINUTES) < math.inf:
        yield _error("E013", "CLOSE_LEAD_MINUTES", f"is {minutes:g}", "Minutes before the start; 0 for no such fetch.")


@register
def check_credits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_quota(), *_reset_day(), *_reserve()]


def _quota() -> Found:
    if (quota := settings.ODDS_API_QUOTA) <= 0:
        yield _error("E005", "ODDS_API_QUOTA", f"is {quota}", "Credits of your plan a month: 500 with a free key.")


def _reset_day() -> Found:
    if not 1 <= (day := settings.QUOTA_RESET_DAY) <= 31:
        yield _error("E006", "QUOTA_RESET_DAY", f"is {day}", "A day of the month, 1 to 31; in shorter months the last.")


def _reserve() -> Found:
    if not 0 <= (fraction := settings.CREDIT_RESERVE_FRACTION) < 0.5:
        yield _error("E007", "CREDIT_RESERVE_FRACTION", f"is {fraction:g}", "A share from 0 to below 0.5; 0.02 is 2 %.")


@register
def check_collected(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_sports(), *_markets(), *_books_or_regions(), *_bookmakers(), *_regions()]


def _sports() -> Found:
    hint = "Keys of the provider with commas between, such as basketball_nba."
    if problem := _keys_problem(settings.SPORTS):
        yield _error("E008", "SPORTS", problem, hint)


def _markets() -> Found:
    hint = "Keys of the provider with commas between, such as h2h,spreads,totals."
    if problem := _keys_problem(settings.MARKETS):
        yield _error("E009", "MARKETS", problem, hint)
    elif others := [key for key in settings.MARKETS if key not in BULK_MARKETS]:
        hint = f"A fetch of all games brings {', '.join(BULK_MARKETS)} only; one other key fails all of it."
        yield _warning("W001", "MARKETS", f"has {', '.join(others)}", hint)


def _books_or_regions() -> Found:
    if not settings.BOOKMAKERS and not settings.REGIONS:
        yield _error("E010", "BOOKMAKERS and REGIONS", "are both empty", "Name books, or a region such as us.")


def _bookmakers() -> Found:
    books: list[str] = settings.BOOKMAKERS
    if books and (problem := _keys_problem(books)):
        yield _warning("W005", "BOOKMAKERS", problem, "Keys of the provider with commas between, such as draftkings.")
    for key, reason in GONE_BOOKMAKERS.items():
        if key in books:
            hint = "Put williamhill_us in its place, or take it out." if key == "caesars" else "Take it out."
            yield _warning("W003", "BOOKMAKERS", f"has {key}: {reason}", hint)
    if len(set(books)) > BOOKMAKERS_PER_REGION:
        hint = f"Up to {BOOKMAKERS_PER_REGION} cost as one region, each {BOOKMAKERS_PER_REGION} begun as one more."
        cost = f"has {plural(len(set(books)), 'book')}: one fetch of a sport costs {plural(fetch_cost(), 'credit')}"
        yield _warning("W004", "BOOKMAKERS", cost, hint)


def _regions() -> Found:
    if unknown := [key for key in settings.REGIONS if key not in REGIONS]:
        hint = f"The provider knows {', '.join(REGIONS)}. BOOKMAKERS go before regions."
        yield _warning("W002", "REGIONS", f"has {', '.join(map(repr, unknown))}", hint)


def fetch_cost() -> int:
    """The most credits that one fetch of a sport costs with these settings."""
    from .the_odds_api.endpoints import Wanted, odds

    wanted = Wanted(
        markets=tuple(settings.MARKETS), bookmakers=tuple(settings.BOOKMAKERS), regions=tuple(settings.REGIONS)
    )
    return odds("any", wanted).cost


def _keys_problem(keys: Sequence[str]) -> str:
    if not keys:
        return "is empty"
    odd = [key for key in keys if not KEY.fullmatch(key)]
    return f"has {', '.join(map(repr, odd))}, which is no key: only a to z, 0 to 9 and _" if odd else ""


@register
def check_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_raw_days(), *_backfill(), *_quote_age(), *_sandbox_port(), *_pool_size()]


def _raw_days() -> Found:
    if (days := settings.RAW_RESPONSE_DAYS) < 1:
        yield _error("E011", "RAW_RESPONSE_DAYS", f"is {days}", "Days, 1 or more.")


def _backfill() -> Found:
    if not 0 < (rate := settings.BACKFILL_CALLS_PER_SECOND) <= CALLS_ALLOWED:
        hint = f"Calls a second, above 0; the provider allows {CALLS_ALLOWED}."
        yield _error("E016", "BACKFILL_CALLS_PER_SECOND", f"is {rate:g}", hint)


def _quote_age() -> Found:
    if (minutes := settings.MAX_QUOTE_AGE_MINUTES) < 1:
        yield _error("E012", "MAX_QUOTE_AGE_MINUTES", f"is {minutes}", "Minutes, 1 or more.")


def _sandbox_port() -> Found:
    if not 1 <= (port := settings.SANDBOX_PORT) <= 65535:
        yield _error("E014", "SANDBOX_PORT", f"is {port}", "A port, 1 to 65535; above 1023 unless you are root.")


def _pool_size() -> Found:
    if (size := settings.DATABASE_POOL_SIZE) < 0:
        yield _error("E015", "DATABASE_POOL_SIZE", f"is {size}", "Connections of the web server; 0 for no pool.")


@register(Tags.security)
def check_env_file(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    path = Path(settings.BASE_DIR) / ".env"
    try:
        mode = path.stat().st_mode
    except OSError:
        return []
    if os.name != "posix" or not mode & 0o077:
        return []
    return [_warning("W006", str(path), "can be read or written by other users of this machine", f"chmod 600 {path}")]


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_debug(), *_secret_key(), *_hosts(), *_database_password()]


def _debug() -> Found:
    if settings.DEBUG:
        yield _error("E020", "DEBUG", "is on", "Errors would show code and settings to every visitor: DEBUG=false.")


def _secret_key() -> Found:
    if len(key := settings.SECRET_KEY) < SECRET_KEY_LENGTH:
        hint = f"{SECRET_KEY_LENGTH} random characters or more; left empty, one is made."
        yield _error("E021", "SECRET_KEY", f"has {len(key)} characters", hint)


def _hosts() -> Found:
    if any(host in ("*", ".") or host.startswith("*") for host in settings.ALLOWED_HOSTS):
        yield _error("E022", "ALLOWED_HOSTS", "has a wildcard", "The names of the site, with commas between.")


def _database_password() -> Found:
    for database in settings.DATABASES.values():
        password = database.get("PASSWORD") or ""
        known = password.lower() in KNOWN_PASSWORDS or password == database.get("USER")
        if password and (known or len(password) < PASSWORD_LENGTH):
            hint = f"{PASSWORD_LENGTH} random characters or more, on the server and in DATABASE_URL."
            yield _error("E023", "DATABASE_URL", "has a password that is easily guessed", hint)


def _error(number: str, setting: str, problem: str, hint: str) -> Error:
    return Error(f"{setting} {problem}.", hint=hint, id=f"collectors.{number}")


def _warning(number: str, setting: str, problem: str, hint: str) -> Warning:
    return Warning(f"{setting} {problem}.", hint=hint, id=f"collectors.{number}")
