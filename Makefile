# Everything a person needs: `make run` and `make test`. Both install by themselves, and only when the pins change.
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
# One more than processors: many tests wait for something else.
JOBS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")
SIZE ?= default
PORT ?= 8000
FUZZ ?= 1000000
FUZZ_SEED ?= $(shell date +%s)

.PHONY: run test check lint types migrations-check tests fuzz bench docs screenshots clean pins help

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

run: .venv/installed .env  ## start everything: database, collector, web server; without a key, the sandbox
	@$(PY) manage.py run --port $(PORT)

.env:
	@install -m 600 .env.example $@
	@echo "✓ .env made from .env.example; put ODDS_API_KEY there to collect for real"

test: .venv/installed-dev  ## run the tests
	$(PY) -m pytest -n $(JOBS) --dist worksteal

check: lint types migrations-check test  ## all that CI checks: lint, format, types, migrations, tests

lint: .venv/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: .venv/installed-dev
	$(PY) -m mypy .

migrations-check: .venv/installed-dev
	$(PY) manage.py makemigrations --check --dry-run

fuzz: .venv/installed-dev  ## read, judge and store answers gone wrong at random; FUZZ=1000000, FUZZ_SEED=the clock
	FUZZ=$(FUZZ) FUZZ_SEED=$(FUZZ_SEED) $(PY) -m pytest -q -n 0 collectors/tests/test_fuzz.py

bench: .venv/installed-dev  ## measure the figures of docs/benchmarks.md; SIZE=small|default|full
	@$(PY) -m bench --size $(SIZE)

docs: .venv/installed-dev  ## build the site of the documentation into site/; every link is checked
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "✓ site/index.html; with search: $(PY) -m http.server --directory site 8001, then http://127.0.0.1:8001/"

screenshots: .venv/installed-dev  ## take the pictures of docs/images anew: the product on the sandbox, in Chromium
	$(PY) -m oddsproject.documentation.screenshots

clean:  ## remove what was installed and built; the data in var/ stays
	rm -rf .venv site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

pins: .venv/installed-dev  ## pin requirements*.in anew (needs uv on PATH)
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
