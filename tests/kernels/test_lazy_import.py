"""`import course` takes NumPy and nothing else, and no warning stops those who turn warnings into errors."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

LIGHT = """
import sys
heavy = {"numba", "matplotlib", "ipywidgets", "IPython", "torch", "scipy", "PIL", "tqdm", "threadpoolctl", "safetensors"}
heavy |= {"skimage", "pooch", "onnx"}

def none(what):
    assert not heavy & set(sys.modules), f"{what} imported {heavy & set(sys.modules)}"

import course
none("course")
import course.functional, course.nn, course.optim, course.models, course.data, course.insight, course.training
import course.vision, course.interop
none("a room")
import numpy as np
course.models.lenet5()
course.data.mnist(train=False)
course.functional.softmax(np.ones(3))
none("a call that needs none of it")
heavy.remove("threadpoolctl")
course.functional.conv2d_forward(np.ones((1, 3, 32, 32)), np.ones((8, 3, 5, 5)))
none("a first convolution")
"""


def test_nothing_heavy_is_imported(run_python: Callable[..., str]) -> None:
    run_python(LIGHT)


WARNINGS = """
import sys
import numpy as np
from course import functional as F
from course.data import mnist
from course.models import lenet5
from course.training import Plan, Trainer, load_model
from course.kernels import jit
jit.PATIENCE = 0
x = np.ones((3, 2, 9, 8), np.float32)
assert "numba" not in sys.modules
F.conv2d_backward(F.conv2d_forward(x, np.ones((2, 2, 2, 3), np.float32)), x, np.ones((2, 2, 2, 3), np.float32))
assert NUMBA is ("numba" in sys.modules)
F.max_pool2d_backward(F.max_pool2d_forward(x, 2), x, 2)
F.avg_pool2d_backward(F.avg_pool2d_forward(x, 2), x, 2)
trainer = Trainer(lenet5(), mnist(train=False)[:80], FOLDER, Plan(epochs=1, held_out=16), {"model": "lenet5"})
trainer.fit()
trainer.resume()
print(load_model(trainer.best)(np.zeros((1, 1, 28, 28), np.float32)).shape)
"""


def _with_warnings_as_errors(run_python: Callable[..., str], folder: Path, **environment: str) -> None:
    numba = importlib.util.find_spec("numba") is not None
    printed = run_python(f"FOLDER, NUMBA = {str(folder)!r}, {numba}\n{WARNINGS}", PYTHONWARNINGS="error", **environment)
    assert printed == "(1, 10)\n"


@pytest.mark.slow
def test_no_warning_on_the_way_to_a_trained_network(tmp_path: Path, run_python: Callable[..., str]) -> None:
    _with_warnings_as_errors(run_python, tmp_path)


@pytest.mark.slow
def test_no_warning_while_kernels_are_compiled(tmp_path: Path, run_python: Callable[..., str]) -> None:
    _with_warnings_as_errors(run_python, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
