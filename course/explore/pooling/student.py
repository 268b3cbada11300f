"""Run a student's pooling, or a rule to be tried, beside ours, and say in words how the two compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure


@dataclass(frozen=True, eq=False)
class Answer:
    """What a function made of a map.

    Parameters
    ----------
    sentence : str
        The comparison in words.
    values : float64 array, (H, W), or None
        The function's result if it has the right shape.
    wrong : bool array, (H, W), or None
        Where it differs from the right answer.
    """

    sentence: str
    values: NDArray[np.float64] | None = None
    wrong: NDArray[np.bool_] | None = None

    @property
    def faulty(self) -> bool:
        """Whether there are numbers to show that are not right."""
        return self.wrong is not None and bool(self.wrong.any())


def ask(
    fn: Callable[..., Any],
    arrays: list[NDArray[np.float64]],
    settings: tuple[Any, Any, Any],
    right: NDArray[np.float64],
) -> Answer:
    """Call a function on copies of maps and compare.

    Parameters
    ----------
    fn : function
        ``max_pool2d_forward(x, kernel_size, stride=None, padding=0)``, or a backward pass that takes ``grad_out`` before.
    arrays : list of arrays, (H, W)
        What comes before the settings; the function gets each as (1, 1, H, W).
    settings : tuple
        Kernel size, stride, padding.
    right : array, (H, W)
        What it should return.

    Returns
    -------
    Answer
        Never an exception of the function's: it becomes the sentence.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    given = [array[None, None].copy() for array in arrays]
    kernel, stride, padding = (pair[0] if pair[0] == pair[1] else pair for pair in settings)
    try:
        result = fn(*given, kernel, stride=stride, padding=padding)
    except NotImplementedError:
        return Answer(f"{name} is not written yet (NotImplementedError).")
    except Exception as error:
        return Answer(f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}")
    changed = any(not np.array_equal(a[0, 0], b) for a, b in zip(given, arrays, strict=True))
    remark = f" {name} also changed its input; it should leave it as it is." if changed else ""
    if result is None:
        return Answer(f"{name} returned None: is there a return at its end?{remark}")
    try:
        values = np.array(result, dtype=float)
    except (TypeError, ValueError):
        return Answer(f"{name} returned {type(result).__name__}, not an array of numbers.{remark}")
    if values.shape != (1, 1, *right.shape):
        return Answer(f"{name} returned shape {values.shape}; expected {(1, 1, *right.shape)}.{remark}")
    found = values[0, 0]
    size = float(np.abs(right).max(initial=1.0))
    wrong = ~np.isclose(found, right, rtol=1e-5, atol=1e-5 * size)
    if not wrong.any():
        return Answer(f"{name} is right in all {wrong.size} numbers.{remark}", found, wrong)
    row, column = (int(n) for n in np.argwhere(wrong)[0])
    return Answer(
        f"{name} differs in {wrong.sum()} of {wrong.size} numbers (≠), first at row {row}, column {column}.{remark}",
        found,
        wrong,
    )
