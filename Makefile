# Everything runs in .venv, made here from the pinned, hashed locks. `make demo` and `make serve` need requirements.lock alone.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

.PHONY: help demo sandbox serve test test-node test-vendure check format bench simulate torture schema lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/' | expand -t 16

demo: $(BIN)/.run ## a wholesaler's day on simulated platforms; ARGS='--for 40 --json' for a short one with a verdict
	@$(BIN)/python main.py demo $(ARGS)

sandbox: $(BIN)/.run ## the simulated platforms alone
	@$(BIN)/python main.py sandbox $(ARGS)

serve: $(BIN)/.run ## the hub alone, settings from the environment
	@$(BIN)/python main.py serve

test: $(BIN)/.dev ## all tests, on SQLite and on PostgreSQL; what cannot run here is listed with its reason
	@$(BIN)/python -m pytest -q -rs -n auto --maxprocesses 4 --dist loadfile $(ARGS)

test-node: $(BIN)/.dev ## the API seen by the stock JavaScript client; needs node and npm
	@cd tests/api/node && npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m pytest -q -rs tests/api/test_node_client.py

test-vendure: $(BIN)/.dev ## the Vendure adapter against a real server, fetched from the npm registry; needs node and npm
	@cd tests/vendure/server && npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	@HUB_TEST_VENDURE=1 $(BIN)/python -m pytest -q -rs -n auto --maxprocesses 2 --dist loadfile tests/vendure $(ARGS)

check: $(BIN)/.dev ## ruff, mypy, import-linter, schema snapshot
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python main.py schema | diff -u schema.graphql - && echo "schema.graphql is what the code says"

format: $(BIN)/.dev ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BIN)/.dev ## measurements, each beside its bound
	@$(BIN)/python main.py bench $(ARGS)

simulate: $(BIN)/.run ## the whole hub in virtual time, drawn from seeds; ARGS='--seeds 1000 --mutations --json'
	@$(BIN)/python main.py simulate $(ARGS)

torture: $(BIN)/.dev ## real processes under attack, on SQLite and on PostgreSQL; ARGS='--minutes 10 --json'
	@$(BIN)/python main.py torture $(ARGS)

schema: $(BIN)/.run ## write schema.graphql anew
	@$(BIN)/python main.py schema > schema.graphql.new && mv schema.graphql.new schema.graphql

lock: $(BIN)/.python ## pin all dependencies anew, with hashes
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -qq --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --constraint requirements-dev.lock pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header bench/peers/requirements.in -o bench/peers/requirements.lock

clean: ## remove what was made here
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis .bench .peers

$(BIN)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

$(BIN)/.run: requirements.lock | $(BIN)/.python
	@echo "Installing what the hub needs into .venv ..." >&2
	@$(INSTALL) -r requirements.lock
	@touch $@

$(BIN)/.dev: requirements-dev.lock $(BIN)/.run
	@echo "Installing what its tests need ..." >&2
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
