"""Run a student's convolution beside ours and say in words how the two compare."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.explore.convolution.numbers import Convolution

LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure


@dataclass(frozen=True, eq=False)
class Answer:
    """What a student's function made of a convolution.

    Parameters
    ----------
    sentence : str
        The comparison in words.
    out : float64 array, (C_out, H_out, W_out), or None
        The function's result if it has the right shape.
    wrong : bool array, (C_out, H_out, W_out), or None
        Where the result differs from the right answer.
    """

    sentence: str
    out: NDArray[np.float64] | None = None
    wrong: NDArray[np.bool_] | None = None


def compare(fn: Callable[..., Any], convolution: Convolution) -> Answer:
    """Call a student's function on copies of the input and compare with the right answer.

    Parameters
    ----------
    fn : function
        ``conv2d_forward(x, weight, bias=None, stride=1, padding=0)``, or for a plain image
        ``correlate2d(image, kernel)``.
    convolution : Convolution
        What to compute.

    Returns
    -------
    Answer
        Never an exception of the student's: it becomes the sentence.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    plane = _takes_plane(fn)
    if not convolution.fits:
        return Answer(f"{name} was not called: with these settings there is no output.")
    if convolution.dilation != (1, 1):
        return Answer(f"{name} is not compared: it has no parameter for dilation.")
    if plane and not (convolution.plane and convolution.stride == (1, 1) and convolution.padding == (0, 0)):
        return Answer(f"{name} is not compared: it takes one image and one kernel, without stride and padding.")

    x, weight = convolution.x[None].copy(), convolution.weight.copy()
    bias = None if convolution.bias is None else convolution.bias.copy()
    try:
        if plane:
            x, weight = x[0, 0], weight[0, 0]
            result = fn(x, weight)
        else:
            result = fn(x, weight, bias, stride=_int(convolution.stride), padding=_int(convolution.padding))
    except NotImplementedError:
        return Answer(f"{name} is not written yet (NotImplementedError).")
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        return Answer(f"{name} raised {message[:LONGEST_MESSAGE]}")
    given = ((x, convolution.x), (weight, convolution.weight), (bias, convolution.bias))
    changed = any(
        a is not None and b is not None and not np.array_equal(a.ravel(), b.ravel(), equal_nan=True) for a, b in given
    )
    answer = _judge(name, result, convolution.out[0] if plane else convolution.out[None])
    remark = f" {name} also changed its input; it should leave it as it is." if changed else ""
    return Answer(answer.sentence + remark, answer.out, answer.wrong)


def _judge(name: str, result: Any, expected: NDArray[np.float64]) -> Answer:
    if result is None:
        return Answer(f"{name} returned None: is there a return at its end?")
    try:
        values = np.array(result, dtype=float)
    except (TypeError, ValueError):
        return Answer(f"{name} returned {type(result).__name__}, not an array of numbers.")
    if values.shape != expected.shape:
        return Answer(f"{name} returned shape {values.shape}; expected {expected.shape}.")
    out, right = values.reshape(-1, *values.shape[-2:]), expected.reshape(-1, *values.shape[-2:])
    # float32 results count as right: their rounding error is far below these bounds.
    size = float(np.abs(right).max(initial=1.0))
    wrong = ~np.isclose(out, right, rtol=1e-5, atol=1e-5 * size, equal_nan=True)
    if not wrong.any():
        return Answer(f"{name} agrees with the right answer in {_cells(wrong.size)}.", out, wrong)
    channel, row, column = (int(n) for n in np.argwhere(wrong)[0])
    step = row * wrong.shape[2] + column
    place = f"row {row}, column {column} (step {step})"
    place = f"filter {channel}, {place}" if len(wrong) > 1 else place
    return Answer(f"{name} differs in {wrong.sum()} of {_cells(wrong.size)}, first at output {place}.", out, wrong)


def _takes_plane(fn: Callable[..., Any]) -> bool:
    """Whether a function takes an image and a kernel only, like ``correlate2d``."""
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):  # some functions written in C do not tell
        return False
    any_names = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    return not any_names and "stride" not in parameters


def _int(pair: tuple[int, int]) -> int | tuple[int, int]:
    """Students meet plain ints first: a pair of equal numbers is given as one."""
    return pair[0] if pair[0] == pair[1] else pair


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
