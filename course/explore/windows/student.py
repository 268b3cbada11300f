"""Ask a student's output_size for a row of sizes and say in words how it compares."""

from collections.abc import Callable
from numbers import Integral
from typing import Any

from course.explore.drawing.lettering import listed
from course.explore.windows.state import Answer, Axis, WindowsState

LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure
LONGEST_ANSWER = 6  # letters of an answer that fit into the table


def compare(fn: Callable[..., Any], state: WindowsState) -> Answer:
    """Call a student's function for every size of the figure's table.

    Parameters
    ----------
    fn : function
        ``output_size(n, k, stride=1, padding=0, dilation=1)``.
    state : WindowsState
        What the figure shows.

    Returns
    -------
    Answer
        Never an exception of the student's: it becomes the sentence.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    axis = state.across
    settings = {"stride": axis.stride, "padding": axis.padding, "dilation": axis.dilation}
    sizes, wrong = [], []
    for n in state.sizes:
        try:
            given = fn(n, axis.k, **settings)
        except NotImplementedError:
            return Answer(f"{name} is not written yet (NotImplementedError).")
        except Exception as error:
            message = f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]
            return Answer(f"{name} raised {message} when it was asked about n = {n}.")
        sizes.append(_text(given))
        wrong.append(not _right(given, Axis(n, axis.k, **settings).count))
    return Answer(_sentence(name, state.sizes, wrong), tuple(sizes), tuple(wrong))


def _right(given: Any, count: int) -> bool:
    """Whether an answer is a whole number and right; where nothing fits, 0 and everything below it is."""
    if not isinstance(given, Integral) or isinstance(given, bool):
        return False
    return int(given) == count if count else int(given) <= 0


def _sentence(name: str, sizes: list[int], wrong: list[bool]) -> str:
    if not any(wrong):
        return f"{name} agrees with the number of windows for all {len(sizes)} sizes of the table."
    if all(wrong):
        return f"{name} differs from the number of windows for every size of the table."
    bad = [n for n, is_wrong in zip(sizes, wrong, strict=True) if is_wrong]
    return f"{name} differs from the number of windows at n = {listed(bad)}."


def _text(given: Any) -> str:
    try:
        text = f"{given:g}" if isinstance(given, float) else str(given)
    except Exception:  # an object of the student's own that cannot be printed
        return "?"
    return text if len(text) <= LONGEST_ANSWER else f"{text[: LONGEST_ANSWER - 1]}…"
