"""What optimisers and schedules ask of their numbers, and the one sentence each gives when it does not get it."""

from __future__ import annotations

import numpy as np

from course.functional._numbers import number


def at_least_0(owner: str, **numbers: float) -> None:
    """Raise unless each number is finite and not below 0.

    Examples
    --------
    >>> at_least_0("SGD", lr=-0.1)
    Traceback (most recent call last):
    ValueError: SGD: lr is -0.1; it must be a finite number of at least 0.
    """
    for name, value in numbers.items():
        number(f"{owner}: {name}", value, least=0)


def share(owner: str, **numbers: float) -> None:
    """Raise unless each number can say how much of a running mean stays: 0 or more, and below 1."""
    for name, value in numbers.items():
        if not 0 <= number(f"{owner}: {name}", value) < 1:
            raise ValueError(f"{owner}: {name} is {value}, the share that stays; it must be at least 0 and below 1.")


def same_shapes(operation: str, param: np.ndarray, **others: np.ndarray) -> None:
    """Raise unless all have the shape of `param`: NumPy would stretch a gradient (3,) over a weight (4, 3) without a word."""
    for name, a in others.items():
        if np.shape(a) != np.shape(param):
            raise ValueError(f"{operation}: {name} has shape {np.shape(a)}, but param has shape {np.shape(param)}.")
