"""What losses over numbers ask of a prediction and its target."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats


def with_target(operation: str, name: str, prediction: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as floats of one shape; whole numbers in the target, such as a mask of 0 and 1, take the dtype of the prediction.

    Raises
    ------
    ValueError : wrong dtype, another shape of the target, or nothing to average
    """
    (x,) = floats(operation, **{name: prediction})
    (t,) = floats(operation, target=target)
    if np.asarray(target).dtype.kind in "iub":
        t = t.astype(x.dtype)
    if t.shape != x.shape:
        # NumPy would repeat one of them until they fit: (N, 1) and (N,) make N*N differences, and a wrong loss that trains
        raise ValueError(
            f"{operation}: target has shape {t.shape}, but {name} has shape {x.shape}; they are compared one by one, so reshape "
            "one of them."
        )
    if not x.size:
        raise ValueError(f"{operation}: the batch is empty, so there is nothing to average.")
    dtype = np.result_type(x, t)
    return x.astype(dtype, copy=False), t.astype(dtype, copy=False)
