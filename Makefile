# How people and CI build, run and check the guard. `make` lists the targets; each does what it needs first.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv --quiet pip compile --python-version 3.13 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header
# What the tests marked `system` need from Debian.
SYSTEM_PACKAGES := jq shellcheck nghttp2-server chromium tesseract-ocr tesseract-ocr-fra rsyslog age slapd

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run demo test check test-system train format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with the locked versions (PYTHON=… names the Python 3.13 to use)

run: setup ## Start the guard on this machine; Ctrl-C stops it
	@exec $(BIN)/guard serve

demo: setup ## Show a guarded conversation with a stand-in AI service; no account needed
	@$(BIN)/guard demo

test: setup ## Run the tests; no system package needed
	@$(BIN)/python -m pytest -q -n 2

check: setup ## Format, lint, types, layers, and the rule files with their own tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/guard lint
	$(BIN)/guard test

test-system: setup ## As root on Debian: install what the system tests need and run them, none skipped
	@if [ "$$(id -u)" != 0 ] || [ ! -e /etc/debian_version ]; then \
		echo "make test-system installs Debian packages: run it as root on Debian." >&2; exit 1; fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(SYSTEM_PACKAGES)
	command -v npm >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nodejs npm
	@mkdir -p build/clients
	cp tests/e2e/clients/package.json tests/e2e/clients/package-lock.json build/clients
	npm ci --prefix build/clients --silent --ignore-scripts --no-audit --no-fund
	$(BIN)/python -m pytest -q -m system --junitxml=build/system.xml
	@! grep -q '<skipped' build/system.xml || { echo "A system test was skipped." >&2; exit 1; }

train: setup ## Train the pipeline of names again (DATA=DIR: from a folder of JSON lines); about an hour of one core
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.train $(if $(DATA),--data "$(DATA)",--download build/training-data)

format: setup ## Put all code into the house's form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup ## Write requirements*.lock anew from requirements*.in; UPGRADE=1 takes newer versions
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in --output-file requirements.lock
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements-dev.in --constraint requirements.lock --output-file requirements-dev.lock
	@! grep -nE '://|^-' requirements.lock requirements-dev.lock || { echo "A lock file names an address." >&2; exit 1; }

clean: ## Remove what the other targets made; events, state and keys stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python counts when it is 3.13 and can make a virtual environment (Debian keeps that in python3.13-venv).
$(STAMP): requirements-dev.lock requirements.in pyproject.toml
	@set -e; \
	if ! $(BIN)/python -c '' 2>/dev/null; then \
		for python in $(if $(PYTHON),"$(PYTHON)",python3.13 \
			"$${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$(cat .python-version)"*/bin/python python3 python); do \
			if "$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; \
			then found=$$python; break; fi; \
		done; \
		if [ -z "$${found:-}" ]; then \
			echo "No Python 3.13 here$(if $(PYTHON), ($(PYTHON) is none)): install it with your distribution's package" \
				"(python3.13 and python3.13-venv), with pyenv (pyenv install 3.13), or with uv (uv python install 3.13)" \
				"or python.org's installer, and name it with PYTHON=… if it is not found." >&2; exit 1; \
		fi; \
		echo "Making $(VENV) with $$found"; \
		"$$found" -m venv --clear $(VENV); \
	fi
	@echo "Installing the locked versions (a few minutes the first time)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "Ready: $(VENV)"
