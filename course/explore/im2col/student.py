"""Run a student's im2col or col2im beside ours and say in words how the two compare."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course.explore.im2col.state import IM2COL, Answer, Floats, Im2colState

LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure


def compare(fn: Callable[..., Any], state: Im2colState) -> Answer:
    """Call a student's function on copies of what the figure shows.

    Parameters
    ----------
    fn : function
        ``im2col(x, kernel_size, stride=1, padding=0)`` where the figure shows im2col, else
        ``col2im(cols, output_size, kernel_size, stride=1, padding=0)``.
    state : Im2colState
        The input.

    Returns
    -------
    Answer
        Never an exception of the student's: it becomes the sentence.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    if not state.fits:
        return Answer(f"{name} was not called: with these settings no window fits.")
    _, kH, kW = state.kernel.shape
    kernel_size = kH if kH == kW else (kH, kW)
    given: Floats = (state.x if state.show == IM2COL else state.cols)[None].copy()
    size = () if state.show == IM2COL else (state.x.shape[1:],)
    before = given.copy()
    try:
        result = fn(given, *size, kernel_size, stride=state.stride, padding=state.padding)
    except NotImplementedError:
        return Answer(f"{name} is not written yet (NotImplementedError).")
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        return Answer(f"{name} raised {message[:LONGEST_MESSAGE]}")
    answer = _judge(name, result, state.seen if state.show == IM2COL else state.whole)
    if np.array_equal(given, before, equal_nan=True):
        return answer
    return Answer(
        f"{answer.sentence} {name} also changed its input; it should leave it as it is.", answer.values, answer.wrong
    )


def _judge(name: str, result: Any, expected: Floats) -> Answer:
    if result is None:
        return Answer(f"{name} returned None: is there a return at its end?")
    try:
        values = np.array(result, dtype=float)
    except (TypeError, ValueError):
        return Answer(f"{name} returned {type(result).__name__}, not an array of numbers.")
    if values.shape != (1, *expected.shape):
        return Answer(f"{name} returned shape {values.shape}; expected {(1, *expected.shape)}.")
    size = float(np.abs(expected).max(initial=1.0))
    wrong = ~np.isclose(values[0], expected, rtol=1e-5, atol=1e-5 * size, equal_nan=True)
    if not wrong.any():
        return Answer(f"{name} agrees with the right answer in all {wrong.size} numbers.", values[0], wrong)
    place = ", ".join(map(str, np.argwhere(wrong)[0]))
    return Answer(f"{name} differs in {wrong.sum()} of {wrong.size} numbers, first at [0, {place}].", values[0], wrong)
