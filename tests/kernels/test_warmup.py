"""After the warm-up, the calls that units and training make find every kernel compiled."""

import numpy as np
import pytest

from course import functional as F
from course.kernels import columns, pooling
from course.kernels.jit import jit
from course.kernels.warmup import tasks

KERNELS = {
    name: kernel for module in (columns, pooling) for name, kernel in vars(module).items() if isinstance(kernel, jit)
}


def test_every_kernel_has_a_task_for_either_dtype() -> None:
    assert sorted(name for name, _ in tasks()) == sorted(f"{k} {d}" for k in KERNELS for d in ("float32", "float64"))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_is_left_to_compile(dtype: type) -> None:
    pytest.importorskip("numba")
    for _, task in tasks():
        task()
    before = {name: set(kernel._ready.signatures) for name, kernel in KERNELS.items()}  # type: ignore[union-attr]
    x, weight = np.ones((20, 2, 9, 8), dtype), np.ones((3, 2, 2, 2), dtype)
    for padding in (0, 1):
        out = F.conv2d_forward(x, weight, padding=padding)
        F.conv2d_backward(out, x, weight, padding=padding)
        for forward, backward in (
            (F.max_pool2d_forward, F.max_pool2d_backward),
            (F.avg_pool2d_forward, F.avg_pool2d_backward),
        ):
            backward(forward(x, 2, 1, padding), x, 2, 1, padding)
    assert {name: set(kernel._ready.signatures) for name, kernel in KERNELS.items()} == before  # type: ignore[union-attr]
