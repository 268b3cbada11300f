"""Freed memory is kept for the next arrays, unless somebody has said how malloc is to be."""

import sys
from collections.abc import Callable

import pytest

ROUNDS = 20
CODE = f"""
import resource
import numpy as np
from course.kernels.threads import prepare
prepare()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def use():
    for a in [np.empty(2_000_000, np.float32) for _ in range(4)]:  # 32 MB, all freed at the end
        a[:] = 1

use()
before = faults()
for _ in range({ROUNDS}):
    use()
print((faults() - before) / {ROUNDS})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is Linux's")
def test_pages_are_asked_for_once(run_python: Callable[..., str]) -> None:
    pages = 32_000_000 / 4096
    assert float(run_python(CODE, MALLOC_TRIM_THRESHOLD_=None)) < pages / 20
    assert float(run_python(CODE, MALLOC_TRIM_THRESHOLD_="65536")) < pages / 20  # Dask's wish, not the user's
    assert float(run_python(CODE, MALLOC_TRIM_THRESHOLD_="131072")) > pages / 10
