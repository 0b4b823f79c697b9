# What a newcomer, a developer and CI type; docker/setup.sh makes the folder ready for each.

BIN := .venv/bin
# more tests wait (for a process, a mail, a browser) than compute; the long ones come first
PYTEST := $(BIN)/pytest -n 3 --maxschedchunk 4
# every process that tests start reads our modules: compiled once, whatever the machine says
export PYTHONDONTWRITEBYTECODE :=
UV := $(BIN)/uv pip compile --quiet --no-header --generate-hashes --python-version 3.11

.PHONY: run test check bench demo features golden format lock help
.DEFAULT_GOAL := help

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: ## install what is missing and start everything
	@sh docker/setup.sh run
	@exec sh docker/run.sh

test: ## the whole test suite
	@sh docker/setup.sh test
	$(PYTEST) $(ARGS)

check: ## lint, types and import contracts
	@sh docker/setup.sh check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## benchmarks, as a table
	@sh docker/setup.sh test
	$(BIN)/python -m benchmarks

demo: ## one invoice from mail to booking, through the running service
	@sh docker/setup.sh run
	@$(BIN)/python -m benchmarks.demo

features: ## which features of docs/features.tsv have a passing test
	@sh docker/setup.sh test
	$(PYTEST) --quiet -m feature --features $(ARGS)

golden: ## write tests/golden anew from what is made now; then read the diff
	@sh docker/setup.sh test
	$(BIN)/pytest --quiet --update-golden

format: ## put the code in its one form
	@sh docker/setup.sh check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies of pyproject.toml anew (needs the network)
	@sh docker/setup.sh check
	$(BIN)/python -m pip install --quiet uv
	$(UV) $(ARGS) -o requirements.txt pyproject.toml
	$(UV) $(ARGS) -o requirements-dev.txt -c requirements.txt --group dev pyproject.toml
	$(UV) $(ARGS) -o requirements-build.txt -c requirements-dev.txt --group build
	$(UV) $(ARGS) -o requirements-s3.txt --group s3
