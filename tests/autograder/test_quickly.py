"""nbgrader without the grammar that takes longest to import, and with all that it needs."""

import subprocess
import sys

import pytest

pytest.importorskip("nbgrader")
LOADED = """
import sys
from autograder.quickly import leave_out_addresses
leave_out_addresses()
import nbgrader.apps, nbformat
try:
    nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]})
except nbformat.ValidationError:
    print("lark" in sys.modules)
"""


@pytest.mark.slow
def test_no_grammar_is_built_and_notebooks_are_still_looked_at():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LOADED], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr


@pytest.mark.slow
def test_it_is_nbgraders_own_command():
    said = [
        subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, timeout=60).stdout
        for module in ("nbgrader", "autograder.quickly")
    ]
    assert said[0] and said[0] == said[1]
