PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-browser lint bench constraints

# Two nights of retesting over the bundled sample: no key, no network beyond the package index.
demo: .venv/.ready
	@$(BIN)/retest demo

# Lint, types, import contracts and every test.
test: lint
	$(BIN)/pytest -n 2 --dist worksteal

# The review page in a real browser; needs Debian's chromium, or RETEST_CHROMIUM.
test-browser: .venv/.ready
	$(BIN)/pytest tests/browser/check_morning.py

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Prints the figures that the documentation quotes; DATA=FOLDER adds those that need data.
bench: .venv/.ready
	$(BIN)/python -m bench $(DATA)

# Writes the exact versions again, with hashes and without index addresses (needs uv).
constraints:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --group dev -o constraints.txt

.venv/.ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "retest needs Python 3.11 or newer: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing the pinned dependencies into .venv (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
