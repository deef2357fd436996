# make demo   the portal with a small world in it, on http://localhost:8000 (PORT= changes it); Ctrl-C ends it
# make test   everything that is checked; PostgreSQL, Redis and Chromium are used where they are installed
#             (WORKERS= says how many tests run beside each other, otherwise one for each core)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
WORKERS ?= auto

VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
# A stamp carries the lock's checksum: a changed lock is installed, an unchanged one costs nothing.
RUNTIME := $(VENV)/runtime-$(shell cksum < requirements.lock | tr ' ' '-')
DEVELOPMENT := $(VENV)/development-$(shell cksum < requirements-dev.lock | tr ' ' '-')
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml
# As many workers as the machine has cores; the story stays in one of them (tests/conftest.py)
PYTEST := $(PY) -m pytest --numprocesses $(WORKERS)
# Whatever reads the settings needs to know which portal it is
EMBEDDED := env PORTAL_ENV=embedded

export PORT
export PYTHONUNBUFFERED = 1
.DELETE_ON_ERROR:
.PHONY: demo test lint pytest seeds lock messages clean

demo: export PORTAL_ENV = embedded
demo: export PORTAL_DEMO = 1
demo: $(RUNTIME)
	@mkdir -p var && chmod 700 var
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) portal_demo
	@exec $(PY) -m gunicorn --config config/gunicorn.py config.wsgi

test: lint pytest

lint: $(DEVELOPMENT)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(EMBEDDED) $(VENV)/bin/lint-imports --no-cache
	$(EMBEDDED) $(MANAGE) check --fail-level WARNING
	$(EMBEDDED) $(MANAGE) makemigrations --check --dry-run
	$(EMBEDDED) $(PY) -m mypy

pytest: $(DEVELOPMENT)
	PORTAL_TEST_DATABASE=sqlite $(PYTEST)
	@if $(PY) -m tests.servers; then \
		echo "PORTAL_TEST_DATABASE=postgres $(PYTEST) -m 'not browser and not once'"; \
		PORTAL_TEST_DATABASE=postgres $(PYTEST) -m 'not browser and not once'; \
	elif [ "$$PORTAL_REQUIRE_SERVICES" = 1 ]; then \
		echo 'PORTAL_REQUIRE_SERVICES=1, and the servers are missing' >&2; exit 1; \
	else \
		echo 'left out: the run on PostgreSQL with Redis, for the servers are missing'; \
	fi

# Which lines of the acceptance list no test names yet
seeds: $(DEVELOPMENT)
	@$(PY) -m tests.ids

# For maintainers: needs uv
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

# For maintainers: needs gettext
messages: $(RUNTIME)
	$(EMBEDDED) $(MANAGE) makemessages --all --no-location --ignore .venv --ignore var --ignore tests
	$(EMBEDDED) $(MANAGE) compilemessages --ignore .venv

clean:
	rm -rf $(VENV) var

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed: make PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(PY)
	@echo 'Installing what the portal stands on …'
	@rm -f $(VENV)/runtime-* && $(INSTALL) requirements.lock && touch $@

# The development lock holds the runtime's versions too, so one installation serves both.
$(DEVELOPMENT): | $(PY)
	@echo 'Installing what the portal and its tests stand on …'
	@rm -f $(VENV)/runtime-* $(VENV)/development-* && $(INSTALL) requirements-dev.lock && touch $@ $(RUNTIME)
