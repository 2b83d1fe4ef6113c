"""Each setting that cannot be meant is told, with its name, what it is and what to do."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from collectors.the_odds_api.address import base_url_problem

KEY = "0123456789abcdef0123456789abcdef"
STRONG = {"DEBUG": False, "SECRET_KEY": "s3" * 30, "ALLOWED_HOSTS": ["odds.example.org"]}


def found(*, deploy: bool = False, **over) -> dict[str, str]:
    """What is found wrong with these settings: ids and messages."""
    with override_settings(**over):
        messages = run_checks(include_deployment_checks=deploy)
    assert all(message.hint for message in messages if message.id.startswith("collectors."))
    return {message.id.removeprefix("collectors."): message.msg for message in messages if "collectors." in message.id}


@pytest.fixture(autouse=True)
def _base(settings, tmp_path):
    """The defaults, whatever this machine has in .env."""
    settings.BASE_DIR = tmp_path
    settings.ODDS_API_KEY = ""
    settings.ODDS_API_BASE_URL = "http://127.0.0.1:8100/v4"
    settings.SPORTS, settings.MARKETS, settings.REGIONS = ["basketball_nba"], ["h2h", "spreads", "totals"], ["us"]
    settings.BOOKMAKERS = ["pinnacle", "williamhill_us"]


def test_the_defaults_are_fine():
    assert found() == {}
    assert found(ODDS_API_KEY=KEY, ODDS_API_BASE_URL="https://api.the-odds-api.com/v4") == {}


@pytest.mark.parametrize(
    ("number", "over", "said"),
    [
        ("E001", {"ODDS_API_BASE_URL": "https://example.org/v4"}, "ODDS_API_BASE_URL leads to 'example.org'"),
        ("E002", {"SAMPLING_MODE": "clever"}, "SAMPLING_MODE is 'clever'."),
        ("E003", {"FIXED_INTERVAL_MINUTES": 0}, "FIXED_INTERVAL_MINUTES is 0."),
        ("E003", {"FIXED_INTERVAL_MINUTES": float("nan")}, "FIXED_INTERVAL_MINUTES is nan."),
        ("E003", {"FIXED_INTERVAL_MINUTES": 0.5, "ODDS_API_KEY": KEY}, "FIXED_INTERVAL_MINUTES is 0.5."),
        ("E004", {"ADAPTIVE_INTERVALS": {"far": 30}}, "ADAPTIVE_INTERVALS cannot be: medium, near, imminent missing"),
        ("E005", {"ODDS_API_QUOTA": 0}, "ODDS_API_QUOTA is 0."),
        ("E006", {"QUOTA_RESET_DAY": 32}, "QUOTA_RESET_DAY is 32."),
        ("E007", {"CREDIT_RESERVE_FRACTION": 0.5}, "CREDIT_RESERVE_FRACTION is 0.5."),
        ("E007", {"CREDIT_RESERVE_FRACTION": -0.1}, "CREDIT_RESERVE_FRACTION is -0.1."),
        ("E008", {"SPORTS": []}, "SPORTS is empty."),
        ("E008", {"SPORTS": ["Basketball NBA"]}, "SPORTS has 'Basketball NBA', which is no key"),
        ("E009", {"MARKETS": []}, "MARKETS is empty."),
        ("E009", {"MARKETS": ["h2h", "spreads;totals"]}, "MARKETS has 'spreads;totals', which is no key"),
        ("E010", {"BOOKMAKERS": [], "REGIONS": []}, "BOOKMAKERS and REGIONS are both empty."),
        ("E011", {"RAW_RESPONSE_DAYS": 0}, "RAW_RESPONSE_DAYS is 0."),
        ("E016", {"BACKFILL_CALLS_PER_SECOND": 0.0}, "BACKFILL_CALLS_PER_SECOND is 0."),
        ("E016", {"BACKFILL_CALLS_PER_SECOND": 31.0}, "BACKFILL_CALLS_PER_SECOND is 31."),
        ("E012", {"MAX_QUOTE_AGE_MINUTES": 0}, "MAX_QUOTE_AGE_MINUTES is 0."),
        ("E013", {"CLOSE_LEAD_MINUTES": -1}, "CLOSE_LEAD_MINUTES is -1."),
        ("E014", {"SANDBOX_PORT": 70000}, "SANDBOX_PORT is 70000."),
        ("E015", {"DATABASE_POOL_SIZE": -1}, "DATABASE_POOL_SIZE is -1."),
        ("W001", {"MARKETS": ["h2h", "player_points", "h2h_q1"]}, "MARKETS has player_points, h2h_q1."),
        ("W002", {"REGIONS": ["us", "usa"]}, "REGIONS has 'usa'."),
        ("W003", {"BOOKMAKERS": ["caesars"]}, "BOOKMAKERS has caesars: never a key of the provider: Caesars is"),
        ("W003", {"BOOKMAKERS": ["circasports"]}, "BOOKMAKERS has circasports: no longer offered by the provider"),
        ("W004", {"BOOKMAKERS": [f"book{n}" for n in range(11)]},
         "BOOKMAKERS has 11 books: one fetch of a sport costs 6 credits."),
        ("W005", {"BOOKMAKERS": ["Draft Kings"]}, "BOOKMAKERS has 'Draft Kings', which is no key"),
    ],
)  # fmt: skip
def test_each_mistake_is_told(number, over, said):
    told = found(**over)
    assert list(told) == [number]
    assert told[number].startswith(said)


@pytest.mark.parametrize(
    "over",
    [
        {"FIXED_INTERVAL_MINUTES": 0.1},
        {"FIXED_INTERVAL_MINUTES": 1, "ODDS_API_KEY": KEY},
        {"CLOSE_LEAD_MINUTES": 0},
        {"CREDIT_RESERVE_FRACTION": 0},
        {"BOOKMAKERS": [], "REGIONS": ["us", "us2", "us_dfs", "us_ex", "uk", "eu", "au", "fr", "se"]},
        {"BOOKMAKERS": ["a_book_nobody_has_heard_of"], "REGIONS": []},
        {"BOOKMAKERS": [f"book{n}" for n in range(10)]},
        {"MARKETS": ["outrights"]},
    ],
)
def test_what_can_be_meant_is_left_alone(over):
    assert found(**over) == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.the-odds-api.com/v4",
        "https://API.the-odds-api.com:443/v4",
        "https://ipv6-api.the-odds-api.com/v4",
        "http://127.0.0.1:8100/v4",
        "http://127.8.9.1/v4",
        "https://localhost:8443/v4",
        "http://[::1]:8100/v4",
    ],
)
def test_the_provider_and_this_machine_may_be_asked(url):
    assert base_url_problem(url) == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "leads to ''"),
        ("http://api.the-odds-api.com/v4", "would send the key unencrypted"),
        ("https://api.the-odds-api.com:8443/v4", "would send the key unencrypted, or to an unusual port"),
        ("https://api.the-odds-api.com.example.org/v4", "leads to 'api.the-odds-api.com.example.org'"),
        ("https://api.the-odds-api.com@example.org/v4", "holds a user or a password"),
        ("http://user:secret@127.0.0.1/v4", "holds a user or a password"),
        ("https://api.the-odds-api.com\\@example.org/v4", "holds a blank or another character"),
        ("https://api.the-odds-api.com/v4\n", "holds a blank or another character"),
        ("https://api.the-odds-api.com/v4?x=1", "has something behind its path"),
        ("http://169.254.169.254/v4", "leads to '169.254.169.254'"),
        ("http://0x7f.1/v4", "leads to '0x7f.1'"),
        ("http://10.0.0.1/v4", "leads to '10.0.0.1'"),
        ("http://localhost.example.org/", "leads to 'localhost.example.org'"),
        ("file:///etc/passwd", "leads to ''"),
        ("ftp://127.0.0.1/", "has the scheme 'ftp'"),
        ("http://[::1/v4", "is no address"),
        ("http://127.0.0.1:port/v4", "is no address"),
    ],
)
def test_the_key_goes_nowhere_else(url, said):
    assert base_url_problem(url).startswith(said)


def test_a_password_in_the_address_is_not_shown():
    assert "secret" not in found(ODDS_API_BASE_URL="https://user:secret@api.the-odds-api.com")["E001"]


@pytest.mark.parametrize(("mode", "told"), [(0o600, []), (0o400, []), (0o640, ["W006"]), (0o604, ["W006"])])
def test_settings_that_others_can_read_are_told(tmp_path, mode, told):
    (tmp_path / ".env").write_text("ODDS_API_KEY=\n")
    (tmp_path / ".env").chmod(mode)
    assert list(found()) == told


@pytest.mark.parametrize(
    ("number", "over", "said"),
    [
        ("E020", {"DEBUG": True}, "DEBUG is on."),
        ("E021", {"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters."),
        ("E022", {"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS has a wildcard."),
    ],
)
def test_deployment_is_refused_with_what_only_developers_may_have(number, over, said):
    assert found(**STRONG, deploy=True) == {}
    assert found(**{**STRONG, **over}, deploy=True)[number] == said
    assert number not in found(**{**STRONG, **over})


@pytest.mark.parametrize("password", ["postgres", "dev_password", "Changeme", "short", "elephants-and-ants"])
def test_a_password_that_is_easily_guessed_is_refused_in_deployment(settings, monkeypatch, password):
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "elephants-and-ants")
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", password)
    said = found(**STRONG, deploy=True)["E023"]
    assert said == "DATABASE_URL has a password that is easily guessed."


@pytest.mark.parametrize("password", ["k7Qz-9fTw-2LmX", ""])
def test_a_long_password_and_none_are_fine(settings, monkeypatch, password):
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", password)
    assert found(**STRONG, deploy=True) == {}
