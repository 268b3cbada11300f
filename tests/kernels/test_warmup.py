"""After the warm-up, the calls that units and training make find every kernel compiled."""

from types import ModuleType

import numpy as np
import pytest

from course import functional as F
from course.kernels import columns, direct, elementwise, moments, pool2x2, pooling, updates, winograd
from course.kernels.jit import jit
from course.kernels.warmup import tasks
from course.nn import Parameter
from course.optim import Adam


def kernels(*modules: ModuleType) -> dict[str, jit]:
    return {name: kernel for module in modules for name, kernel in vars(module).items() if isinstance(kernel, jit)}


MODULES = (columns, direct, elementwise, moments, pool2x2, pooling, updates, winograd)
TILED = {f"{name} 2x2": kernel for name, kernel in kernels(pool2x2).items()}
KERNELS = kernels(columns)
FLOAT32 = {
    **kernels(winograd, direct, pooling, elementwise, moments, updates),
    **TILED,
}  # to train with, not to check gradients


def test_every_kernel_has_a_task_for_its_dtypes() -> None:
    wanted = [f"{k} {d}" for k in KERNELS for d in ("float32", "float64")] + [f"{k} float32" for k in FLOAT32]
    assert len(KERNELS) + len(FLOAT32) == sum(map(len, map(kernels, MODULES)))  # no two of one name
    assert sorted(name for name, _ in tasks()) == sorted(wanted)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_is_left_to_compile(dtype: type) -> None:
    pytest.importorskip("numba")
    for _, task in tasks():
        task()
    watched = [*KERNELS.values(), *FLOAT32.values()]
    before = [set(kernel._ready.signatures) for kernel in watched]  # type: ignore[union-attr]
    x, weight = np.ones((20, 2, 9, 8), dtype), np.ones((3, 2, 2, 2), dtype)
    for padding in (0, 1):
        out = F.conv2d_forward(x, weight, padding=padding)
        F.conv2d_backward(out, x, weight, padding=padding)
        if dtype is np.float64:
            continue
        for forward, backward in (
            (F.max_pool2d_forward, F.max_pool2d_backward),
            (F.avg_pool2d_forward, F.avg_pool2d_backward),
        ):
            backward(forward(x, 2, 1, padding), x, 2, 1, padding)
            backward(forward(x[:, :, :8], 2), x[:, :, :8], 2)
    if dtype is np.float32:
        F.relu_backward(x, F.relu_forward(x))
        many = np.ones((20, 8, 40, 30), dtype)  # enough for batch norm's compiled sums
        channel = np.ones(8, dtype)
        F.batch_norm2d_forward(many, channel, channel, channel, channel, True)
        F.batch_norm2d_backward(many, many, channel)
        parameter = Parameter(np.ones((5, 7), dtype))
        parameter.grad = np.ones((5, 7), dtype)
        Adam([parameter]).step()
        for algorithm, side in (("winograd", 3), ("direct", 5)):
            filters = np.ones((3, 2, side, side), dtype)
            for images in (x, x[:3]):
                out = F.conv2d_forward(images, filters, padding=1, algorithm=algorithm)
                F.conv2d_backward(out, images, filters, padding=1, algorithm=algorithm)
    assert [set(kernel._ready.signatures) for kernel in watched] == before  # type: ignore[union-attr]
