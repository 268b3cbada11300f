"""The sentences and formulas of the backward figure, with live numbers filled in."""

from course.explore.backward.state import CONVOLUTION, REACH, SCATTER, WEIGHT, BackwardState
from course.explore.drawing.lettering import number

MOST_TERMS = 12


def status_sentence(state: BackwardState) -> str:
    """Say which number is looked at and how it comes about.

    Parameters
    ----------
    state : BackwardState
        What the figure shows.

    Returns
    -------
    str
        Two or three short sentences.
    """
    step = f"Step {state.step} (0 to {state.count - 1})"
    return f"{step}: {_TELL[state.view](state)}"


def _scatter(state: BackwardState) -> str:
    backward, (f, i, j) = state.backward, state.source
    (top, left), (kH, kW), (_, H, W) = state.position, backward.kernel_size, backward.convolution.x.shape
    lost = kH * kW - max(min(top + kH, H) - max(top, 0), 0) * max(min(left + kW, W) - max(left, 0), 0)
    place = f"[{i}, {j}]" if backward.convolution.plane else f"[{f}, {i}, {j}]"
    fate = f" {lost} of the {kH * kW} products fall on the padding and are dropped." if lost else ""
    return (
        f"grad_out{place} = {number(backward.grad_out[f, i, j], 3)} goes to every pixel of its window, "
        f"{span('row', top, kH)} and {span('column', left, kW)} of x, times the weight that the pixel met there.{fate}"
    )


def _reach(state: BackwardState) -> str:
    row = state.row(0)
    filters = len(state.shown_filters)
    outputs = f"{len(row.taps)} output{'s' * (len(row.taps) != 1)}"
    each = f" of each of the {filters} filters" if filters > 1 else ""
    where = f" ({', '.join(f'[{i}, {j}]' for i, j in sorted(row.taps))})" if 0 < len(row.taps) <= 9 else ""
    nowhere = " No window sees it, so its gradient is 0." if not row.taps else ""
    return f"pixel {_pixel(state)} went into {outputs}{each}{where}.{nowhere} {_equation(state)}"


def _weight(state: BackwardState) -> str:
    (u, v), plane = state.position, state.backward.convolution.plane
    name = f"kernel[{u}, {v}]" if plane else f"weight[{state.filter}, {state.channel}, {u}, {v}]"
    count = state.backward.grad_out[0].size
    return f"{name} met {count} pixels, one in every window. {_equation(state)}"


def _convolution(state: BackwardState) -> str:
    row, column = state.position
    (kH, kW), value, slope = state.backward.kernel_size, state.result[state.position], state.slopes[state.position]
    verdict = "differs" if state.wrong[state.position] else "agrees"
    return (
        f"the window covers {span('row', row, kH)} and {span('column', column, kW)} of the spread-out gradient. "
        f"{_equation(state)} The measured slope at pixel {_pixel(state)} is {number(slope, 3)}: "
        f"{number(value, 3)} {verdict}."
    )


_TELL = {SCATTER: _scatter, REACH: _reach, WEIGHT: _weight, CONVOLUTION: _convolution}


def total(state: BackwardState) -> list[str]:
    """Spell the sum over the filters that makes the framed number.

    Parameters
    ----------
    state : BackwardState
        What the figure shows; any view but `SCATTER`.

    Returns
    -------
    list of str
        ``["grad_x[0, 1, 2] =", "3 +", "(−1)", "= 2"]``; of more than 8 filters the first and last ones.
    """
    row, column = state.position
    name = f"{state.name.removesuffix(']')}{', ' if state.name.endswith(']') else '['}{row}, {column}] ="
    sums = [signed(value) for value in state.sums]
    if len(sums) > 8:
        sums = [*sums[:2], "…", sums[-1]]
    if len(sums) == 1:
        return [name, number(state.sums[0], 3)]
    return [name, *(f"{text} +" for text in sums[:-1]), sums[-1], f"= {number(sum(state.sums), 3)}"]


