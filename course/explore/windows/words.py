"""The sentences and the formula of the windows figure, with live numbers filled in."""

from course.explore.drawing.lettering import listed, number
from course.explore.windows.state import Axis, WindowsState


def status_sentence(state: WindowsState) -> str:
    """Say what the present window reads.

    Parameters
    ----------
    state : WindowsState
        What the figure shows.

    Returns
    -------
    str
        One sentence; without any window, the reason.
    """
    for axis in (state.down, state.across):
        if axis and not axis.count:
            return (
                f"No window fits: it reaches over {counted(axis.reach, 'pixel')}, and with the padding there are "
                f"{axis.length}. A padding of {-(-(axis.reach - axis.n) // 2)} would do."
            )
    row, column = state.position
    steps = f"Window {state.step} (0 to {state.count - 1})"
    if state.down is None:
        return f"{steps} reads {read_by(state.across, column)}."
    return (
        f"{steps} makes out[{row}, {column}]. It reads {read_by(state.down, row, 'row')}, and of each of them "
        f"{read_by(state.across, column, 'column')}."
    )


def read_by(axis: Axis, index: int, what: str = "pixel") -> str:
    """Name what a window reads along one direction.

    Parameters
    ----------
    axis : Axis
        The direction.
    index : int
        Which window.
    what : str
        "pixel", "row" or "column".

    Returns
    -------
    str
        ``pixels 4, 5 and 6``, or ``2 of padding and pixel 0``.
    """
    taps = axis.taps(index)
    inside = [int(tap) for tap in taps if 0 <= tap < axis.n]
    outside = len(taps) - len(inside)
    parts = [f"{outside} {what}{'s' if outside > 1 else ''} of padding"] if outside else []
    parts += [f"{what}{'s' if len(inside) > 1 else ''} {listed(inside)}"] if inside else []
    return " and ".join(parts)


def size_formulas(state: WindowsState) -> list[str]:
    """Fill the formula of the output size with the present numbers.

    Parameters
    ----------
    state : WindowsState
        What the figure shows.

    Returns
    -------
    list of str
        The formula, and a line for each direction, or a single one where both are alike.
    """
    lines = ["out = floor((n + 2p − f) / s) + 1 with the reach f = d·(k − 1) + 1"]
    if state.down is None:
        return [*lines, _filled("out", state.across)]
    if state.down == state.across:
        return [*lines, _filled("H_out = W_out", state.across)]
    return [*lines, _filled("H_out", state.down), _filled("W_out", state.across)]


def _filled(name: str, axis: Axis) -> str:
    room = axis.length - axis.reach
    reach = f"f = {axis.dilation}·({axis.k} − 1) + 1 = {axis.reach}"
    size = f"floor(({axis.n} + 2·{axis.padding} − {axis.reach}) / {axis.stride}) + 1"
    if room < 0:
        return f"{reach}; {name}: none, because {axis.n} + 2·{axis.padding} − {axis.reach} = {number(room)} is below 0"
    return f"{reach}; {name} = {size} = floor({number(room / axis.stride)}) + 1 = {axis.count}"


def unseen_sentence(state: WindowsState) -> str:
    """Name the pixels, or rows and columns, that no window reads, and what is left over at the end.

    Parameters
    ----------
    state : WindowsState
        What the figure shows.

    Returns
    -------
    str
        One or two sentences; nothing where no window fits.
    """
    if not state.count:
        return ""
    axes = [(state.across, "pixel")] if state.down is None else [(state.down, "row"), (state.across, "column")]
    found = [f"{what}{'s' if len(axis.unseen) > 1 else ''} {listed(axis.unseen)}" for axis, what in axes if axis.unseen]
    if found:
        sentence = f"Never read by any window (hatched): {'; '.join(found)}."
    else:
        sentence = "Every pixel of the input is read at least once."
    left = [counted(axis.left_over, what) for axis, what in axes if axis.left_over]
    if not left:
        return f"{sentence} The windows come out even at the end."
    padded = ", padding counted" if any(axis.padding for axis, _ in axes) else ""
    return (
        f"{sentence} The stride does not come out even: behind the last window {' and '.join(left)} "
        f"{'is' if left[0].startswith('1 ') and len(left) == 1 else 'are'} left{padded}, too little for one more stride."
    )


def padding_sentence(axis: Axis) -> str:
    """Say which paddings have a name.

    Parameters
    ----------
    axis : Axis
        The direction.

    Returns
    -------
    str
        One sentence.
    """
    low = int(axis.same)
    same = f"same (half) is {low}"
    if axis.same != low:
        same = (
            f'same (half) would be {number(axis.same)}, which no padding of two equal ends can be (PyTorch\'s "same" adds '
            f"{low} before and {low + 1} after)"
        )
    return f"Padding with a name: valid is 0, {same}, full is {axis.full}."


def counted(count: int, what: str) -> str:
    """Count pixels, rows or columns.

    Parameters
    ----------
    count : int
        How many.
    what : str
        "pixel", "row" or "column".

    Returns
    -------
    str
        ``1 pixel``, ``2 rows``.
    """
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
