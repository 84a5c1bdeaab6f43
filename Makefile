# `make help` lists the targets. Each sets up what it needs: Python 3.11+, make and git are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export UV_PROJECT_ENVIRONMENT := $(VENV)
# the system's Python, never a downloaded one
export UV_PYTHON_DOWNLOADS := never

# What `make synth` chooses for production (stacks/stage.py). A deployment names its own: cdk deploy -c stage=prod -c ...
TRUST_UNPROVEN ?= yes
API_DOMAIN ?= api.wachter.example
LIVE_DOMAIN ?= live.wachter.example
APP_URL ?= https://app.wachter.example
MAIL_FROM ?= alerts@mail.wachter.example
SIM_PROVIDER_URL ?= https://sims.wachter.example/v1
SIM_PROVIDER_SECRET ?= wachter/prod/sim-provider
REGION ?= eu-central-1

.PHONY: help setup run test check format bench synth promises attacks docs clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wachter needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/uv --version 2>/dev/null | grep -q "^uv $(UV_VERSION)" || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --frozen --quiet --python $(BIN)/python
	@touch $@

setup: $(VENV)/.ready ## install what the project needs into .venv

run: setup ## start everything on this machine (FRESH=1 starts empty)
	@$(BIN)/python -m local run $(if $(FRESH),--fresh)

test: setup ## run all tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: setup ## format, lint, types, contracts, generated documents
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .import_linter_cache
	@$(BIN)/python -m docs.generate --check

format: setup ## format the code and mend what lint can mend
	@$(BIN)/ruff check --quiet --fix-only . ; $(BIN)/ruff format --quiet .

bench: setup ## measure (ONLY=bridge for a part); the last line is one JSON object
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

synth: setup ## synthesize the production stacks into cdk.out (API_DOMAIN=, LIVE_DOMAIN=, TRUST_UNPROVEN=no, REGION= ...)
	@$(BIN)/python -m stacks.synth --stage prod --trust-unproven $(TRUST_UNPROVEN) --region $(REGION) \
		--api-domain $(API_DOMAIN) --live-domain $(LIVE_DOMAIN) --app-url $(APP_URL) --mail-from $(MAIL_FROM) \
		--sim-provider-url $(SIM_PROVIDER_URL) --sim-provider-secret $(SIM_PROVIDER_SECRET)

promises: setup ## which promise is proven by what (GUARDS=1 removes each guard and expects a failure)
	@$(BIN)/python -m tests.proofs promises $(if $(GUARDS),--guards)

attacks: setup ## the same for the attacks
	@$(BIN)/python -m tests.proofs attacks $(if $(GUARDS),--guards)

docs: setup ## write the generated documents anew
	@$(BIN)/python -m docs.generate

clean: ## remove what the targets made
	rm -rf $(VENV) .local cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
