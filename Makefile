# The doors:  make demo   the main job, end to end        make test   every check that CI runs
#             make package  what gets deployed            make setup  .venv with everything
#             make simulate SEEDS=20 START=0   seeded faults; a failing seed prints how to replay it
#             make seeds    500 of them, as in `make test`   make singles  every single fault of the main flows
#             make faults   both   make pairs   every pair of faults of first deployments
#             make sabotage planted defects, caught
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := PYTHON=$(PYTHON) sh .ci/install
SOURCES := shared cli fakecloud functions deploy tests demo
# The shipped code runs on these too, where the machine has them.
OTHER_PYTHONS := 3.10 3.12

SEEDS ?= 20
START ?= 0

# Many processes import the same: without its bytecode each of them would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo simulate faults seeds singles pairs sabotage year test lint types imports tests unit flows others pythons \
	package format clean
.DELETE_ON_ERROR:

setup: $(VENV)/ready

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv --without-pip $(VENV)
	$(INSTALL) $(VENV) --require-hashes --no-deps -r requirements/dev.txt
	$(INSTALL) $(VENV) --no-deps --no-build-isolation --editable .
	touch $@

demo: setup
	$(BIN)/python -m demo

simulate: setup
	$(BIN)/python -m tests.simulation --seeds $(SEEDS) --start $(START)

faults: seeds singles

seeds: setup
	$(BIN)/python -m tests.simulation --seeds 500 --start 0 $(PROCESSES:%=--processes %)

singles: setup
	$(BIN)/python -m tests.simulation.singles $(PROCESSES:%=--processes %)

pairs: setup
	$(BIN)/python -m tests.simulation.singles --pairs

sabotage: setup
	$(BIN)/python -m tests.simulation.sabotage

# A year of renewals, 60 certificates every 60 days, on a clock that leaps: some minutes.
year: setup
	$(BIN)/python -m tests.flows.year

package: setup
	$(BIN)/python -m deploy.package

# One process each, as many at a time as there are processors: more of them slow each other down. In the order in which
# two processors end together. What each says is shown when it ends, where make can do so.
CHECKS := seeds others unit singles flows $(OTHER_PYTHONS:%=python-%) types imports lint
JOBS ?= $(or $(shell getconf _NPROCESSORS_ONLN 2>/dev/null),2)
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
test:
	@$(MAKE) --no-print-directory --jobs $(JOBS) $(SYNC) PROCESSES=1 $(CHECKS)

lint: setup
	$(BIN)/ruff format --check --quiet $(SOURCES)
	$(BIN)/ruff check --quiet $(SOURCES)

types: setup
	$(BIN)/mypy $(SOURCES)

imports: setup
	$(BIN)/lint-imports

# The Serverless Devs CLI renders template.yml in the tests, where Node.js is there.
node_modules/.bin/s: package.json
	@if command -v npm >/dev/null; then npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error; \
	else echo "Node.js is not on this machine: template.yml is not rendered by the Serverless Devs CLI."; fi

tests: unit flows others

# Coverage is measured where it is asked for, of the fast tests; it would make the others, which run whole pipelines over
# and over, twice as slow. The rooms that decide are covered whole.
DECIDING := */certdrop/deployment/*,*/certdrop/state/*,*/certdrop/reconcile/*
unit: setup node_modules/.bin/s
	$(BIN)/python -m pytest --cov --cov-report=term tests/unit
	$(BIN)/python -m coverage report --include='$(DECIDING)' --fail-under=100

flows: setup
	$(BIN)/python -m pytest tests/flows

# The demo waits for most of its minute: it is tested beside the others.
others: setup
	$(BIN)/python -m pytest tests/demo/test_demo.py & demo=$$!; \
	$(BIN)/python -m pytest --ignore tests/unit --ignore tests/flows --ignore tests/demo/test_demo.py; others=$$?; \
	wait $$demo && exit $$others

pythons: $(OTHER_PYTHONS:%=python-%)

python-%: setup
	@sh .ci/other-python $*

format: setup
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

clean:
	rm -rf build .venv .venv-* .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
