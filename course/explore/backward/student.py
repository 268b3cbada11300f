"""Run a student's backward pass and compare it with the measured slopes."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.explore.backward.numbers import Backward
from course.explore.convolution.numbers import Floats, Pair

LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure


@dataclass(frozen=True, eq=False)
class Answer:
    """What a student's function made of a backward pass.

    Parameters
    ----------
    sentence : str
        The comparison in words.
    x, weight : float64 array, (C, H, W) and (C_out, C, kH, kW), or None
        The gradients that it returned, where they have the right shape.
    x_wrong, weight_wrong : bool array or None
        Where they differ from the measured slopes.
    """

    sentence: str
    x: Floats | None = None
    x_wrong: NDArray[np.bool_] | None = None
    weight: Floats | None = None
    weight_wrong: NDArray[np.bool_] | None = None


def compare(fn: Callable[..., Any], backward: Backward) -> Answer:
    """Call a student's function on copies and compare what it returns with the measured slopes.

    Parameters
    ----------
    fn : function
        ``conv2d_backward``, ``conv2d_grad_input`` or ``conv2d_grad_weight``, called as ``fn(grad_out, x, weight, stride=...,
        padding=...)``; or ``conv2d_grad_input_flipped(grad_out, weight, padding=...)``; or ``conv2d_grad_bias(grad_out)``.
    backward : Backward
        What to compute.

    Returns
    -------
    Answer
        Never an exception of the student's: it becomes the sentence.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    convolution, takes = backward.convolution, _parameters(fn)
    arrays = {"grad_out": backward.grad_out[None], "x": convolution.x[None], "weight": convolution.weight}
    stride, padding = _int(convolution.stride), _int(convolution.padding)
    settings = {"stride": stride, "padding": padding}
    if takes is not None and "x" not in takes:
        if "weight" not in takes:
            return Answer(f"{name} is not compared: the figure shows the gradients of pixels and of weights.")
        if convolution.stride != (1, 1):
            return Answer(f"{name} is not compared: it takes no stride, so it is for stride 1.")
        arrays, settings = {key: arrays[key] for key in ("grad_out", "weight")}, {"padding": padding}
    given = {key: array.copy() for key, array in arrays.items()}
    try:
        result = fn(*given.values(), **settings)
    except NotImplementedError:
        return Answer(f"{name} is not written yet (NotImplementedError).")
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        return Answer(f"{name} raised {message[:LONGEST_MESSAGE]}")
    answer = _judge(name, result, backward)
    changed = [key for key in arrays if not np.array_equal(given[key], arrays[key], equal_nan=True)]
    if not changed:
        return answer
    remark = f" {name} also changed its input {' and '.join(changed)}; it should leave it as it is."
    return Answer(answer.sentence + remark, answer.x, answer.x_wrong, answer.weight, answer.weight_wrong)


def _judge(name: str, result: Any, backward: Backward) -> Answer:
    if result is None:
        return Answer(f"{name} returned None: is there a return at its end?")
    three = isinstance(result, (tuple, list)) and len(result) == 3
    if isinstance(result, (tuple, list)) and not three:
        return Answer(f"{name} returned {len(result)} things; expected grad_x, grad_weight, grad_bias, or one array.")
    of_weights = not three and "weight" in name
    parts: list[tuple[str, Any, Floats]] = []
    if three or not of_weights:
        parts.append(("grad_x", result[0] if three else result, backward.slope_x[None]))
    if three or of_weights:
        parts.append(("grad_weight", result[1] if three else result, backward.slope_weight))
    if three:
        parts.append(("grad_bias", result[2], backward.grad_out.sum(axis=(1, 2))))
    sentences, found = [], {}
    for part, values, slopes in parts:
        sentence, array, wrong = _one(part, values, slopes)
        sentences.append(sentence)
        found[part] = (array, wrong)
    x, x_wrong = found.get("grad_x", (None, None))
    weight, weight_wrong = found.get("grad_weight", (None, None))
    return Answer(
        f"{name}: {'; '.join(sentences)}.",
        None if x is None else x[0],
        None if x_wrong is None else x_wrong[0],
        weight,
        weight_wrong,
    )


def _one(part: str, values: Any, slopes: Floats) -> tuple[str, Floats | None, NDArray[np.bool_] | None]:
    """Compare one gradient with the slopes: a sentence without its full stop, the numbers, and where they are wrong."""
    try:
        array = np.array(values, dtype=float)
    except (TypeError, ValueError):
        return f"{part} is {type(values).__name__}, not an array of numbers", None, None
    if array.shape != slopes.shape:
        return f"{part} has shape {array.shape}; expected {slopes.shape}", None, None
    size = float(np.abs(slopes).max(initial=1.0))
    wrong = ~np.isclose(array, slopes, rtol=0, atol=1e-5 * size)
    if not wrong.any():
        return f"{part} equals the measured slopes", array, wrong
    place = ", ".join(map(str, np.argwhere(wrong)[0]))
    return f"{part} differs from the measured slopes in {wrong.sum()} of {wrong.size}, first at [{place}]", array, wrong


def _parameters(fn: Callable[..., Any]) -> list[str] | None:
    """The names of a function's parameters; None if it does not tell, or takes anything."""
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters.values()):
        return None
    return list(parameters)


def _int(pair: Pair) -> int | Pair:
    return pair[0] if pair[0] == pair[1] else pair
