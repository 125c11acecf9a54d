# Every command of Himaya. `make` alone lists them.
PYTHON ?= python3
# Bytecode is kept: each process of a test run would compile the same modules anew, and pytest rewrite the same tests.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
INSTALLED := .venv/.installed-$(shell cksum < requirements/dev.lock | cut -d ' ' -f 1)
PEERS := var/peers-venv
PEERS_INSTALLED := $(PEERS)/.installed-$(shell cksum < requirements/peers.lock | cut -d ' ' -f 1)
DOCS_LINT := var/docs-lint
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help install run stop demo demo-data verify test browser faults mutants engines bench lock audit fuzz format docs lint-docs figures clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## make the virtual environment and install the pinned set, where that is not done yet

$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Himaya needs Python 3.11 or newer: make PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@rm -f .venv/.installed-* && touch $@

run: install ## start everything on this machine, until Ctrl-C
	@$(BIN)/python -m deploy.local run

stop: install ## stop what `make run` started somewhere else
	@$(BIN)/python -m deploy.local stop

demo: install ## tell the story against the running platform, step by step
	@$(BIN)/python -m deploy.local.demo

demo-data: install ## fill the running platform with invented people, so that its pages have something to show
	@$(BIN)/python -m deploy.local.demo.data

verify: install ## ask the running platform what must never be: lost, doubled, unbalanced, unsealed
	@$(BIN)/python -m deploy.local verify

test: install ## style, types, import contracts and all tests but the long ones below
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 4 --dist worksteal tests --ignore tests/faults --ignore tests/engines/apache --ignore tests/browser

browser: install ## drive the pages as their users do, in Chromium; pictures of each in var/browser
	$(BIN)/pytest -p no:xdist tests/browser

engines: install ## hold the bus to its contract on Apache Kafka, one broker and three, and take brokers away from it
	ENGINES=apache $(BIN)/pytest tests/contracts/bus tests/shared/bus/test_watchdog.py
	ENGINES=apache KAFKA_BROKERS=3 $(BIN)/pytest tests/contracts/bus tests/engines/apache

mutants: install ## turn one mechanism after the other off, and see a test fail each time
	@$(BIN)/python -m tests.faults.mutants

faults: install ## harm the whole platform while people use it, then check all of it; FAULTS_MINUTES=30 for the long form
	FAULTS_MINUTES=$${FAULTS_MINUTES:-5} $(BIN)/pytest -p no:xdist -s $(FAULTS) tests/faults

format: install ## write the style that `make test` asks for
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: install ## pin every version and hash of requirements/*.in anew
	$(LOCK) requirements/runtime.in -o requirements/runtime.lock
	$(LOCK) requirements/dev.in -o requirements/dev.lock
	$(LOCK) requirements/peers.in -o requirements/peers.lock

audit: install ## ask what is publicly known to be wrong with the pinned set; needs PyPI's or OSV's own data
	@test -x var/audit/bin/pip-audit || ($(PYTHON) -m venv var/audit && var/audit/bin/pip install --quiet pip-audit==2.10.1)
	@for lock in runtime dev; do \
		var/audit/bin/pip-audit --strict --disable-pip --require-hashes --vulnerability-service $(or $(AUDIT_SERVICE),pypi) \
			-r requirements/$$lock.lock || { echo "make audit: $$lock.lock is NOT found good: a package has a known fault, or the data cannot be had here"; exit 1; }; \
	done

fuzz: install ## fuzz every reader of bytes from outside for FUZZ_SECONDS (10) each; FUZZ_TARGETS names some
	@$(BIN)/python -m tests.fuzz

docs: install ## write the generated pages anew: events, settings, OpenAPI, AsyncAPI
	@$(BIN)/python -m deploy.docs

lint-docs: ## hold the generated OpenAPI and AsyncAPI documents to Redocly and Spectral; needs npm
	@mkdir -p $(DOCS_LINT) && cp deploy/docs/lint/package.json deploy/docs/lint/package-lock.json $(DOCS_LINT)
	@cd $(DOCS_LINT) && npm ci --ignore-scripts --no-audit --no-fund --silent
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(DOCS_LINT)/node_modules/.bin/redocly lint \
		--config deploy/docs/lint/redocly.yaml docs/openapi/*.json docs/asyncapi.json
	$(DOCS_LINT)/node_modules/.bin/spectral lint --fail-severity hint --ruleset deploy/docs/lint/spectral.yaml \
		docs/openapi/*.json docs/asyncapi.json

$(PEERS_INSTALLED): requirements/peers.lock
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.lock
	@touch $@

bench: install ## measure the backbone against its baselines and peers: writes bench/RESULTS.md
	@$(MAKE) --no-print-directory $(PEERS_INSTALLED) || echo "without the peers: they could not be installed"
	@$(BIN)/python -m bench

figures: install ## measure the running platform: memory, lines, times
	@$(BIN)/python -m deploy.local figures
	@$(BIN)/python -m bench.platform
	@$(BIN)/python -m bench.pages

clean: ## remove the virtual environment, caches and ALL state of the local run
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
