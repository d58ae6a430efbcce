# make demo    a running bank, with a phone in your browser
# make test    everything that can be tested on this machine
# make check   the quick part of it: style, types, contracts, tests without a browser
# make bench   one table of figures from this machine

# One environment must not show through in the other.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME CONDA_PREFIX
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BANK := .venv/bin
RASA := env PYTHONPATH=. RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 \
	SQLALCHEMY_SILENCE_UBER_WARNING=1 .venv-rasa/bin/python -W ignore

# Tests that need the machine to themselves; the others run side by side, each row of
# them with a database of its own.
ALONE := browser or whole or alone
ABREAST := $(BANK)/python -m pytest --numprocesses auto --maxprocesses 4 \
	--dist loadscope

# Rasa says a thousand lines where all is well: shown when it is not.
quietly = @echo "rasa: $(1)"; log=build/$(1).log; run() { "$$@" >$$log 2>&1 || \
	{ cat $$log; exit 1; }; }; run

# Behind pyenv an interpreter is found only where PYENV_VERSION lists it.
PYENV_VERSIONS := $(shell command -v pyenv >/dev/null 2>&1 && \
	pyenv versions --bare 2>/dev/null | sort -rV | paste -sd: -)
UV_FOUND := $(shell command -v uv 2>/dev/null)
UV := $(if $(PYENV_VERSIONS),PYENV_VERSION=$(PYENV_VERSIONS)) $(or $(UV_FOUND),.uv/bin/uv)
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate

.PHONY: help
help:
	@sed -n 's/^# make/make/p' Makefile

.PHONY: setup
setup: .venv/.ready .venv-rasa/.ready model

.PHONY: demo
demo: setup
	@exec $(BANK)/bank up

.PHONY: test
test: setup browser style
	@mkdir -p build
	$(call quietly,validate) $(RASA) -m rasa data validate \
		--domain domain.yml --data data --config config.yml
	$(call quietly,stories) $(RASA) -m rasa test core --stories tests/test_stories.yml \
		--model "$$($(BANK)/bank nlu models --path)" \
		--endpoints endpoints.yml --fail-on-prediction-errors --out build/stories
	$(RASA) -m pytest tests/rasa_addons
	$(ABREAST) -m "not ($(ALONE))"
	$(BANK)/python -m pytest -m "$(ALONE)"

.PHONY: check
check: setup style
	$(ABREAST) -m "not ($(ALONE))"

.PHONY: style
style: .venv/.ready
	$(BANK)/ruff check .
	$(BANK)/ruff format --check .
	$(BANK)/mypy
	$(BANK)/lint-imports

.PHONY: bench
bench: setup
	$(BANK)/bank bench

# The pictures of README.md, from a bank of their own.
.PHONY: screenshots
screenshots: setup browser
	$(BANK)/python -m docs.screenshots

# Those of docs/training.md: a whole training with its gate, so it takes a while.
.PHONY: training-screenshots
training-screenshots: setup browser
	$(BANK)/python -m docs.training_screenshots

# Does nothing when neither the training data nor the pipeline has changed. On a
# developer's machine there are no customers, and so no gate.
.PHONY: model
model: .venv/.ready .venv-rasa/.ready
	@$(BANK)/bank nlu train --into-service

# The system's browser where there is one, else the one Playwright fetches.
.PHONY: browser
browser: .venv/.ready
	@for name in chromium chromium-browser google-chrome; do \
		command -v $$name >/dev/null 2>&1 && exit 0; \
	done; $(BANK)/playwright install chromium

.venv/.ready: requirements/dev.txt pyproject.toml | uv
	@test -x .venv/bin/python || $(UV) venv --quiet --python 3.12 .venv
	$(UV) pip sync --quiet --require-hashes --python .venv requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv -e .
	@touch $@

.venv-rasa/.ready: requirements/rasa.txt | uv
	@test -x .venv-rasa/bin/python || $(UV) venv --quiet --python 3.10 .venv-rasa
	$(UV) pip sync --quiet --require-hashes --python .venv-rasa requirements/rasa.txt
	@touch $@

.PHONY: uv
uv: $(if $(UV_FOUND),,.uv/.ready)

.uv/.ready: requirements/uv.txt
	python3 -m venv .uv
	.uv/bin/pip install --quiet --require-hashes --requirement requirements/uv.txt
	@touch $@

# Run it after editing a .in file, and commit both. Pins stay unless told otherwise.
.PHONY: requirements
requirements: | uv
	$(COMPILE) --python-version 3.12 requirements/bank.in -o requirements/bank.txt
	$(COMPILE) --python-version 3.12 requirements/dev.in -o requirements/dev.txt
	$(COMPILE) --python-version 3.10 --override requirements/rasa-overrides.txt \
		requirements/rasa.in -o requirements/rasa.txt
	$(COMPILE) --python-version 3.9 requirements/uv.in -o requirements/uv.txt

# Everything that was built. The bank's own data in .bank/ stays.
.PHONY: clean
clean:
	rm -rf .venv .venv-rasa .uv .rasa models build results *.egg-info \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
