# Two commands do everything on a fresh machine with Python 3.11+, make and pip:
#   make demo    the main job on the sample archive; leaves demo/report.html
#   make test    lint, types and the whole test suite
# PYTHON=python3.13 make test  uses another interpreter for .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: install demo test lint types browser clean

install: $(READY)

# Versions are pinned by constraints.txt, so that both commands give the same result next year.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)
	$(BIN)/python examples/demo.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

test: $(READY) lint types
	$(BIN)/python -m pytest -n auto --cov --cov-report=term:skip-covered

browser:
	apt-get install -y --no-install-recommends chromium || (apt-get update && apt-get install -y --no-install-recommends chromium)

clean:
	rm -rf $(VENV) demo runs dist build
