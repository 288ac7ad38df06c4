# Every target makes the environment it needs; only Python 3.11+ and make must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

export DO_NOT_TRACK = 1

.PHONY: help install demo test check bench lock clean

help:            ## show the targets
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/: .*##/\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Volteface needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(STAMP) ## make .venv with exactly what requirements.lock names

demo: $(STAMP)   ## the main job on the bundled newsroom, offline
	$(BIN)/volteface demo --out demo-out

check: $(STAMP)  ## lint, types, import rules, gold gate
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/gold

test: check      ## everything CI runs
	$(BIN)/python -m pytest --ignore=tests/gold  # check has run those

bench: $(STAMP)  ## the figures that the documentation quotes
	$(BIN)/python -m benchmarks

lock:            ## renew requirements.lock (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --all-extras --group dev -c constraints.txt --upgrade pyproject.toml -o requirements.lock

clean:           ## remove what the other targets made
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache build dist
