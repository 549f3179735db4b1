# make run     start the assistant, from a clean clone to an answer
# make test    everything that must hold before a change goes in; .ci/run is this command
#
# KEFU_PYTHON=PATH   the Python 3.10 to use, where it is not found by itself
# KEFU_TORCH=cpu     the small build of torch without CUDA
# WORKERS=N          processes that share the tests; 2 where it is not set

.PHONY: help run test lint types train validate unit rasa-test test-nlu test-core doctor lock clean
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
.DEFAULT_GOAL := help

# Containers often forbid Python to keep what it has compiled. Each of the many processes here would
# compile torch and Rasa anew, which takes three times as long as loading them.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
WORKERS ?= 2
MODEL = $$($(BIN)/kefu model-path)

help:                  ## this list
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: .venv-runtime     ## start the assistant: install, prepare and train what is missing
	@exec $(BIN)/kefu up

test: lint types train validate unit rasa-test ## lint, types, training, tests, held-out sets with gates

lint: .venv-dev        ## ruff, and the shell scripts' syntax
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@for script in scripts/*.sh; do bash -n $$script || exit 1; done

types: .venv-dev       ## mypy --strict
	$(BIN)/mypy

train: .venv-runtime   ## train the model, unless one fits the data
	$(BIN)/kefu train

validate: .venv-dev    ## kefu check, rasa data validate
	$(BIN)/kefu check
	$(BIN)/rasa data validate --fail-on-warnings

unit: .venv-dev        ## pytest, unit and integration tests
	$(BIN)/python tests/servers/qwen_env.py
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "not alone"
	$(BIN)/pytest -m alone $$(grep -rl --include='test_*.py' 'mark\.alone' tests)

rasa-test: train       ## rasa test on the held-out sets, with gates
	rm -rf results
	OMP_NUM_THREADS=1 $(MAKE) --no-print-directory -j 2 -O SIDE_BY_SIDE=1 test-core test-nlu

test-nlu:
	$(BIN)/rasa test nlu --nlu tests/nlu --model $(MODEL) --out results/nlu --no-plot
	$(BIN)/kefu gate nlu results/nlu
	$(BIN)/kefu eval nlu --model $(MODEL) --json results/nlu/figures.json
	$(BIN)/kefu gate figures results/nlu/figures.json

test-core:
	$(BIN)/rasa test core --stories tests/stories --model $(MODEL) --out results/core --no-plot
	$(BIN)/kefu gate core results/core
	$(BIN)/rasa test core --e2e --stories tests/stories --model $(MODEL) --out results/e2e --no-plot
	$(BIN)/kefu gate core --e2e results/e2e

doctor: .venv-runtime  ## what is configured, reachable or missing
	@$(BIN)/kefu doctor

lock:                  ## pin requirements/*.in with hashes
	scripts/lock.sh

clean:                 ## remove what can be made again; orders and conversations in var/ stay
	rm -rf .venv .venv-qwen .uv .rasa results build *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis models/*.tar.gz var/kb-index var/log
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: .venv-runtime .venv-dev
.venv-runtime:
	@scripts/bootstrap.sh runtime
.venv-dev:
	@scripts/bootstrap.sh dev
