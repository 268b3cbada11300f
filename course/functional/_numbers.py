"""What a single number among the arguments must be."""

from __future__ import annotations

import math
import operator


def number(name: str, value: float, least: float = -math.inf, most: float = math.inf) -> float:
    """A finite number from `least` to `most`, both included.

    Examples
    --------
    >>> number("elu: alpha", "1")
    Traceback (most recent call last):
    ValueError: elu: alpha is '1'; it must be a finite number.
    >>> number("cross_entropy: label_smoothing", 2, least=0, most=1)
    Traceback (most recent call last):
    ValueError: cross_entropy: label_smoothing is 2; it must be a number from 0 to 1.
    """
    try:
        found = math.nan if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if math.isfinite(found) and least <= found <= most:
        return found
    if math.isinf(most):
        kind = "a finite number" if math.isinf(least) else f"a finite number of at least {least:g}"
    else:
        kind = f"a number from {least:g} to {most:g}"
    raise ValueError(f"{name} is {value!r}; it must be {kind}.")


def axis(name: str, value: int) -> int:
    """The place of an axis, counted from the end where it is negative; whether an array has it is found out later.

    Examples
    --------
    >>> axis("Softmax: dim", None)
    Traceback (most recent call last):
    ValueError: Softmax: dim is None; it must be a whole number, the place of an axis.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, the place of an axis.") from None
