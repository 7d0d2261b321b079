# porttui: what one does in this checkout. `make` alone explains.

DEV := scripts/setup dev
PYTHON_CODE := src tests scripts bench
export TARGET

.DEFAULT_GOAL := help
.PHONY: help run test check shots docs bench accuracy clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  make run TARGET=localhost:3000    the same, with a question"

run: ## set up .venv once, then start porttui here
	@scripts/setup run porttui $${TARGET:+"$$TARGET"} || case $$? in 1|3) ;; *) exit 1 ;; esac # a fault found is no error of make

test: ## all tests; as root also those that stage faults in network namespaces
	@scripts/setup system
	$(DEV) python -m pytest -n 9 $(ARGS) # more than processors: most tests wait, for a time-out or a start

check: ## style, types, layers, and whether the generated pages are up to date
	$(DEV) ruff check $(PYTHON_CODE)
	$(DEV) ruff format --check $(PYTHON_CODE)
	$(DEV) mypy
	$(DEV) lint-imports --no-logo --no-cache
	$(DEV) python -m scripts.docs --check

docs: ## write docs/faults.md and what else is made from the faults themselves
	$(DEV) python -m scripts.docs

shots: ## write the pictures of all states of the screen (screenshots/, tests/snapshots/); look at what has changed
	$(DEV) python -m scripts.shots

bench: ## how long porttui takes, beside the tools one would use otherwise
	$(DEV) python bench/startup.py

accuracy: ## stage every fault three times, count what porttui says, and write it into the README
	@scripts/setup system
	$(DEV) python bench/accuracy.py --rounds 3 --write

clean: ## remove what was set up and what tools left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* build dist
	find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} +