def terms(state: BackwardState, f: int) -> list[str]:
    """Spell one filter's products, those that take part.

    Parameters
    ----------
    state : BackwardState
        What the figure shows.
    f : int
        The filter.

    Returns
    -------
    list of str
        Terms that are not to be broken, for `paragraph`.
    """
    row = state.row(f)
    if state.view == SCATTER:
        return []
    pairs = [(row.left[tap], weight) for tap, weight in zip(row.taps, row.middle[row.used], strict=True)]
    if not pairs:
        return ["no", "output", "of", "this", "filter:", "0"]
    written = [f"{signed(a, 2)}·{signed(b, 2)}" for a, b in pairs[:MOST_TERMS]]
    if len(pairs) > MOST_TERMS:
        written.append(f"{len(pairs) - MOST_TERMS} more")
    return [*(f"{text} +" for text in written[:-1]), written[-1], f"= {number(row.sum, 3)}"]


def verdict_sentence(state: BackwardState) -> str:
    """Say what the measured slopes say about the whole gradient.

    Parameters
    ----------
    state : BackwardState
        What the figure shows.

    Returns
    -------
    str
        One sentence.
    """
    if state.view == SCATTER and state.step < state.count - 1:
        left = state.count - 1 - state.step
        return f"{left} output{'s have' if left > 1 else ' has'} not handed back yet."
    count, wrong = state.result.size, int(state.wrong.sum())
    how = ""
    if state.view == CONVOLUTION:
        how = "With the flipped kernel, " if state.flipped else "With the kernel as it is, "
    if wrong:
        return f"{how}{wrong} of {count} numbers of {state.name} differ from the measured slopes: this is not the gradient."
    what = f"all {count} numbers of {state.name} equal the measured slopes."
    return f"{how}{what}" if how else f"A{what[1:]}"


def formulas(state: BackwardState) -> list[str]:
    """Fill in how wide the gradient is padded and spread; empty for the other views.

    Parameters
    ----------
    state : BackwardState
        What the figure shows.

    Returns
    -------
    list of str
        Lines with numbers.
    """
    if state.view != CONVOLUTION:
        return []
    backward = state.backward
    lines: dict[str, list[str]] = {}
    for axis, letter in enumerate("HW"):
        k, p, s = (
            pair[axis] for pair in (backward.kernel_size, backward.convolution.padding, backward.convolution.stride)
        )
        rest = backward.left_over[axis]
        line = f"{k} − 1 − {p} = {k - 1 - p} outside, so forward and backward padding add to {k - 1}"
        line += f"; stride − 1 = {s} − 1 = {s - 1} between"
        line += f"; {rest} more at the end for what the stride left over" if rest else ""
        lines[line] = [*lines.get(line, []), f"k{letter} − 1 − p"]
    return [f"zeros: {' = '.join(names)} = {line}" for line, names in lines.items()]


def label(state: BackwardState) -> str:
    """The figure in words, for those who do not see it.

    Parameters
    ----------
    state : BackwardState
        What the figure shows.

    Returns
    -------
    str
        What is drawn, and the status sentence.
    """
    C, H, W = state.backward.convolution.x.shape
    (kH, kW), filters = state.backward.kernel_size, len(state.backward.grad_out)
    what = f"Backward pass of {filters} filter{'s' * (filters > 1)} of {kH} by {kW}"
    return f"{what} on {C} channel{'s' * (C > 1)} of {H} by {W}. {status_sentence(state)} {verdict_sentence(state)}"


def signed(value: float, places: int = 3) -> str:
    """Write a number as a term of a sum or product: negative ones in brackets."""
    text = number(value, places)
    return f"({text})" if text.startswith("−") else text


def span(name: str, first: int, count: int) -> str:
    """Name the rows or columns of a window: ``row 2``, ``rows −1 to 1``."""
    ends = [number(first), number(first + count - 1)]
    return f"{name} {ends[0]}" if count == 1 else f"{name}s {ends[0]} to {ends[1]}"


def _pixel(state: BackwardState) -> str:
    row, column = state.position
    return f"[{row}, {column}]" if state.backward.convolution.plane else f"[{state.channel}, {row}, {column}]"


def _equation(state: BackwardState) -> str:
    return f"{' '.join(total(state))}."
