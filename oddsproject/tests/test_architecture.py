"""Imports point one way, and the pure modules are pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What each app may import of the others; none may import oddsproject.
ALLOWED = {
    "events": set(),
    "odds": {"events"},
    "quality": {"odds", "events"},
    "collectors": {"quality", "odds", "events"},
    "backtesting": {"odds", "events"},
    "oddsproject": {"collectors", "backtesting", "quality", "odds", "events"},
}

# Modules without database, settings or clock; of Django they know TextChoices, which needs no configured project.
PURE = [
    "backtesting/bankroll.py",
    "backtesting/breakdowns.py",
    "backtesting/calibration.py",
    "backtesting/caveats.py",
    "backtesting/clv.py",
    "backtesting/counting.py",
    "backtesting/decision_times.py",
    "backtesting/drawdown.py",
    "backtesting/estimates.py",
    "backtesting/fills.py",
    "backtesting/history/board.py",
    "backtesting/history/closing.py",
    "backtesting/history/deciding.py",
    "backtesting/history/fingerprint.py",
    "backtesting/history/history.py",
    "backtesting/history/records.py",
    "backtesting/history/showing.py",
    "backtesting/history/standing.py",
    "backtesting/history/tables.py",
    "backtesting/lookahead/comparing.py",
    "backtesting/lookahead/records.py",
    "backtesting/metrics.py",
    "backtesting/overfitting.py",
    "backtesting/placing.py",
    "backtesting/position_results.py",
    "backtesting/records.py",
    "backtesting/resampling.py",
    "backtesting/result.py",
    "backtesting/returns.py",
    "backtesting/rules.py",
    "backtesting/selection.py",
    "backtesting/settlement.py",
    "backtesting/significance.py",
    "backtesting/terms.py",
    "backtesting/wording.py",
    "backtesting/report/charts.py",
    "backtesting/report/equity.py",
    "backtesting/report/figures.py",
    "backtesting/report/histograms.py",
    "backtesting/report/intervals.py",
    "backtesting/staking/base.py",
    "backtesting/staking/exclusive.py",
    "backtesting/staking/growth.py",
    "backtesting/staking/kelly.py",
    "backtesting/staking/parsing.py",
    "backtesting/staking/simultaneous.py",
    "backtesting/strategies/__init__.py",
    "backtesting/strategies/arbitrage.py",
    "backtesting/strategies/base.py",
    "backtesting/strategies/baselines.py",
    "backtesting/strategies/boards.py",
    "backtesting/strategies/consensus.py",
    "backtesting/strategies/errors.py",
    "backtesting/strategies/expected_value.py",
    "backtesting/strategies/line_move.py",
    "backtesting/strategies/loading.py",
    "backtesting/strategies/oracle.py",
    "backtesting/strategies/parameters.py",
    "backtesting/strategies/registry.py",
    "backtesting/strategies/singles.py",
    "backtesting/validation/criteria.py",
    "backtesting/validation/grid.py",
    "collectors/archives/column_map.py",
    "collectors/archives/conversion.py",
    "collectors/archives/files.py",
    "collectors/archives/generic.py",
    "collectors/archives/judging.py",
    "collectors/archives/line_history.py",
    "collectors/archives/meanings.py",
    "collectors/archives/records.py",
    "collectors/archives/sbr_multibook.py",
    "collectors/archives/sbr_sheet.py",
    "collectors/backfill/wording.py",
    "events/game_days.py",
    "events/names.py",
    "events/records.py",
    "odds/markets.py",
    "odds/known_copies.py",
    "odds/opportunities/__init__.py",
    "odds/opportunities/fair.py",
    "odds/opportunities/finding.py",
    "odds/opportunities/judging.py",
    "odds/opportunities/lasting.py",
    "odds/opportunities/moved.py",
    "odds/opportunities/offers.py",
    "odds/opportunities/pairs.py",
    "odds/opportunities/records.py",
    "odds/opportunities/rows.py",
    "odds/opportunities/sets.py",
    "odds/opportunities/terms.py",
    "odds/pricing/__init__.py",
    "odds/pricing/arrays.py",
    "odds/pricing/consensus.py",
    "odds/pricing/conversions.py",
    "odds/pricing/devig.py",
    "odds/pricing/moved_lines.py",
    "odds/pricing/value.py",
    "odds/records.py",
    "odds/runs.py",
    "odds/lines.py",
    "odds/exports/columns.py",
    "odds/exports/datasets.py",
    "odds/exports/guard.py",
    "odds/archiving/layout.py",
    "odds/archiving/manifest.py",
    "events/times.py",
    "collectors/the_odds_api/values.py",
    "collectors/the_odds_api/joining.py",
    "collectors/the_odds_api/normaliser.py",
    "collectors/the_odds_api/payloads.py",
    "collectors/recording_files.py",
    "collectors/results_csv.py",
    "collectors/intervals.py",
    "collectors/sampling.py",
    "collectors/credits.py",
    "collectors/the_odds_api/endpoints.py",
    "collectors/the_odds_api/address.py",
    "collectors/the_odds_api/answers.py",
    "collectors/the_odds_api/contents.py",
    "events/lifecycle.py",
    "collectors/alerting.py",
    "quality/alerts/messages.py",
    "quality/baseline.py",
    "quality/faults.py",
    "quality/judging.py",
    "quality/limits.py",
    "quality/readings.py",
    "quality/records.py",
    "quality/rules/completeness.py",
    "quality/rules/events.py",
    "quality/rules/movement.py",
    "quality/rules/overround.py",
    "quality/rules/prices.py",
    "quality/rules/registry.py",
    "quality/rules/sides.py",
    "quality/rules/timestamps.py",
    "quality/rules/wording.py",
    "quality/stamps.py",
    "oddsproject/backups/retention.py",
]


def imports(path: Path) -> Iterator[str]:
    """The absolute names of all modules that a file imports, also inside functions."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            yield ".".join((*base, *([node.module] if node.module else [])))


