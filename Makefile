# Signalbox: `make run` opens it, `make test` proves it. Both set up what they need; neither needs root.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint interop realfhir performance screenshots overview wheel clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export QT_LOGGING_RULES ?= qt.qpa.*=false

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with the signalbox command in it

$(STAMP): pyproject.toml packaging/setup.sh
	@sh packaging/setup.sh $(VENV)
	@touch $(STAMP)

run: $(STAMP) ## open the desktop on the embedded engine with the demo hospital
	@$(BIN)/signalbox desktop --demo

lint: $(STAMP) ## style, types, floors
	$(BIN)/ruff format --check console tests packaging
	$(BIN)/ruff check console tests packaging
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(STAMP) lint ## everything a change must pass
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m "not interop and not performance" \
	  tests/architecture tests/unit tests/property tests/contract tests/desktop tests/e2e

interop: $(STAMP) ## every message of the corpus through the real socket
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest -q -m interop tests/interop --ignore=tests/interop/test_real_fhir_server.py

realfhir: $(STAMP) ## delivery against HAPI FHIR, built from Maven Central (needs java 17 and mvn)
	$(BIN)/pytest -q -s -m interop tests/interop/test_real_fhir_server.py

performance: $(STAMP) ## print the figures
	$(BIN)/python tests/performance/run.py

screenshots: $(STAMP) ## make the pictures of the README and the help from the running program
	$(BIN)/python packaging/screenshots.py

overview: $(STAMP) ## write the README's overview of the rooms from the docstrings
	$(BIN)/python packaging/overview.py

wheel: $(STAMP) ## build the wheel into dist/
	$(BIN)/pip wheel -q --no-deps -w dist .

clean: ## forget .venv and everything made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
