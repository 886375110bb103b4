# `make help` explains every target. ARGS reaches the program: make reproduce-table1 ARGS="seeds=10 train.epochs=20"
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  := $(VENV)/.peers
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help setup data quickstart reproduce-table1 circuits bench test check format clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  ARGS="key=value …" goes to the program: make reproduce-table1 ARGS="seeds=10 train.epochs=20"'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

setup: $(READY)  ## Create the virtual environment in .venv with the tested versions

data: $(READY)  ## Download and verify MNIST and CIFAR-10 (ARGS="--root DIR" says where)
	$(BIN)/python scripts/download_data.py $(ARGS)

quickstart: $(READY)  ## Run the Table 1 pipeline on embedded digits: no download, about a minute
	$(BIN)/python experiments/table.py --config-name quickstart $(ARGS)

reproduce-table1: $(READY)  ## Train all of Table 1 and write results/table1 (downloads what is missing)
	$(BIN)/python experiments/table.py $(ARGS)

$(PEERS): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@touch $@

bench: $(PEERS)  ## Time against all peers and write results/benchmarks, about 10 minutes (ARGS=--quick: half a minute)
	$(BIN)/python scripts/bench.py $(ARGS)

circuits: $(READY)  ## Draw the circuits that train into results/circuits
	$(BIN)/python scripts/draw_circuits.py $(ARGS)

test: $(READY)  ## Run all tests
	$(BIN)/python -m pytest -n auto $(ARGS)

check: $(READY)  ## Lint, format check, types and the fast tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto -m "not slow"

format: $(READY)  ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## Remove the environment, caches and outputs/ (results/ stays)
	rm -rf $(VENV) outputs .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
