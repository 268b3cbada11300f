"""What the machine can do at best: multiply-adds in matrix products, and bytes copied."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course.bench.clock import take_turns
from course.kernels import threads


class Machine(NamedTuple):
    """Measured peaks with a given number of threads, and how steadily the same product took the same time.

    Attributes
    ----------
    flops : float32 operations a second, in products of 768 x 768 matrices
    bytes : bytes a second read and written while 32 MB are copied
    spread : the middle half of the times of one product, as a share of their median
    """

    flops: float
    bytes: float
    spread: float


def measure(n_threads: int) -> Machine:
    """The peaks of this machine, now."""
    size, pieces = 768, 2 * n_threads
    a = np.ones((size, size), np.float32)
    products = np.empty((pieces, size, size), np.float32)
    source, target = np.ones((pieces, 1 << 22), np.float32), np.empty((pieces, 1 << 22), np.float32)

    def multiply() -> None:
        threads.run(lambda i: np.matmul(a, a, out=products[i]), range(pieces))

    def copy() -> None:
        threads.run(lambda i: np.copyto(target[i], source[i]), range(pieces))

    found = take_turns({"multiply": multiply, "copy": copy}, seconds=1.0, least=9)
    return Machine(
        flops=2 * pieces * size**3 / found["multiply"].seconds,
        bytes=2 * source.nbytes / found["copy"].seconds,
        spread=found["multiply"].spread,
    )
