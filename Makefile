# Every target sets up what it needs; a second run finds it done. `make help` lists the targets.

PYTHON ?= python3
UV_VERSION := 0.13.8

BIN := .venv/bin
UV := .tools/bin/uv
LOGS := .build/log
CDK := node_modules/.bin/cdk
STAGES := local prod

export PATH := $(CURDIR)/.tools/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never
export AWS_EC2_METADATA_DISABLED := true
export CDK_DISABLE_CLI_TELEMETRY := true
# Byte code is written once, not made anew by every worker, command and synthesis.
unexport PYTHONDONTWRITEBYTECODE
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: help setup demo up down test sweep unit check bench chaos
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready node_modules/.ready ## install what the lock files pin, into this folder
	@:

demo: setup ## a local deployment with sixty days of reports in it, shown as tables
	@$(BIN)/python -m infra.local.demo

up: setup ## start the local stack and deploy to it
	@$(BIN)/python -m infra.local.up

down: setup ## stop what `make up` started
	@$(BIN)/python -m infra.local.down

test: setup ## the tests: unit, contract, infra, and what the local stack can do
	@$(BIN)/pytest --quiet -n 3 --ignore tests/sweeps tests

sweep: setup ## every right, role, tenant and generated request against the local stack; properties, thoroughly
	@$(BIN)/pytest --quiet -n 2 tests/sweeps
	@$(BIN)/pytest --quiet -n 2 -m hypothesis --hypothesis-profile thorough tests/unit tests/contract

unit: setup ## the unit tests: pure, in seconds
	@$(BIN)/pytest --quiet -n 2 tests/unit

check: setup ## lint, types, import contracts, templates, advisories, OpenAPI document
	@$(MAKE) --jobs=2 --keep-going $(CHECKS)

bench: setup ## speed, memory and cost, as tables
	@$(BIN)/python -m tests.bench

chaos: setup ## throttling, errors, resets and killed workers, and not a report lost
	@$(BIN)/python -m tests.chaos

# --- set-up -----------------------------------------------------------------------------------------------

# $(call quietly,name,what it is,command): one line, and what the command said only if it failed.
define quietly
	@mkdir -p $(LOGS)
	@printf '%-7s %s\n' '$(1)' '$(2)'
	@{ $(3) ; } > $(LOGS)/$(1)-$(@F).log 2>&1 || { cat $(LOGS)/$(1)-$(@F).log >&2; exit 1; }
endef

# $(call needs,program,test of its version,what to say)
needs = @{ command -v $(1) && $(2); } > /dev/null 2>&1 || { echo '$(3)' >&2; exit 1; }

.tools/uv-$(UV_VERSION):
	$(call needs,$(PYTHON),$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))',Python 3.11 or later is needed: install it or set PYTHON=/path/to/it)
	$(call needs,$(PYTHON),$(PYTHON) -c 'import ensurepip',$(PYTHON) has no ensurepip: install the venv package of your system (python3-venv))
	$(call quietly,setup,uv $(UV_VERSION),$(PYTHON) -m venv --clear .tools/python && .tools/python/bin/pip install --quiet uv==$(UV_VERSION) && mkdir -p .tools/bin && ln -sf ../python/bin/uv $(UV))
	@touch $@

.venv/.ready: .tools/uv-$(UV_VERSION) pyproject.toml uv.lock
	$(call quietly,setup,Python packages,$(UV) sync --frozen --quiet --python '$(PYTHON)')
	@touch $@

node_modules/.ready: package.json package-lock.json
	$(call needs,node,node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)',Node.js 20 or later is needed: install it)
	$(call needs,npm,npm --version,npm is needed: install it with Node.js)
	$(call quietly,setup,CDK command line and address data,npm ci --no-audit --no-fund --loglevel=error)
	@touch $@

# --- checks -----------------------------------------------------------------------------------------------

CHECKS := check-lint check-format check-types check-imports $(STAGES:%=check-stage-%) check-audit check-openapi check-statements check-roles
.PHONY: $(CHECKS)

check-lint:
	$(call quietly,check,lint (ruff),$(BIN)/ruff check --no-cache .)

check-format:
	$(call quietly,check,format (ruff),$(BIN)/ruff format --check .)

check-types:
	$(call quietly,check,types (mypy --strict),$(BIN)/mypy)

check-imports:
	$(call quietly,check,who imports whom (import-linter),$(BIN)/lint-imports)

# One after the other: both stages build bundles out of the same cache.
check-stage-prod: | check-stage-local
# The emulator asks for a grant that AWS has no name for; see Stage.names_batches. This list replaces .cfnlintrc.
check-stage-local: UNLINTED := --ignore-checks W3005 W3037
$(STAGES:%=check-stage-%): check-stage-%:
	$(call quietly,check,templates of the stage $* (cdk-nag and cfn-lint),$(CDK) synth --quiet --context stage=$* --context report_domain=reports.example.com --output .build/check/$* && $(BIN)/cfn-lint .build/check/$*/*.template.json $(UNLINTED))

check-audit:
	@$(BIN)/python -m infra.audit

check-openapi:
	$(call quietly,check,OpenAPI document,$(BIN)/python -m functions.api.docs.build --check)

check-statements:
	$(call quietly,check,table of statements,$(BIN)/python -m tests.statements --check)

check-roles:
	$(call quietly,check,table of roles,$(BIN)/python -m tests.roles --check)
