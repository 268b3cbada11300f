# All that a newcomer needs. Each target sets up what it uses in .venv, from the versions in binder/constraints.txt.
PYTHON ?= python3
BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c binder/constraints.txt -e
ROOT_OK := $(if $(filter 0,$(shell id -u)),--allow-root)

# Three workers on two cores: a third of the time goes into waiting for kernels and pages. Files come by name, so that
# autograder's, the longest, come first.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q

.PHONY: lab train grade build test quick lint bench clean

lab: .venv/lab.done  ## open JupyterLab on the notebooks; NO_BROWSER=1 prints the address instead
	$(BIN)/jupyter lab notebooks $(ROOT_OK) $(if $(NO_BROWSER),--no-browser)

train: .venv/lab.done  ## train LeNet-5 on all of MNIST
	$(BIN)/course train lenet5

grade: .venv/grade.done  ## grade the bundled class of five
	$(BIN)/course-grade demo

build: .venv/test.done  ## make the notebooks from solutions/*.py
	$(BIN)/course build

test: lint  ## lint, types, and every test
	$(PYTEST)

quick: .venv/test.done  ## the tests that take seconds
	$(BIN)/ruff check
	HYPOTHESIS_PROFILE=quick $(PYTEST) -m "not slow and not browser"

lint: .venv/test.done
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/course build --check

bench: .venv/test.done  ## speed, side by side with PyTorch
	$(BIN)/course bench

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/lab.done: pyproject.toml binder/constraints.txt
	$(PYTHON) -m venv .venv
	@echo "installing (a minute or two) ..."
	$(INSTALL) .
	$(BIN)/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements" >/dev/null 2>&1
	$(BIN)/course warmup
	touch $@

.venv/grade.done: .venv/lab.done
	$(INSTALL) ".[grade]"
	touch $@

.venv/test.done: .venv/lab.done
	$(INSTALL) ".[test]"
	touch $@
