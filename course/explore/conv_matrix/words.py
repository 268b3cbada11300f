"""The sentences of the matrix figure, with live numbers filled in."""

import numpy as np

from course.explore.conv_matrix.state import MatrixState
from course.explore.drawing.lettering import number

MOST_TERMS = 9


def status_sentence(state: MatrixState) -> str:
    """Say what the looked-at window and pixel are in the matrix, and what becomes of them.

    Parameters
    ----------
    state : MatrixState
        What the figure shows.

    Returns
    -------
    str
        One sentence for the window and one for the pixel.
    """
    row, column = state.corner
    h, w = state.place
    pixels = np.flatnonzero(state.taps[state.window])
    windows = np.flatnonzero(state.taps[:, state.pixel])
    out = f"map[{row}, {column}]"
    if state.transposed:
        made = _sum(state.matrix[windows, state.pixel], state.out.ravel()[windows])
        made = f"{made} = {number(state.back[h, w], 3)}" if len(windows) else "0, since no window sees it"
        times = number(state.out[row, column], 3)
        return (
            f"Window {state.window} is column {state.window} of Mᵀ: it stamps the kernel, {out} = {times} times, "
            f"onto pixels {_listed(pixels)}. "
            f"Pixel {state.pixel} is row {state.pixel}: (Mᵀ · map)[{h}, {w}] = {made}."
        )
    made = _sum(state.matrix[state.window, pixels], state.image.ravel()[pixels])
    goes = f"goes to window{'s' * (len(windows) > 1)} {_listed(windows)}" if len(windows) else "goes to no window"
    return (
        f"Window {state.window} (0 to {state.out.size - 1}) is row {state.window}: {out} = {made} = "
        f"{number(state.out[row, column], 3)}. "
        f"Pixel {state.pixel} (0 to {state.image.size - 1}), image[{h}, {w}], is column {state.pixel}: it {goes}."
    )


def count_sentence(state: MatrixState) -> str:
    """Count the matrix and its zeros."""
    rows, columns = state.matrix.shape
    held = rows * state.kernel.size
    return (
        f"{rows} × {columns} = {rows * columns:,} numbers, {rows} × {state.kernel.size} = {held:,} of the kernel, "
        f"{rows * columns - held:,} zeros ({1 - held / (rows * columns):.0%})"
    )


def _sum(weights: np.ndarray, values: np.ndarray) -> str:
    terms = [f"{_signed(a)}·{_signed(b)}" for a, b in zip(weights, values, strict=True)]
    if len(terms) > MOST_TERMS:
        terms = [*terms[:MOST_TERMS], f"{len(terms) - MOST_TERMS} more"]
    return " + ".join(terms)


def _signed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _listed(indices: np.ndarray) -> str:
    """``4``, ``4 and 5``, ``1, 3 and 5``; long lists are cut."""
    *first, last = (str(n) for n in indices.tolist())
    if len(first) > MOST_TERMS:
        first = [*first[:3], "..."]
    return f"{', '.join(first)} and {last}" if first else last
