"""First weights, as PyTorch defines them, from a seed."""

from __future__ import annotations

from functools import partial

import numpy as np

from course.nn.parameter import Draw


def pytorch_default(fan_in: int, rng: np.random.Generator) -> Draw:
    """What PyTorch's layers start with: uniform in +-1/sqrt(fan_in), which is Kaiming's rule with a = sqrt(5).

    Parameters
    ----------
    fan_in : how many inputs one output sees
    rng : gives a generator of its own to each call, so that it does not matter which parameter is drawn first

    Returns
    -------
    a function from a shape to float32 numbers
    """
    return partial(_uniform, bound=float(1 / np.sqrt(fan_in)), rng=rng.spawn(1)[0])


def _uniform(shape: tuple[int, ...], bound: float, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(-bound, bound, shape).astype(np.float32)
