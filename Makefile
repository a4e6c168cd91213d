# SPDX-License-Identifier: Apache-2.0
# make run    boot SeaBIOS without filters, then with its hot ports answered by bytecode
# make test   the tests, a tenth of the random ones: some minutes
# make long   all tests in full, the kernel module's in QEMU as well: a quarter of an hour and more
# make test-debug   the kernel module on a kernel with KASAN, lockdep and kmemleak, built first
# make prove  that the filters of all devices do what their Python source says, for every input: a minute or two
# make docs   the documentation as a site in site/, with the API reference
# make fuzz   an hour of each fuzzer (SECONDS=60 for less), where atheris is to be had
# The first use sets everything up: a virtual environment in .venv, system packages where it may.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

SECONDS ?= 3600

.PHONY: run test long prove test-debug fuzz check bench docs docs-serve header runtime runtime-check sanitize format setup release lock clean

run: $(VENV)/run.stamp
	$(BIN)/lightexit run --compare

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n 2 --dist loadgroup

long: $(VENV)/rig.stamp
	$(BIN)/python -m pytest -n 2 --dist loadgroup --long

prove: $(VENV)/test.stamp
	$(BIN)/lightexit prove --all

test-debug: $(VENV)/test.stamp
	cd tests && ../$(BIN)/python -m kernel.rig --host-kernel debug --timeout 600 true
	$(BIN)/python -m pytest tests/kernel --long --host-kernel debug

# Not everywhere is there an atheris: then it is skipped, and says so.
fuzz: $(VENV)/test.stamp
	$(PIP) --require-hashes -r requirements/fuzz.txt || true
	cd tests && ../$(BIN)/python -m fuzz --seconds $(SECONDS) --folder ../.fuzz

check: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/bench.stamp
	$(BIN)/python -m bench

# mkdocs-material tells of its successor at every build, unless it is asked not to.
docs docs-serve: export NO_MKDOCS_2_WARNING := 1
docs: $(VENV)/docs.stamp
	$(BIN)/python -m mkdocs build

docs-serve: $(VENV)/docs.stamp
	$(BIN)/python -m mkdocs serve

# The C headers of what is declared in Python.
header: $(VENV)/run.stamp
	$(BIN)/python -m lightexit.abi.header > kernel/uapi/lightexit.h
	$(BIN)/python -m lightexit.runtime.header > src/lightexit/runtime/layouts.h
	$(BIN)/python -m lightexit.trace.probes.header > src/lightexit/trace/probes/layouts.h

# The LLVM IR that the package ships, of the runtime's C; `make runtime-check` compares.
runtime: $(VENV)/runtime.stamp
	$(BIN)/python tools/runtime.py

runtime-check: $(VENV)/runtime.stamp
	$(BIN)/python tools/runtime.py --check

# The bus's tests and the torture, the runtime built with each of gcc's sanitizers.
sanitize: $(VENV)/test.stamp
	$(BIN)/python tools/sanitize.py

format: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/test.stamp

# Wheel, sdist, Debian packages and the bill of materials in dist/, each built twice and tried where
# nothing else is installed; nothing is published.
release: $(VENV)/release.stamp
	$(PYTHON) tools/setup.py release
	$(BIN)/python tools/release.py

# The versions and hashes in requirements/, anew; needs uv.
lock:
	$(PYTHON) tools/lock.py

$(VENV)/python.stamp:
	$(PYTHON) tools/setup.py
	$(PYTHON) -m venv $(VENV)
	touch $@

# What is installed is locked with hashes (tools/lock.py); lightexit itself is linked, not copied.
PIP := $(BIN)/python -m pip install --progress-bar on --disable-pip-version-check -q

$(VENV)/run.stamp: $(VENV)/python.stamp pyproject.toml requirements/run.txt
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps -e .
	touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PYTHON) tools/setup.py test
	$(PIP) --require-hashes -r requirements/dev.txt
	touch $@

$(VENV)/runtime.stamp: $(VENV)/test.stamp requirements/runtime.txt
	$(PIP) --require-hashes -r requirements/runtime.txt
	touch $@

$(VENV)/rig.stamp: $(VENV)/test.stamp requirements/rig.txt
	$(PIP) --require-hashes -r requirements/rig.txt
	touch $@

$(VENV)/bench.stamp: $(VENV)/test.stamp requirements/bench.txt
	$(PIP) --require-hashes -r requirements/bench.txt
	touch $@

$(VENV)/docs.stamp: $(VENV)/test.stamp requirements/docs.txt
	$(PIP) --require-hashes -r requirements/docs.txt
	touch $@

$(VENV)/release.stamp: $(VENV)/run.stamp requirements/release.txt
	$(PIP) --require-hashes -r requirements/release.txt
	touch $@

clean:
	rm -rf $(VENV) .venv-* site .fuzz .mypy_cache .ruff_cache .pytest_cache
