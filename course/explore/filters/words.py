"""The sentences of the filter workbench, with live numbers filled in."""

import numpy as np

from course.explore.drawing.lettering import number
from course.explore.filters.state import FilterState

COUNTS = {
    1: "one product is",
    2: "two products add",
    3: "three products add",
    4: "four products add",
    9: "nine products add",
}


def status_sentence(state: FilterState) -> str:
    """Say what happens at this place, or to which waves.

    Parameters
    ----------
    state : FilterState
        What the figure shows.

    Returns
    -------
    str
        For those who listen instead of look.
    """
    if state.trouble:
        return state.trouble
    if state.view == "frequencies":
        return frequency_sentence(state)
    row, column = state.place
    count = COUNTS.get(state.kernel.size, f"{state.kernel.size} products add")
    up = "" if state.kernel.size == 1 else " up to"
    return f"Row {row}, column {column}: {count}{up} {number(state.value)}. {sum_sentence(state)}"


def sum_sentence(state: FilterState) -> str:
    """Say what the sum of the kernel's numbers means for an even area.

    Parameters
    ----------
    state : FilterState
        What the figure shows.

    Returns
    -------
    str
        One sentence.
    """
    total = number(state.total)
    if state.signed:
        meaning = "an even area gives 0, however bright it is"
    elif abs(state.total - 1) < 1e-9:
        meaning = "an even area stays as bright as it is"
    else:
        meaning = f"an even area of 100 gives {number(100 * state.total)}"
    return f"The kernel's numbers add up to {total}: {meaning}."


def frequency_sentence(state: FilterState) -> str:
    """Say by how much the kernel multiplies the slowest, the finest and its favourite waves.

    Parameters
    ----------
    state : FilterState
        What the figure shows.

    Returns
    -------
    str
        Two sentences.
    """
    upright, level = (number(value) for value in state.finest)
    fy, fx, gain = state.favourite
    most = number(gain)
    if fy == fx == 0:
        favourite = f"Nothing is multiplied by more than the even area, {most}."
    else:
        way = "level" if fx == 0 else "upright" if fy == 0 else "slanted"
        favourite = f"Most of all, by {most}, {way} waves of {number(1 / np.hypot(fy, fx), 1)} pixels."
    return (
        f"The kernel multiplies the even area, in the middle, by {number(abs(state.total))}; the finest upright stripes, "
        f"left and right, by {upright}; the finest level stripes, top and bottom, by {level}. {favourite}"
    )


def scale_sentence(state: FilterState) -> str:
    """Say how the output is coloured.

    Parameters
    ----------
    state : FilterState
        What the figure shows; there must be an output.

    Returns
    -------
    str
        One sentence.
    """
    low, high = number(float(state.out.min())), number(float(state.out.max()))
    if state.signed:
        return f"Output from {low} to {high}: blue is below 0, white is 0, orange is above."
    cut = (
        ""
        if state.out.min() >= 0 and state.out.max() <= state.white
        else "; what is darker than black or brighter than white is cut off"
    )
    return f"Output from {low} to {high}, drawn from 0 (black) to {number(state.white)} (white){cut}."
