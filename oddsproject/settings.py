"""Every setting, read from the environment or .env in one place; .env.example explains each.

Nothing needs to be set: without DATABASE_URL a private PostgreSQL under VAR_DIR is used, and without SECRET_KEY one is
made there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

from collectors.intervals import parse_intervals
from quality.limits import parse_limits, parse_ranges

from .admin_theme import THEME
from .api.configuration import SPECTACULAR, parse_rate, rest_framework
from .backups.retention import parse_keep
from .content_policy import POLICY
from .environment import Environment
from .logging_config import known_format, known_level, logging_config
from .redaction import secret_values
from .secret_key import kept_secret_key

T = TypeVar("T")


def postgresql(url: str) -> dict[str, Any]:
    """The database of this address. Raises ImproperlyConfigured, with one line, for any other kind of database."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL: only PostgreSQL will do: postgres://user:password@host:5432/name")
    try:
        database: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        what = "not an address; percent-encode what is special in its password"
        raise ImproperlyConfigured(f"DATABASE_URL: {what}") from None
    return database


def configured(name: str, parse: Callable[[str], T]) -> T:
    """The value of a setting that is a text of several. Raises ImproperlyConfigured, with one line, for none."""
    try:
        return parse(env(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(
    DEBUG=(bool, False),
    SECRET_KEY=(str, ""),
    ALLOWED_HOSTS=(list, ["localhost", "127.0.0.1", "[::1]"]),
    CSRF_TRUSTED_ORIGINS=(list, []),
    VAR_DIR=(str, ""),
    HTTPS=(bool, False),
    DATABASE_URL=(str, ""),
    DATABASE_POOL_SIZE=(int, 5),
    PG_BIN=(str, ""),
    LOG_LEVEL=(str, "INFO"),
    LOG_FORMAT=(str, "auto"),
    LOG_FILE=(str, "logs/odds_pipeline.log"),
    ODDS_API_KEY=(str, ""),
    ODDS_API_BASE_URL=(str, ""),
    ODDS_API_QUOTA=(int, 0),
    QUOTA_RESET_DAY=(int, 1),
    CREDIT_RESERVE_FRACTION=(float, 0.02),
    SANDBOX_PORT=(int, 8100),
    SPORTS=(list, ["basketball_nba"]),
    BOOKMAKERS=(list, ["pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada"]),
    MARKETS=(list, ["h2h", "spreads", "totals"]),
    REGIONS=(list, ["us"]),
    SAMPLING_MODE=(str, "fixed"),
    FIXED_INTERVAL_MINUTES=(float, 0),
    ADAPTIVE_INTERVALS=(str, "far=30,medium=15,near=5,imminent=1"),
    CLOSE_LEAD_MINUTES=(float, 1),
    MAX_QUOTE_AGE_MINUTES=(int, 60),
    ENABLE_VALIDATION=(bool, True),
    REJECT_INVALID_ODDS=(bool, False),
    DISABLED_CHECKS=(list, []),
    PRICE_LIMIT=(int, 10_000),
    OVERROUND_RANGES=(str, "retail=2..15,sharp=0.5..15,exchange=-0.5..15,dfs=0..25"),
    MOVEMENT_PER_HOUR=(str, "h2h=25,spreads=10,totals=15"),
    START_MOVED_MINUTES=(int, 60),
    RAW_RESPONSE_DAYS=(int, 30),
    BACKFILL_CALLS_PER_SECOND=(float, 15),
    BACKFILL_CONFIRM_CREDITS=(int, 1_000),
    BACKUP_DAILY=(bool, True),
    BACKUP_DIR=(str, ""),
    BACKUP_KEEP=(str, "7,4,12"),
    ALERT_ENABLED=(bool, False),
    ALERT_URLS=(list, []),
    DISCORD_WEBHOOK_URL=(str, ""),
    ALERT_SUMMARY_HOUR=(int, 9),
    API_OPEN=(bool, False),
    API_USER_RATE=(str, "600/minute"),
    API_ANONYMOUS_RATE=(str, "60/minute"),
)
env.read(BASE_DIR / ".env")

DEBUG = env("DEBUG")
VAR_DIR = Path(env("VAR_DIR") or BASE_DIR / "var").resolve()
SECRET_KEY = env("SECRET_KEY") or kept_secret_key(VAR_DIR / "secret_key")
# The health check of a container asks for 127.0.0.1, under whatever name the site is known.
ALLOWED_HOSTS = list(dict.fromkeys([*env("ALLOWED_HOSTS"), "127.0.0.1"]))
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold",  # before the admin, whose templates it replaces
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_apscheduler",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "oddsproject",
    "events",
    "odds",
    "quality",
    "collectors",
    "backtesting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oddsproject.content_policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "oddsproject.urls"
WSGI_APPLICATION = "oddsproject.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oddsproject.preferences.preferences",
                "oddsproject.origin.origin",
            ]
        },
    }
]

if env("DATABASE_URL"):
    DATABASES = {"default": {**postgresql(env("DATABASE_URL")), "CONN_HEALTH_CHECKS": True}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "oddsproject.embedded_postgres",
            "NAME": "postgres",
            "USER": "postgres",
            "CONN_HEALTH_CHECKS": True,
            # `root` holds the cluster, `bin` its programs ("" means those of the installed wheel), `server` options.
            "OPTIONS": {"root": VAR_DIR / "postgres", "bin": env("PG_BIN"), "server": {}},
        }
    }
