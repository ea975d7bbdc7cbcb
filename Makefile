# Everything below runs in $(VENV), which is made where it is missing and left alone where it is up to date.
# `make help` lists the targets.

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
WORKERS ?= 2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PINNED := $(PIP) -c constraints.txt
PYTEST := $(BIN)/python -m pytest

# One thread per process: the tests and the runner use processes, and more threads make small matrices slower.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help install quickstart test test-portable test-gpu test-slow test-clients test-bayesmark lower-bounds check docs structure schema format clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The stamps stand for "installed from these two files"; touching neither means no network.
# torch comes first and by itself: a build of the same version that is already in $(VENV) is kept.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PINNED) torch
	$(PINNED) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PINNED) -e '.[test]'
	@touch $@

$(VENV)/.installed-clients: $(VENV)/.installed-test
	$(PINNED) -e '.[test,ray,peers,eda,aig,antibody,sdp,postgres,browser]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(PINNED) -e '.[docs]'
	@touch $@

install: $(VENV)/.installed ## create the environment and install the project

quickstart: install ## tune two models on real data and write runs/quickstart/report.html
	$(BIN)/hebo run configs/quickstart.yaml

test: $(VENV)/.installed-test ## the tests that are neither slow nor need somebody else's package
	$(PYTEST) -n $(WORKERS) -m "not slow and not client"

test-portable: $(VENV)/.installed-test ## the same in three settings that stand for other machines: kernels, threads, load
	WORKERS=$(WORKERS) $(BIN)/python .ci/test_portable.py

test-gpu: $(VENV)/.installed ## compare a GPU with the CPU, in at most 8 minutes; DEVICE=cpu proves the script itself
	HEBO_TEST_DEVICE=$(DEVICE) $(BIN)/python .ci/test_gpu.py

test-slow: $(VENV)/.installed-clients ## the slow tests, those with other people's packages as well
	$(PYTEST) -n $(WORKERS) -m slow

test-clients: $(VENV)/.installed-clients ## with other people's packages: Ray Tune's search, the peers, ABC, aigverse, antigens, a browser
	$(PYTEST) -m "client and not slow"

test-bayesmark: ## the real Bayesmark, in an environment of its own, with the final scores
	PYTHON=$(PYTHON) configs/bayesmark/run_real.sh

lower-bounds: ## the tests on the oldest versions pyproject.toml allows
	PYTHON=$(PYTHON) .ci/lower-bounds

check: $(VENV)/.installed-test ## style, types and import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict hebo mcbo tasks hebo_command.py
	$(PYTEST) tests/test_imports.py

structure: $(BIN)/python ## sizes, import edges and circles, and what adding a part costs, from the source text
	$(BIN)/python tests/tools/structure.py

docs: $(VENV)/.installed-docs ## build the documentation into site/; a broken link or reference is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

schema: $(VENV)/.installed ## write the JSON Schema of the experiment files that the package ships
	$(BIN)/hebo schema -o hebo/experiment/experiment.schema.json

format: $(VENV)/.installed-test ## put the sources into the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove environments, caches and build products (not runs/)
	rm -rf $(VENV) .venv-bayesmark .venv-lower-bounds .venv-hebo .venv-hebo-warped build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find hebo mcbo tasks tests -name __pycache__ -type d -prune -exec rm -rf {} +
