"""What all tests share: Hypothesis without a clock, numbers from a fixed seed, and Python in a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import course
from course.kernels import jit

ROOT = Path(__file__).resolve().parents[1]

# the first call of a kernel compiles it, so a deadline per example would measure the compiler
for profile, examples in (("all", 60), ("quick", 15)):
    settings.register_profile(
        profile, max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "all"))

# Small as they are, the tests run the compiled loops; tests/kernels/test_fallback.py holds NumPy's to the same bits.
jit.PATIENCE = 0

# PyTorch is the second oracle of many small tests; its threads, waiting for more, would take the cores of the test beside it.
with contextlib.suppress(ImportError):
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260)


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    """Run the test with one thread and again with two, and put the number back."""
    before = course.num_threads()
    course.set_num_threads(request.param)
    yield request.param
    course.set_num_threads(before)


@pytest.fixture
def run_python() -> Callable[..., str]:
    """run_python(code, KEY="value", KEY=None) -> what the code printed, in a fresh interpreter; None takes a variable away."""

    def run(code: str, **environment: str | None) -> str:
        merged = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={name: value for name, value in merged.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def torch_lenet5() -> Any:
    """LeNet-5 as torch.nn has it, under the names of ours."""
    n = pytest.importorskip("torch").nn
    features = n.Sequential(
        n.Conv2d(1, 6, 5, padding=2),
        n.ReLU(),
        n.MaxPool2d(2),
        n.Conv2d(6, 16, 5),
        n.ReLU(),
        n.MaxPool2d(2),
        n.Flatten(),
    )
    classifier = n.Sequential(n.Linear(400, 120), n.ReLU(), n.Linear(120, 84), n.ReLU(), n.Linear(84, 10))
    return n.Sequential(OrderedDict(features=features, classifier=classifier))
