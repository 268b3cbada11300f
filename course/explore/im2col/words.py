"""The sentences and formulas of the im2col figure, with live numbers filled in."""

from course.explore.drawing.lettering import number
from course.explore.im2col.state import COUNT, TRANSPOSED, Im2colState

MOST_TERMS = 9


def status_sentence(state: Im2colState) -> str:
    """Say what the looked-at column and row are, and what becomes of them.

    Parameters
    ----------
    state : Im2colState
        What the figure shows.

    Returns
    -------
    str
        Three short sentences; where no window fits, the reason.
    """
    if not state.fits:
        return misfit_sentence(state)
    (top, left), (_, kH, kW) = state.corner, state.kernel.shape
    ring = "padded image" if state.padding else "image"
    where = f"{_range('row', top, kH)} and {_range('column', left, kW)} of the {ring}"
    channel, i, j = state.tap
    plane = len(state.x) == 1
    tap = f"[{i}, {j}]" if plane else f"[{channel}, {i}, {j}]"
    value, pixel = number(state.cols[state.row, state.column], 3), pixel_name(state)
    if state.backwards:
        so_far = f"{state.column + 1} of {state.L} columns are" if state.column else f"1 of {state.L} columns is"
        now = number(state.padded[state.pixel], 3)
        return (
            f"{so_far} added back; column {state.column} goes to {where}. "
            f"Its row {state.row}, the window's {tap}, adds {value} to {pixel}, which now holds {now}."
        )
    return (
        f"Column {state.column} (0 to {state.L - 1}) is the window over {where}. "
        f"Row {state.row} (0 to {state.K - 1}) is element {tap} of every window. "
        f"Where they meet: cols[{state.row}, {state.column}] = {pixel} = {value}."
    )


def pixel_name(state: Im2colState) -> str:
    """Name the pixel where row and column meet as code would, or say that it is padding."""
    channel, row, column = state.pixel
    row, column = row - state.padding, column - state.padding
    if not (0 <= row < state.x.shape[1] and 0 <= column < state.x.shape[2]):
        return "a zero of the padding" if not state.backwards else "a place on the padding, to be cut off"
    inside = f"{row}, {column}" if len(state.x) == 1 else f"{channel}, {row}, {column}"
    return f"{'image' if state.backwards else 'x'}[{inside}]"


def product(state: Im2colState) -> list[str]:
    """Spell what the kernel as a row makes of the column, or, transposed, what the map's number makes of the kernel.

    Parameters
    ----------
    state : Im2colState
        What the figure shows; a window must fit.

    Returns
    -------
    list of str
        Terms that are not to be broken, for `paragraph`.
    """
    row, column = state.position
    if state.show == TRANSPOSED:
        value = number(state.out[state.column], 3)
        return [f"map[{row}, {column}] = {value}:", "column", f"{state.column}", "is", value, "times", "the", "kernel"]
    pairs = list(zip(state.kernel.flat, state.seen[:, state.column], strict=True))
    written = [f"{_signed(a)}·{_signed(b)}" for a, b in pairs[:MOST_TERMS]]
    if len(pairs) > MOST_TERMS:
        written.append(f"{len(pairs) - MOST_TERMS} more")
    terms = [*(f"{text} +" for text in written[:-1]), written[-1]]
    return [f"out[{row}, {column}] =", *terms, f"= {number(state.out[state.column], 3)}"]


def size_formulas(state: Im2colState) -> list[str]:
    """Fill in how large the matrix is, and how much larger than the image.

    Parameters
    ----------
    state : Im2colState
        What the figure shows.

    Returns
    -------
    list of str
        One line for the rows, one for the columns, one for what that costs.
    """
    (C, H, W), (_, kH, kW), (down, across) = state.x.shape, state.kernel.shape, state.out_size
    pixels = state.x.size
    if not state.fits:
        return []
    return [
        f"rows K = C·kH·kW = {C}·{kH}·{kW} = {state.K}",
        f"columns L = H_out·W_out = {down}·{across} = {state.L}",
        f"numbers K·L = {state.K * state.L:,} for an image of {C}·{H}·{W} = {pixels:,}: "
        f"{number(state.K * state.L / pixels)} times as many",
    ]


def mode_sentence(state: Im2colState) -> str:
    """Say what col2im has made of the image once all columns are back; empty before and for im2col."""
    if not state.backwards or not state.fits or state.column < state.L - 1:
        return ""
    if state.show == COUNT:
        return "All columns are back: each pixel holds the number of windows that see it."
    if state.show == TRANSPOSED:
        return "All columns are back: the image is the transposed convolution of the map with the kernel."
    return (
        "All columns are back: each pixel holds its old number as many times as windows saw it. col2im is no inverse."
    )


def misfit_sentence(state: Im2colState) -> str:
    """Say why no window fits, and what would help."""
    axis = 0 if state.out_size[0] == 0 else 1
    n, k, p = state.x.shape[1 + axis], state.kernel.shape[1 + axis], state.padding
    what = ("rows", "columns")[axis]
    return (
        f"No window fits: the kernel's {k} {what} are more than the {n} + 2·{p} = {n + 2 * p} {what} of the padded image; "
        f"use padding {-(-(k - n) // 2)} or more, or a smaller kernel."
    )


def _range(name: str, first: int, count: int) -> str:
    return f"{name} {first}" if count == 1 else f"{name}s {first} to {first + count - 1}"


def _signed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text
