# Every job is one command; `make` alone lists them. Continuous integration runs `make test`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules
.NOTPARALLEL:

BIN := .venv/bin
# Another Python for .venv: make setup PYTHON=python3.12
export PYTHON ?=
# For one's own choice of tests or options: make test ARGS="-k invalidation"
ARGS ?=

.PHONY: help setup demo test lint types bench peers faults spec docs lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: ## make .venv from the pinned packages; fetch the model, Redis and Kafka
	@.ci/setup

demo: setup ## see it work, from the first question to an invalidation; ends by itself
	@$(BIN)/semantic-cache demo

test: setup lint types ## check and test everything but the long fault runs, as continuous integration does
	@$(BIN)/python -m pytest -m "not faults" $(ARGS)

lint: setup ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## check types, strictly
	@$(BIN)/mypy

faults: setup ## kill, stop and cut real processes while a checker watches; takes minutes
	@$(BIN)/python -m pytest -m faults $(ARGS)

bench: setup ## measure against the budgets
	@$(BIN)/python -m benchmarks $(ARGS)

peers: setup ## measure beside other semantic caches, which are put into .venv-peers
	@$(BIN)/python -m benchmarks.peers.install
	@$(BIN)/python -m benchmarks peers peers-hits $(ARGS)

spec: setup ## check the protocol's TLA+ model
	@$(BIN)/python docs/spec/check.py $(ARGS)

docs: setup ## write what is generated: asyncapi.yaml and the tables of settings
	@$(BIN)/python docs/generate.py

lock: ## pin requirements/*.txt anew from pyproject.toml; needs uv
	@.ci/lock

clean: ## remove what the commands made here; the user's cache folder stays
	@rm -rf .venv .venv-peers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
