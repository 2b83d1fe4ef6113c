"""Every setting, read from the environment or .env in one place; .env.example explains each.

Nothing needs to be set: without DATABASE_URL a private PostgreSQL under VAR_DIR is used, and without SECRET_KEY one is
made there.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from .logging_config import known_level, logging_config
from .secret_key import kept_secret_key


def postgresql(url: str) -> dict[str, Any]:
    """The database of this address. Raises ImproperlyConfigured, with one line, for any other kind of database."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL: only PostgreSQL will do: postgres://user:password@host:5432/name")
    database: dict[str, Any] = environ.Env.db_url_config(url)
    return database


BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    DEBUG=(bool, False),
    SECRET_KEY=(str, ""),
    ALLOWED_HOSTS=(list, ["localhost", "127.0.0.1", "[::1]"]),
    CSRF_TRUSTED_ORIGINS=(list, []),
    VAR_DIR=(str, ""),
    DATABASE_URL=(str, ""),
    PG_BIN=(str, ""),
    LOG_LEVEL=(str, "INFO"),
)
env.read_env(BASE_DIR / ".env")

DEBUG = env("DEBUG")
VAR_DIR = Path(env("VAR_DIR") or BASE_DIR / "var").resolve()
SECRET_KEY = env("SECRET_KEY") or kept_secret_key(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
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
WHITENOISE_USE_FINDERS = True  # serves packages' own files; nothing has to be collected first

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LOGGING = logging_config(level=known_level(env("LOG_LEVEL")), log_dir=VAR_DIR / "logs")
