# Everything a contributor runs. A fresh machine needs Python 3.11 or newer, make and git; the first target sets up .venv.
# `make PYTHON=python3.13 test` chooses the interpreter of a new .venv, and `DEPENDENCIES=lowest` the oldest versions that are declared
# (for the interpreter: the oldest that have a wheel for it). The environment may set both.

PYTHON ?= python3
DEPENDENCIES ?= highest
BIN := .venv/bin
READY := .venv/.ready
PLUGIN_PROJECTS := $(wildcard plugins/*/pyproject.toml)
PLUGINS := $(PLUGIN_PROJECTS:%/pyproject.toml=%)
CATALOGUE ?= .cache/catalogue
DEMO := .cache/demo
DEMO_NEEDS := hatchling editables av cryptography
# what pip says matters only if it fails
DEMO_PIP = $(DEMO)/bin/python -m pip install --disable-pip-version-check
OR_SAY_WHY = > $(DEMO)/pip.log 2>&1 || { cat $(DEMO)/pip.log >&2; exit 1; }
# what breaks first when a request, a table, an error or the money is changed; no other process and no real time
QUICK := tests/core/mapping $(addprefix tests/core/test_,budget.py constructor_stubs.py deadlines.py dimensions.py exceptions.py fallback.py journal.py mock.py one_line.py plan.py \
	public_surface.py redaction.py request_models.py resuming.py retries.py secrets.py standing.py structure.py)
# the official clients, which these tests run, need newer versions than the distributions do
OFFICIAL_CLIENTS := --ignore tests/sdk \
	--deselect tests/plugins/google/test_google_models.py::test_omni_is_asked_as_the_official_client_asks
WITHOUT := $(if $(filter lowest,$(DEPENDENCIES)),$(OFFICIAL_CLIENTS))

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick fuzz simulate soak lint format types docs pictures reference conformance matrix clients catalogue bench packaging ci clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY) ## create .venv with the core, every plugin and the tools

demo: ## generate a clip without a key; installs only what that takes
	@if [ -e $(READY) ]; then $(BIN)/python examples/demo.py; \
		else $(MAKE) --no-print-directory $(DEMO)/.ready && $(DEMO)/bin/python examples/demo.py; fi

test: $(READY) ## run every test, those of the built wheels included
	$(BIN)/python -m pytest -n 4 --dist loadgroup $(WITHOUT)

quick: $(READY) ## test the core's models, tables, retries, fallback, ledger and structure, in under a minute
	$(BIN)/python -m pytest $(QUICK)

fuzz: $(READY) ## feed thousands of odd answers to every plugin; N=20000 makes it more
	ODD_ANSWERS=$(or $(N),5000) $(BIN)/python -m pytest tests/plugins tests/core/test_odd_downloads.py -k nothing_but_exceptions --timeout 7200

simulate: $(READY) ## run the engine through 20000 random schedules; N=1000000 makes it more, SEED=7 replays one
	PYTHONPATH=tests $(BIN)/python -m simulation $(if $(SEED),--seed $(SEED),--schedules $(or $(N),20000))

soak: $(READY) ## kill batches of 300 rows 20 times, on both databases; KILLS=50 makes it more, SEED=7 replays one
	BATCH_KILLS=$(or $(KILLS),20) BATCH_ROWS=$(or $(ROWS),300) BATCH_SEED=$(or $(SEED),1) \
		$(BIN)/python -m pytest tests/plugins/batch -k "kills" --timeout 7200

lint: $(READY) ## check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY) ## apply format and safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(READY) ## check types, strictly
	$(BIN)/mypy

docs: $(READY) ## build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

pictures: $(READY) ## render the pictures of the README and of the first page
	PYTHONPATH=docs $(BIN)/python -m picture_maker

reference: $(READY) ## write docs/reference out of the code and the model tables
	PYTHONPATH=docs $(BIN)/python -m reference_generator docs/reference

conformance: $(READY) ## run the conformance kit on every plugin, and record the result for the plugin directory
	CONFORMANCE_RECORD=docs/reference_generator/conformance.json $(BIN)/python -m pytest tests/plugins -n 2 -k conformance
	$(MAKE) --no-print-directory reference

matrix: $(READY) ## try every fault at every phase of every provider, and write docs/explanation/reliability.md
	PYTHONPATH=docs:tests $(BIN)/python -m fault_matrix docs/explanation/reliability.md

clients: $(READY) ## download the newest official clients and the price map; CATALOGUE=folder chooses where to
	mkdir -p $(CATALOGUE)
	cd $(CATALOGUE) && npm pack --silent @fal-ai/client
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(CATALOGUE) \
		google-genai litellm luma-agents lumaai openai runwayml xai-sdk

catalogue: $(READY) ## compare the model tables with the downloaded clients, and write what differs
	PYTHONPATH=docs $(BIN)/python -m catalogue_check $(CATALOGUE) \
		--page docs/reference/catalogue.md --extracts tests/catalogue

bench: $(READY) ## measure, and write the table of docs/explanation/performance.md; LARGE=1 measures batches of 20,000 rows instead
	$(BIN)/python -m benchmarks $(if $(LARGE),large-batch,--write)

packaging: $(READY) ## build every wheel and try each in a clean environment
	$(BIN)/python -m pytest tests/packaging

ci: ## what continuous integration runs, the same way
	.ci/run

clean: ## remove .venv, caches and builds
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis docs/_build

# A small environment of its own: the tools of a contributor take much longer. It uses the simulators of the tests.
$(DEMO)/.ready: Makefile core/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "tarash-gateway needs Python 3.11 or newer, but '$(PYTHON)' is not; run: make PYTHON=python3.13 demo" >&2; exit 1; }
	@echo "1/3 creating an environment in $(DEMO)"
	@$(PYTHON) -m venv $(DEMO)
	@echo "2/3 installing what the gateway needs"
	@$(DEMO_PIP) $(DEMO_NEEDS) $(OR_SAY_WHY)
	@echo "3/3 installing the gateway and three plugins"
	@$(DEMO_PIP) --no-build-isolation --editable "./core[cli,testing]" \
		--editable ./plugins/local --editable ./plugins/fal --editable ./plugins/replicate $(OR_SAY_WHY)
	@touch $@

# The folders are installed in one command: pip must see them together, because an index holds another project
# under the name of the core. They are built with the tools just installed (no build environment per folder).
# The lowest versions replace the newest ones, although a tool in .venv may want newer: the tests are what counts. OpenTelemetry's SDK
# is one with its API; its names are constants, of which the tests compare the newest.
$(READY): Makefile requirements-dev.txt core/pyproject.toml $(PLUGIN_PROJECTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "tarash-gateway needs Python 3.11 or newer, but '$(PYTHON)' is not;" \
			"install one and run: make PYTHON=python3.13 $(or $(MAKECMDGOALS),setup)" >&2; exit 1; }
	@echo "1/3 creating an environment in .venv"
	@$(PYTHON) -m venv .venv
	@echo "2/3 installing the tools, which takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@echo "3/3 installing the core and every plugin"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation \
		--editable "./core[cli,testing]" $(PLUGINS:%=--editable ./%)
ifeq ($(DEPENDENCIES),lowest)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	printf '%s\n' "./core[cli,testing,websocket]" $(PLUGINS:%=./%) "./plugins/fal[webhooks]" opentelemetry-sdk \
		| $(BIN)/uv pip compile --quiet --python $(BIN)/python \
		--resolution lowest-direct --only-binary :all: --no-annotate --no-header - \
		| grep -Ev '^(\./|opentelemetry-semantic-conventions=)' > .venv/lowest.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement .venv/lowest.txt
endif
	@touch $(READY)
