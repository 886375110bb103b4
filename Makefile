# `make help` explains every target. ARGS reaches the program: make reproduce-table1 ARGS="seeds=10 train.epochs=20"
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  := $(VENV)/.peers
CATALYST := .venv-catalyst
ARGS   ?=
# Tests wait for processes of theirs a third of the time, so that more of them than cores are quicker. Each process begins
# with a part of the tests that follow each other, as these share what they need.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 3 // 2 or 1)')
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal
JOBS   := $(BIN)/python scripts/ibm_jobs.py
RUNS   ?= $(wildcard outputs/*_r1_D1_released-*)
# Python keeps what it has compiled, whatever the environment says: tests start many processes that import the same.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup data quickstart reproduce-table1 reproduce-table2 reproduce-figure6 ablation circuits light-cones \
	corrected classes select-reuploading reuploading reuploading-parts choices contribution baselines \
	convolutions table2-run field attacks gradients concentration noise claims audit report bench bench-catalyst \
	test fast-tests test-slurm test-report \
	robustness check lint format clean \
	hardware-estimate hardware-submit hardware-status hardware-collect hardware-cancel hardware-rehearse \
	hardware-rehearsals

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  ARGS="key=value …" goes to the program: make reproduce-table1 ARGS="seeds=10 train.epochs=20"'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

setup: $(READY)  ## Create the virtual environment in .venv with the tested versions

data: $(READY)  ## Download and verify MNIST, Fashion-MNIST, CIFAR-10; ARGS="--datasets cifar100 stl10": these
	$(BIN)/python scripts/download_data.py $(ARGS)

quickstart: $(READY)  ## Run the Table 1 pipeline on embedded digits: no download, about a minute
	$(BIN)/python experiments/table.py --config-name quickstart $(ARGS)

reproduce-table1: $(READY)  ## Train all of Table 1 and write results/table1 (downloads what is missing)
	$(BIN)/python experiments/table.py $(ARGS)

reproduce-table2: $(READY)  ## Train CNN-QNL-Net on 0/1 and 3/6 and write Table 2 beside the quoted models
	$(BIN)/python experiments/table.py --config-name table2 $(ARGS)

reproduce-figure6: $(READY)  ## Draw Figure 6, loss and accuracy by epoch, from the rows of Table 1
	$(BIN)/python scripts/draw_figure6.py $(ARGS)

ablation: $(READY)  ## Train every r, D, ansatz and readout (216 cells): grids, heat maps, how things grow
	$(BIN)/python experiments/table.py --config-name ablation $(ARGS)

corrected: $(READY)  ## Table 1 with our protocol, 20 seeds in every row, and write results/corrected
	$(BIN)/python experiments/table.py --config-name corrected $(ARGS)

classes: $(READY)  ## Train on 2, 4 and 10 classes and write results/classes
	$(BIN)/python experiments/table.py --config-name classes $(ARGS)

select-reuploading: $(READY)  ## Choose settings of circuit=reuploading on held-out training images
	$(BIN)/python experiments/table.py --config-name select_reuploading $(ARGS)

reuploading: $(READY)  ## Train with data uploaded before each repetition and write results/reuploading
	$(BIN)/python experiments/table.py --config-name reuploading $(ARGS)

reuploading-parts: $(READY)  ## What each part of the re-uploading circuit does, seed by seed
	$(BIN)/python experiments/compare.py --config-name reuploading_parts $(ARGS)

choices: $(READY)  ## What each choice of the released script does, seed by seed: results/choices
	$(BIN)/python experiments/compare.py --config-name choices $(ARGS)

contribution: $(READY)  ## What the quantum layer contributes, seed by seed: results/contribution
	$(BIN)/python experiments/compare.py --config-name contribution $(ARGS)

attacks: $(READY)  ## Shahzad's networks under attack, once `make field` has trained them: results/attacks
	$(BIN)/python scripts/attack.py $(wildcard outputs/mnist-0-1-2-3-4-5-6-7-8-9_shahzad_mnist_paper*) \
		--method fgsm pgd raw-none raw-fgsm raw-pgd --output-dir $(if $(ARGS),outputs,results)/attacks $(ARGS)

concentration: $(READY)  ## How the entries of quantum kernels crowd together as qubits are added, a minute: results/concentration
	$(BIN)/python scripts/kernel_concentration.py --output-dir $(if $(ARGS),outputs,results)/concentration $(ARGS)

noise: $(READY)  ## Table 1's models with few shots, depolarizing gates and device noise, 7 minutes once they are trained
	$(BIN)/python experiments/noise.py $(ARGS)

baselines: $(READY)  ## Classical models on the four components that PCA-QNL-Net gets: results/baselines
	$(BIN)/python experiments/table.py --config-name baselines $(ARGS)

convolutions: $(READY)  ## Circuits where a convolution stands, beside their twins: results/convolutions, many hours
	$(BIN)/python experiments/table.py --config-name convolutions $(ARGS)

field: $(READY)  ## The rest of the field beside its twins, and each option of the authors' code alone: results/field, many hours
	$(BIN)/python experiments/table.py --config-name field $(ARGS)

table2-run: $(READY)  ## Table 2's models by their own recipe and by the common one, beside twins: results/table2_run
	$(BIN)/python experiments/table.py --config-name table2_run $(ARGS)

gradients: $(READY)  ## Draw the gradients of each part of the models, by epoch, from the rows of results/convolutions
	$(BIN)/python scripts/draw_gradients.py results/convolutions $(ARGS)

claims: $(READY)  ## Judge the claims of the paper by the tables in results/
	$(BIN)/python scripts/judge_claims.py $(ARGS)

audit: $(READY)  ## All of the audit; ARGS reach what trains
	$(BIN)/python scripts/light_cones.py
	$(BIN)/python experiments/compare.py --config-name choices $(ARGS)
	$(BIN)/python experiments/compare.py --config-name contribution $(ARGS)
	$(BIN)/python experiments/table.py --config-name baselines $(ARGS)
	$(BIN)/python experiments/noise.py $(ARGS)
	$(BIN)/python scripts/judge_claims.py

$(PEERS): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@touch $@

bench: $(PEERS)  ## Time against all peers and write results/benchmarks, about 35 minutes (ARGS=--quick: a minute)
	$(BIN)/python -m benchmarks $(ARGS)

# Catalyst brings its own, older JAX.
$(CATALYST)/.ready: benchmarks/catalyst-constraints.txt
	$(PYTHON) -m venv $(CATALYST)
	$(CATALYST)/bin/pip install --quiet --disable-pip-version-check -c $< pennylane-catalyst
	@touch $@

bench-catalyst: $(CATALYST)/.ready  ## An environment for PennyLane's Catalyst, which then takes part in the benchmarks

hardware-estimate: $(READY)  ## What a run costs on a device: make hardware-estimate RUN=outputs/… BACKEND=ibm_fez
	$(JOBS) estimate $(RUN) --backend $(BACKEND) $(ARGS)

hardware-submit: $(READY)  ## Estimate, ask, submit to IBM Quantum (RUN, BACKEND; ARGS="--images 200 --shots 1024")
	$(JOBS) submit $(RUN) --backend $(BACKEND) $(ARGS)

hardware-status: $(READY)  ## Where the submissions are
	$(JOBS) status $(ARGS)

hardware-collect: $(READY)  ## Bring all results home that are there (ARGS=--wait waits for the others)
	$(JOBS) collect --all $(ARGS)

hardware-cancel: $(READY)  ## Cancel a submission (KEY)
	$(JOBS) cancel $(KEY) $(ARGS)

hardware-rehearse: $(READY)  ## The same path on a simulated device (RUN; BACKEND=fake-fez, fake-manila, aer, …)
	$(JOBS) rehearse $(RUN) --backend $(BACKEND) $(ARGS)

hardware-rehearsals: $(READY)  ## Rehearse all models of Table 1 on two devices into results/hardware, 15 minutes
	for device in fake-manila fake-fez; do for level in 0 1 2; do \
		$(JOBS) rehearse $(RUNS) --backend $$device --resilience $$level --ledger results/hardware $(ARGS) || exit $$?; \
	done; done

circuits: $(READY)  ## Draw the circuits that train into results/circuits
	$(BIN)/python scripts/draw_circuits.py $(ARGS)

light-cones: $(READY)  ## Show which gates, inputs and weights can reach the output: results/light_cones
	$(BIN)/python scripts/light_cones.py $(ARGS)

test: $(READY)  ## Run all tests
	$(PYTEST) $(ARGS)

test-slurm: $(READY)  ## Run sweeps on a real one-node Slurm cluster (root on Debian; installs what is missing)
	$(BIN)/python tests/slurm/cluster.py install
	$(BIN)/python -m pytest -m slurm tests/slurm $(ARGS)

test-report: $(READY)  ## Look at the page in headless Chromium (root on Debian; installs it where it is missing)
	$(BIN)/python tests/evidence/page/chromium.py install
	$(BIN)/python -m pytest -m browser tests/evidence/page $(ARGS)

report: $(READY)  ## Write results/report/index.html: one page with everything in results/
	$(BIN)/python scripts/report.py $(ARGS)

robustness: $(READY)  ## Kill runs, fill disks, damage files, and write results/robustness.md, 13 minutes
	$(BIN)/python -m robustness $(ARGS)

check: $(READY)  ## What lint does and, beside it, the fast tests
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint fast-tests

fast-tests: $(READY)
	$(PYTEST) -m "not slow"

lint: $(READY)  ## Lint, format check, types, and committed results against their rows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python scripts/check_results.py

format: $(READY)  ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## Remove the environment, caches and outputs/ but for jobs on devices, which may be paid for (results/ stays)
	rm -rf $(VENV) $(CATALYST) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	[ ! -d outputs ] || find outputs -mindepth 1 -maxdepth 1 ! -name hardware ! -name qpu -exec rm -rf {} +
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