def modules(app: str) -> Iterator[Path]:
    return (path for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts)


@pytest.mark.parametrize("app", ALLOWED)
def test_imports_point_down(app):
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(app)
        for name in imports(path)
        if (other := name.split(".")[0]) in ALLOWED and other != app and other not in ALLOWED[app]
    ]
    assert upward == []


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_know_nothing_of_the_database(module):
    impure = [
        name
        for name in imports(ROOT / module)
        if name.split(".")[0] in {"django", "psycopg", "time"} or name.split(".")[-1] in {"models", "services", "store"}
    ]
    assert impure == []


def test_only_the_gate_reaches_the_provider():
    """HTTP libraries are imported by its two modules and by nothing else, and only the gate makes a client."""
    http = {"requests", "urllib3", "httpx", "aiohttp"}
    users = {
        str(path.relative_to(ROOT))
        for app in ALLOWED
        for path in modules(app)
        if any(name.split(".")[0] in http for name in imports(path))
    }
    assert users == {"collectors/the_odds_api/client.py", "collectors/the_odds_api/wire.py"}
    makers = {
        str(path.relative_to(ROOT))
        for app in ALLOWED
        for path in modules(app)
        if any(name.endswith("the_odds_api.client") for name in imports(path))
    }
    assert makers == {"collectors/gate.py"}


def test_the_sandbox_starts_without_django():
    """It stands for somebody else's server: what it knows of this project are the shapes of the provider."""
    for path in (ROOT / "collectors" / "sandbox").rglob("*.py"):
        inside = {name for name in imports(path) if name.split(".")[0] in {"django", *ALLOWED}}
        assert all(name.startswith("collectors.sandbox") for name in inside), path.name


def test_only_the_store_writes_odds():
    """No other module makes, changes or deletes rows of the two big tables."""
    writes = ("INTO odds_odds", "UPDATE odds_odds", "DELETE FROM odds_odds", "COPY odds_odds")
    writers = {
        str(path.relative_to(ROOT))
        for app in ALLOWED
        for path in modules(app)
        if "migrations" not in path.parts and any(verb in path.read_text() for verb in writes)
    }
    assert writers == {"odds/store.py"}