PG_BIN = env("PG_BIN")
DATABASE_POOL_SIZE = env("DATABASE_POOL_SIZE")  # connections of the web server; oddsproject/wsgi.py makes the pool
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 14}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-gb"

STATIC_URL = "static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "oddsproject.plotly_file.PlotlyFinder",
]
WHITENOISE_USE_FINDERS = True  # serves packages' own files; nothing has to be collected first

# A page is made once in so many seconds for the same reader and the same question, an answer of the API for all.
PAGE_SECONDS = 10
_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _MEMORY},
    # Apart, so that many answers do not push out who asked how often.
    "answers": {"BACKEND": _MEMORY, "LOCATION": "answers", "OPTIONS": {"MAX_ENTRIES": 200}},
}
LOGIN_REDIRECT_URL = "admin:index"  # of the admin's own page for logging in, opened by itself
UNFOLD = THEME

CONTENT_SECURITY_POLICY = POLICY
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Behind a proxy that speaks https, and that sets X-Forwarded-Proto whatever the visitor sent.
HTTPS = env("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(health|ready)/"]  # asked from inside, without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# The API: whoever logs in or has a token reads, nobody writes. See docs/api.md.
API_OPEN = env("API_OPEN")
REST_FRAMEWORK = rest_framework(
    user_rate=configured("API_USER_RATE", parse_rate),
    anonymous_rate=configured("API_ANONYMOUS_RATE", parse_rate),
    behind_proxy=HTTPS,
)
SPECTACULAR_SETTINGS = SPECTACULAR

# The provider. Without a key it is the sandbox, on this machine.
ODDS_API_KEY = env("ODDS_API_KEY")
SANDBOX_PORT = env("SANDBOX_PORT")
ODDS_API_BASE_URL = env("ODDS_API_BASE_URL") or (
    "https://api.the-odds-api.com/v4" if ODDS_API_KEY else f"http://127.0.0.1:{SANDBOX_PORT}/v4"
)
# The credits of the sandbox cost nothing: enough of them that every minute shows something moving.
ODDS_API_QUOTA = env("ODDS_API_QUOTA") or (20_000 if ODDS_API_KEY else 200_000)
QUOTA_RESET_DAY = env("QUOTA_RESET_DAY")
CREDIT_RESERVE_FRACTION = env("CREDIT_RESERVE_FRACTION")

# What is collected, and when. Bookmakers go before regions; ten of them cost as much as one region.
SPORTS = env("SPORTS")
BOOKMAKERS = env("BOOKMAKERS")
MARKETS = env("MARKETS")
REGIONS = env("REGIONS")
SAMPLING_MODE = env("SAMPLING_MODE")
FIXED_INTERVAL_MINUTES = env("FIXED_INTERVAL_MINUTES") or (30.0 if ODDS_API_KEY else 1.0)
ADAPTIVE_INTERVALS = configured("ADAPTIVE_INTERVALS", parse_intervals)
CLOSE_LEAD_MINUTES = env("CLOSE_LEAD_MINUTES")
MAX_QUOTE_AGE_MINUTES = env("MAX_QUOTE_AGE_MINUTES")
RAW_RESPONSE_DAYS = env("RAW_RESPONSE_DAYS")
# The provider allows 30 calls a second: half of them leave room for live collection.
BACKFILL_CALLS_PER_SECOND = env("BACKFILL_CALLS_PER_SECOND")
BACKFILL_CONFIRM_CREDITS = env("BACKFILL_CONFIRM_CREDITS")

# Copies of the database. See docs/backups.md.
BACKUP_DAILY = env("BACKUP_DAILY")
BACKUP_DIR = Path(env("BACKUP_DIR") or VAR_DIR / "backups").resolve()
BACKUP_KEEP = configured("BACKUP_KEEP", parse_keep)

# Who is told of what goes wrong: addresses of channels.
ALERT_ENABLED = env("ALERT_ENABLED")
ALERT_URLS = env("ALERT_URLS")
DISCORD_WEBHOOK_URL = env("DISCORD_WEBHOOK_URL")
ALERT_SUMMARY_HOUR = env("ALERT_SUMMARY_HOUR")

# What is believed of prices. See docs/quality.md.
ENABLE_VALIDATION = env("ENABLE_VALIDATION")
REJECT_INVALID_ODDS = env("REJECT_INVALID_ODDS")
DISABLED_CHECKS = env("DISABLED_CHECKS")
PRICE_LIMIT = env("PRICE_LIMIT")
OVERROUND_RANGES = configured("OVERROUND_RANGES", parse_ranges)
MOVEMENT_PER_HOUR = configured("MOVEMENT_PER_HOUR", parse_limits)
START_MOVED_MINUTES = env("START_MOVED_MINUTES")

LOG_FORMAT = known_format(env("LOG_FORMAT"), debug=DEBUG)
LOGGING = logging_config(
    level=known_level(env("LOG_LEVEL")),
    log_file=VAR_DIR / env("LOG_FILE"),
    secrets=secret_values({**{name: env(name) for name in env.scheme}, "SECRET_KEY": SECRET_KEY}),
    console=LOG_FORMAT,
)
