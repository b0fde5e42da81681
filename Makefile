# Every target makes the virtual environment that it needs, from Python >= 3.11 and make alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The S3 server of the tests needs older libraries than Bantin: it has an environment of its own.
S3_VENV := .venv-s3
S3_READY := $(S3_VENV)/.ready
TESTS ?= tests
PORT ?= 8000

.PHONY: install run test lint bench soak lock clean

install: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Bantin needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

$(S3_READY): tests/s3-server.lock
	test -x $(S3_VENV)/bin/python || $(PYTHON) -m venv $(S3_VENV)
	$(S3_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/s3-server.lock
	touch $(S3_READY)

run: $(READY)
	$(BIN)/bantin demo --port $(PORT)

test: $(READY) $(S3_READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m tests.bench

soak: $(READY) $(S3_READY)
	$(BIN)/python -m tests.soak

# For maintainers: exact versions with hashes for every supported Python; names no package index.
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --extra postgres --extra s3 --extra redis --extra heic --group dev --output-file requirements.lock pyproject.toml
	printf 'moto[s3]>=5.2.5\nflask\nflask-cors\n' | $(COMPILE) --output-file tests/s3-server.lock -

clean:
	rm -rf $(VENV) $(S3_VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache
