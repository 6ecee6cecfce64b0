# The commands of this project; `make` lists them. PYTHON is the Python to start from.

PYTHON ?= python3
VECTORS ?= tests/vectors
SECONDS ?= 120
ATTEMPTS ?= 300
PY := .venv/bin/python
# One process of tests for each core, files kept whole: what a file's tests share is made once.
SIDE_BY_SIDE := -n auto --dist loadscope
# A story waits for its browser some of the time. One process more than cores, and whoever is done
# early takes over from those that are not.
STORIES_SIDE_BY_SIDE := -n $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN)) --dist worksteal
# What pytest returns where no browser is found, so that no story was run.
NOTHING_RUN := 5

# What the tests read: the measured coverage is fresh while none of it has changed since.
SOURCES := $(shell find webapp templates static tests benchmarks docs -type f \
	-not -path '*/__pycache__/*') run.py Makefile README.md pyproject.toml requirements.lock

# Lock, erase and duress: where a branch that nobody has tried may cost somebody dearly. What is
# missing is listed.
PROTECTING := webapp/handover.py \
	$(patsubst %,webapp/services/%.py,app_state codes emergency equal_size erasing everything \
		forgotten guarded_rows held_space idle_lock lock_settings open_space pseudonyms runtime \
		space_changes unlocking wrong_codes) \
	$(patsubst %,webapp/storage/%.py,data_directory equal_size erasing fresh freshness repair space) \
	$(patsubst %,webapp/web/%.py,erase_form shutter unlock)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint vectors fuzz mutants twin disks timing bench browser texts lock audit environment

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start Safehouse (ARGS="--help" lists its options)
	@$(PYTHON) run.py $(ARGS)

test: environment ## Run the tests; those in a browser where there is a Chromium
	@rm -f .coverage
	@$(MAKE) --no-print-directory .coverage

check: lint .coverage ## Run what must pass before a commit: lint, types, tests, coverage
	$(PY) -m coverage report
	$(PY) -m coverage report --include='webapp/vault/*' --fail-under=100
	$(PY) -m coverage report --include="$$(echo $(PROTECTING) | tr ' ' ,)"

lint: environment ## Check style, formatting and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

vectors: environment ## Run the known-answer tests on the files of VECTORS=folder
	SAFEHOUSE_VECTORS=$(abspath $(VECTORS)) $(PY) -m pytest -m vectors

fuzz: ## Search for bytes that break a parser (SECONDS=120 for each, TARGET=name, CORPUS=folder)
	@$(PYTHON) -m tests.environment fuzz
	@.venv-fuzz/bin/python -m tests.fuzz --seconds $(SECONDS) \
		$(if $(TARGET),--target $(TARGET)) $(if $(CORPUS),--corpus $(CORPUS))

mutants: environment ## Sabotage what protects the user, line by line, and see the tests catch it (NAME="words")
	$(PY) -m tests.mutants $(NAME)

twin: environment ## Compare an erased home with one in which nothing ever happened (ARGS="--earlier 700000")
	$(PY) -m tests.twin $(ARGS)

disks: environment ## Erase everything on disks that are really full or read-only (needs root on Linux)
	$(PY) -m tests.disks

timing: environment ## Measure whether the time of an answer tells which code was typed (ATTEMPTS=300)
	$(PY) -m tests.timing --attempts $(ATTEMPTS)

bench: environment ## Measure what has a budget and print both
	$(PY) -m benchmarks

browser: environment ## Run the tests in the browser only
	$(PY) -m pytest $(STORIES_SIDE_BY_SIDE) --browser tests/browser

texts: environment ## Bring the catalogues of all languages up to date with what the program says
	$(PY) -m tests.catalogue

lock: ## Choose the newest allowed package versions (needs uv)
	uv pip compile $(LOCK_OPTIONS) --upgrade -o requirements.lock
	uv pip compile $(LOCK_OPTIONS) --upgrade --extra test -o requirements-test.lock
	uv pip compile $(LOCK_OPTIONS) --upgrade --extra fuzz -o requirements-fuzz.lock

audit: environment ## Ask the public database whether a locked package has a known weakness
	$(PY) -m pip_audit --strict --disable-pip --require-hashes -r requirements.lock

LOCK_OPTIONS := pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

environment:
	@$(PYTHON) -m tests.environment

# One run of the tests serves `make test` and the thresholds of `make check`.
.coverage: $(SOURCES) | environment
	@$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest $(SIDE_BY_SIDE) $(TESTS)
	$(PY) -m pytest $(STORIES_SIDE_BY_SIDE) -m browser --browser-if-available $(or $(TESTS),tests/browser) || [ $$? -eq $(NOTHING_RUN) ]
	@$(PY) -m coverage combine --quiet
