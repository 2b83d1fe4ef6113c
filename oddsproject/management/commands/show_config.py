from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from collectors.checks import fetch_cost
from collectors.the_odds_api.address import PROVIDER_HOSTS
from events.cli import ReadCommand, plain
from oddsproject.example import blocks
from oddsproject.redaction import HOLDS_PASSWORD, is_secret, masked, masked_url
from oddsproject.settings import env


class Command(ReadCommand):
    help = "Every setting with the value in effect and where it comes from; of secrets only whether they are set."
    requires_system_checks = ()  # what is set wrongly is what one comes here to see

    def handle(self, *, as_json: bool, **options: Any) -> None:
        found = [described(name, group) for name, group in grouped(settings.BASE_DIR / ".env.example").items()]
        facts = derived()
        if as_json:
            self.print_json({"settings": found, "derived": facts})
            return
        width = max(len(each["name"]) for each in found)
        group = ""
        for each in found:
            if each["group"] != group:
                group = each["group"]
                self._line(f"{group}:")
            self._line(f"  {each['name']:{width}}  {each['source']:11}  {told(each['name'], each['value'])}")
        self._line("Which means:")
        for name, value in facts.items():
            self._line(f"  {name:{width}}  {'':11}  {written(value)}")

    def _line(self, text: str) -> None:
        self.console.print(plain(text), soft_wrap=True)


def grouped(example: Path) -> dict[str, str]:
    """The names of all settings, in the order of the example, with the headings they stand under there."""
    groups = {name: block.group for block in blocks(example) for name in block.names if name in env.scheme}
    return groups | {name: "Others" for name in env.scheme if name not in groups}


def described(name: str, group: str) -> dict[str, Any]:
    """One setting as shown: a secret is never among it."""
    value = getattr(settings, name, env(name))
    return {"name": name, "group": group, "source": env.source(name), "value": harmless(name, value)}


def harmless(name: str, value: Any) -> Any:
    """The value as anybody may see it."""
    if is_secret(name):
        if isinstance(value, list):
            return [masked(secret) for secret in value]
        return masked(str(value))
    if isinstance(value, list):
        return [harmless(name, item) for item in value]
    if isinstance(value, str | Path):
        return masked_url(str(value)) or ("not set" if name in HOLDS_PASSWORD else "")
    return value


def told(name: str, value: Any) -> str:
    """What to write into .env to have this value, and beside it what that came to, where it is something else."""
    given, effect = env(name), written(value)
    if is_secret(name) or not given:
        return effect
    text = written(harmless(name, given))
    return text if isinstance(value, dict) or text == effect else f"{text} ({effect})"


def written(value: Any) -> str:
    """The value in one line, as one would write it into .env."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return (",".join(map(written, value)) if isinstance(value, list) else str(value)) or "–"


def derived() -> dict[str, Any]:
    """What follows from the settings together."""
    database = settings.DATABASES["default"]
    embedded = database["ENGINE"] == "oddsproject.embedded_postgres"
    address = f"{database.get('HOST') or 'this machine'}, {database['NAME']}"
    return {
        "base_url": masked_url(settings.ODDS_API_BASE_URL),
        "provider": provider(),
        "credits_per_fetch": fetch_cost(),
        "credits_per_round": fetch_cost() * len(settings.SPORTS),
        "database": f"embedded, in {settings.VAR_DIR / 'postgres'}" if embedded else address,
    }


def provider() -> str:
    """Who is asked: "real", "sandbox", or a server on this machine that a key is set for."""
    if any(f"//{host}" in settings.ODDS_API_BASE_URL for host in PROVIDER_HOSTS):
        return "real"
    return "this machine" if settings.ODDS_API_KEY else "sandbox"
