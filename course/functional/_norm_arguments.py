"""What the normalisations ask of their arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.functional._arguments import floats, same_shape
from course.functional._numbers import number


def channel_arrays(
    operation: str, axes: tuple[str, ...], arrays: dict[str, np.ndarray], **per_channel: np.ndarray | None
) -> list[Any]:
    """All arrays in one float dtype and in the given order; a None stays one.

    Parameters
    ----------
    axes : what the axes of x may be, as in ("N, C", "N, C, L")
    arrays : x and, before it, perhaps grad_out, which must have its shape
    per_channel : arrays (C,), or None

    Raises
    ------
    ValueError : an array of another rank or shape
    """
    given = {name: a for name, a in per_channel.items() if a is not None}
    found = dict(zip([*arrays, *given], floats(operation, **arrays, **given), strict=True))
    x = found["x"]
    if x.ndim not in {names.count(",") + 1 for names in axes}:
        needed = " or ".join(f"{names.count(',') + 1}, ({names})" for names in axes)
        one_missing = x.ndim == axes[0].count(",") and axes[0].count(",") > 1
        hint = "; add the batch axis with x[None]" if one_missing else ""
        raise ValueError(f"{operation}: x has shape {x.shape}, {x.ndim} axes; it needs {needed}{hint}.")
    if "grad_out" in found:
        same_shape(operation, "grad_out", found["grad_out"], x.shape, "the output")
    for name in given:
        if found[name].shape != x.shape[1:2]:
            raise ValueError(
                f"{operation}: {name} has shape {found[name].shape}, but x has {x.shape[1]} channels; "
                f"it needs shape ({x.shape[1]},)."
            )
    return [found.get(name) for name in (*arrays, *per_channel)]


def above_0(operation: str, name: str, value: float) -> None:
    """Raise unless `value` is a finite number above 0."""
    if not number(f"{operation}: {name}", value) > 0:
        raise ValueError(f"{operation}: {name} is {value}; it must be above 0.")
