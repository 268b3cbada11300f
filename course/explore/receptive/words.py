"""The sentences and formulas of the receptive field figure."""

from collections.abc import Callable
from typing import Any

from course.explore.drawing.lettering import number
from course.explore.receptive.state import ReceptiveState, Window

LONGEST_MESSAGE = 300


def status_sentence(state: ReceptiveState) -> str:
    """Say what a number can see and what it was measured to see."""
    window, (top, left, rows, columns) = state.window, state.theory
    _, height, width = state.network.input_shape
    _, _, tall, wide = state.inside
    measured = state.measured
    over = "" if (tall, wide) == (rows, columns) else f", of which {tall}×{wide} lie in the picture of {height}×{width}"
    text = (
        f"{state.network.name}, {window.name}: the number {state.place} of its {window.output[0]}×{window.output[1]} map "
        f"can see {rows}×{columns} pixels, rows {number(top)} to {top + rows - 1} and columns {number(left)} to "
        f"{left + columns - 1}{over}. "
    )
    if measured.size == (0, 0):
        return text + "Measured: no gradient arrives at any pixel."
    _, _, down, across = state.counting
    return (
        text + f"Measured: gradient arrives at {measured.size[0]}×{measured.size[1]} pixels; "
        f"the middle 95 % of it lie within {down}×{across}."
    )


def formulas(window: Window) -> list[str]:
    """Fill the three formulas with numbers; none where the layer's input is not one layer's output."""
    if window.before is None or window.layer is None:
        return []
    kernel, stride, padding = window.layer
    (size, _), (jump, _), (first, _) = window.before
    now = window.field
    return [
        f"kernel {kernel}, stride {stride}, padding {padding}",
        f"size  = {size} + ({kernel} − 1)·{jump} = {now.size[0]}",
        f"jump  = {jump}·{stride} = {now.jump[0]}",
        f"first = {number(first)} − {padding}·{jump} = {number(now.first[0])}",
    ]


def ask(fn: Callable[..., Any] | None, window: Window) -> str:
    """Call a student's ``receptive_field(layers)`` for the way to a layer and say whether it is right.

    Never raises: an exception becomes the sentence.
    """
    if fn is None:
        return ""
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    if window.path is None:
        return f"{name} is not compared: on the way to this layer paths meet, or a window is not square."
    right = window.field.size[0], window.field.jump[0], window.field.first[0]
    try:
        found = fn(list(window.path))
    except NotImplementedError:
        return f"{name} is not written yet (NotImplementedError)."
    except Exception as error:
        return f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}"
    if not isinstance(found, tuple | list) or len(found) != 3:
        return f"{name} returned {type(found).__name__}; expected three numbers: size, jump, first."
    names = ("size", "jump", "first")
    try:
        wrong = [n for n, a, b in zip(names, found, right, strict=True) if not bool(a == b)]
    except (TypeError, ValueError):
        return f"{name} returned something else than three numbers."
    given = ", ".join(f"{n} {str(a)[:20]}" for n, a in zip(names, found, strict=True))
    if wrong:
        return f"{name} says {given}: {' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not right (≠)."
    return f"{name} says {given}: right."
