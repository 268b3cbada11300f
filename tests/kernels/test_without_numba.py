"""Where Numba is not installed, everything works, more slowly."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SCRIPT = """
import sys

class NoNumba:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "numba":
            raise ImportError("numba is not installed here")

if BLOCK:
    sys.meta_path.insert(0, NoNumba())
import numpy as np
from course import functional as F
from course.models import lenet5
from course.optim import SGD
from course.training import training_step

rng = np.random.default_rng(3)
x, weight, bias = rng.normal(size=(9, 3, 11, 8)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
how = dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2))
out = F.conv2d_forward(x, weight, bias, **how)
found = [out, *F.conv2d_backward(rng.normal(size=out.shape), x, weight, **how)]
for kind in ("max", "avg"):
    out = getattr(F, kind + "_pool2d_forward")(x, 3, 2, 1)
    found += [out, getattr(F, kind + "_pool2d_backward")(rng.normal(size=out.shape), x, 3, 2, 1)]
model = lenet5(seed=1)
images, labels = rng.normal(size=(12, 1, 28, 28)).astype(np.float32), rng.integers(10, size=12)
training_step(model, SGD(model.parameters(), lr=0.1), images, labels)
found += [p.data for p in model.parameters()]
assert ("numba" in sys.modules) is not BLOCK
np.savez(PATH, *found)
"""


def test_same_results(tmp_path: Path, run_python: Callable[..., str]) -> None:
    pytest.importorskip("numba")
    run_python(f"BLOCK, PATH = True, {str(tmp_path / 'plain.npz')!r}\n{SCRIPT}")
    exec(SCRIPT, {"BLOCK": False, "PATH": tmp_path / "compiled.npz"})
    with np.load(tmp_path / "plain.npz") as plain, np.load(tmp_path / "compiled.npz") as compiled:
        assert len(plain.files) == len(compiled.files) == 18
        for name in plain.files:
            tolerance = 1e-11 if plain[name].dtype == np.float64 else 1e-5
            np.testing.assert_allclose(plain[name], compiled[name], rtol=tolerance, atol=tolerance)
