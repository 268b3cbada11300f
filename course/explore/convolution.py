"""The convolution figure: from a window over every input channel to one number of the output."""

import numpy as np

from course.explore.colours import BLUE, GREEN, GREY, INK, LINE, VERMILION, diverging
from course.explore.convolution_layout import BOX, GAP, HEAD, MARGIN, TERM_LINE, TERM_SIZE, Layout, make_layout
from course.explore.convolution_state import ConvolutionState, Floats
from course.explore.convolution_words import misfit_sentence, signed, status_sentence, terms, total
from course.explore.grids import grid, grid_lines, hatch, largest, numbers, picture
from course.explore.svg import arrow, document, element, frame, group, label, number


def render(state: ConvolutionState) -> str:
    """Draw one moment of a convolution.

    Every input channel has a row: the padded channel with the window framed, the filter's channel,
    their products, the sum. The sums and the bias meet in one cell of the output.

    Parameters
    ----------
    state : ConvolutionState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element; its parts carry names in ``data-part``: ``input-0``, ``kernel-0``,
        ``products-0``, ``terms-0``, ``sum-0``, ``window-0``, ``unseen-0``, ``out``, ``out-cell``,
        ``student``, ``wrong``.
    """
    convolution = state.convolution
    wrong = state.answer is not None and state.answer.wrong is not None and state.answer.wrong.any()
    layout = make_layout(convolution, maps=2 if wrong else 1)
    parts = [_row(state, layout, channel) for channel in range(layout.channels)]
    height = layout.channels * layout.pitch
    if len(convolution.x) > layout.channels:
        parts.append(_rest(state, layout))
        height += 40
    if convolution.fits:
        drawn, width, bottom = _output(state, layout, (height - 14) / 2)
        parts.append(drawn)
    else:
        parts.append(_message(misfit_sentence(convolution), layout.products, HEAD + 14))
        width, bottom = layout.products + 300, 0
    return document(parts, width + MARGIN, max(height, bottom) + MARGIN, _label(state))


def _row(state: ConvolutionState, at: Layout, channel: int) -> str:
    """One input channel: from its padded numbers to its sum."""
    convolution, plane = state.convolution, state.convolution.plane
    height, width = convolution.x.shape[1:]
    ring = {(0, 0): ""}.get(convolution.padding, f", padding {_size(convolution.padding, one=True)}")
    title = "image" if plane else f"x[{channel}]"
    kernel = state.kernel[channel]
    middle = HEAD + kernel.shape[0] * at.kernel_cell / 2
    parts = [
        label(MARGIN, 16, f"{title}  {height}×{width}{ring}", 12.5, "start"),
        group(_input(state, at, channel), x=MARGIN, y=HEAD, part=f"input-{channel}"),
        _titled(grid(kernel, at.kernel_cell, largest(state.kernel)), at.kernel, f"kernel-{channel}"),
        label(at.kernel, 16, "kernel" if plane else f"weight[{state.filter}, {channel}]", 12.5, "start"),
    ]
    if convolution.fits:
        window, products = state.window[channel], state.products[channel]
        if at.pictures:
            parts.append(label(at.window, 16, "window", 12.5, "start"))
            limit = largest(state.window)
            parts.append(_titled(grid(window, at.kernel_cell, limit), at.window, f"pixels-{channel}"))
        sign = "×"
        parts += [
            label(at.kernel - GAP / 2, middle + 6, sign, 18) if at.pictures else _hint(at, middle, sign),
            label(at.products - GAP / 2, middle + 6, "=", 18),
            label(at.products, 16, "products", 12.5, "start"),
            _titled(grid(products, at.kernel_cell, largest(state.products)), at.products, f"products-{channel}"),
            label(at.sums + BOX / 2, middle - 20, "sum", 12.5),
            arrow([(at.sums - GAP + 8, middle), (at.sums - 3, middle)]),
            _box(at.sums, middle, number(state.sums[channel], 3), f"sum-{channel}"),
            _terms(state, at, channel, HEAD + kernel.shape[0] * at.kernel_cell + TERM_LINE + 2),
        ]
    return group(*parts, y=channel * at.pitch)


def _input(state: ConvolutionState, at: Layout, channel: int) -> str:
    """The padded channel, its ring dashed, the window framed, what nobody reads hatched."""
    convolution, cell = state.convolution, at.cell
    values = convolution.padded[channel]
    rows, columns = values.shape
    top, left = convolution.padding
    height, width = convolution.x.shape[1:]
    if at.pictures:
        low, high = convolution.x.min(), convolution.x.max()
        grey = np.round((values - low) / ((high - low) or 1) * 255).clip(0, 255).astype(np.uint8)
        parts = [picture(grey, columns * cell, rows * cell)]
    else:
        parts = [_ring(state, cell) if top or left else ""]
        inside = grid(convolution.x[channel], cell, largest(convolution.x))
        parts.append(group(inside, x=left * cell, y=top * cell, part=f"numbers-{channel}"))
    edge = frame(left * cell, top * cell, width * cell, height * cell, INK, 1.2)
    parts.append(edge if top or left else "")
    if convolution.fits:
        stripes = [hatch(0, n * cell, columns * cell, cell) for n in convolution.unseen(0)]
        stripes += [hatch(n * cell, 0, cell, rows * cell) for n in convolution.unseen(1)]
        parts.append(group(*stripes, part=f"unseen-{channel}") if stripes else "")
        parts.append(group(_window(state, cell), part=f"window-{channel}"))
    return "".join(parts)


def _ring(state: ConvolutionState, cell: float) -> str:
    """The padding: dashed lines and grey zeros round the place of the channel."""
    convolution = state.convolution
    rows, columns = convolution.padded.shape[1:]
    lines = element("path", d=grid_lines(rows, columns, cell), stroke=LINE, stroke_dasharray="3 3", fill="none")
    top, left = convolution.padding
    height, width = convolution.x.shape[1:]
    zeros = [
        element("text", "0", x=(column + 0.5) * cell, y=(row + 0.65) * cell)
        for row in range(rows)
        for column in range(columns)
        if not (top <= row < top + height and left <= column < left + width)
    ]
    return lines + element("g", *zeros, fill=GREY, font_size=0.42 * cell, text_anchor="middle")


def _window(state: ConvolutionState, cell: float) -> str:
    """One frame round the window, or one round every tap where dilation spreads them."""
    convolution = state.convolution
    rows, columns = (convolution.taps(axis, state.position[axis]) for axis in (0, 1))
    stroke = 3 if cell > 8 else 2
    if convolution.dilation == (1, 1):
        return frame(columns[0] * cell, rows[0] * cell, len(columns) * cell, len(rows) * cell, BLUE, stroke)
    return "".join(
        frame(column * cell, row * cell, cell, cell, BLUE, stroke) for row in rows for column in columns
    )


def _terms(state: ConvolutionState, at: Layout, channel: int, y: float) -> str:
    """The channel's sum, term by term, broken into lines."""
    spelled = terms(state.window[channel], state.kernel[channel])
    words = [f"{term} +" for term in spelled[:-1]] + [f"{spelled[-1]} = {number(state.sums[channel], 3)}"]
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) >= at.columns:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    left = at.window if at.pictures else at.kernel
    written = [
        label(left, y + i * TERM_LINE, line, TERM_SIZE, "start", fill=GREY if i < 0 else None)
        for i, line in enumerate(lines)
    ]
    return group(*written, part=f"terms-{channel}")


def _rest(state: ConvolutionState, at: Layout) -> str:
    """The line for the channels that have no row."""
    first, last = at.channels, len(state.convolution.x) - 1
    y = at.channels * at.pitch + 16
    text = label(MARGIN, y, f"x[{first}] to x[{last}]: the same, {last - first + 1} channels not drawn", 12.5, "start")
    if not state.convolution.fits:
        return text
    return text + _box(at.sums, y - 4, number(state.sums[first:].sum(), 3), "sum-rest")


def _output(state: ConvolutionState, at: Layout, middle: float) -> tuple[str, float, float]:
    """The sums meeting the bias, and the map they go to; with the right and the lower end."""
    convolution = state.convolution
    rows, columns = convolution.out_size
    tall, wide = rows * at.out_cell, columns * at.out_cell
    wrong = None if state.answer is None or state.answer.wrong is None else state.answer.wrong[state.filter]
    both = wrong is not None and state.answer.wrong.any()
    needed = 2 * (tall + HEAD) + 46 if both else tall + HEAD + 22
    node_y = middle if at.channels > 1 else HEAD + convolution.weight.shape[2] * at.kernel_cell / 2
    y = max(HEAD, middle - needed / 2 + HEAD) if at.channels > 1 else HEAD
    title = "out" if convolution.plane else f"out[{state.filter}]"
    size = f"{rows}×{columns}"
    parts = [_wires(state, at, node_y)]
    cell_y = y + (state.position[0] + 0.5) * at.out_cell
    edge = at.out - 3
    bend = at.node + 34
    parts.append(arrow([(at.node + 13, node_y), (bend, node_y), (bend, cell_y), (edge, cell_y)], INK))
    limit = largest(convolution.out)
    parts.append(label(at.out, y - 8, f"{title}  {size}", 12.5, "start"))
    parts.append(group(_map(convolution.out[state.filter], at, limit), x=at.out, y=y, part="out"))
    parts.append(group(_cell_frame(state, at), x=at.out, y=y, part="out-cell"))
    equation = total(state)
    parts.append(label(at.out, y + tall + 20, equation, 13, "start", font_weight="bold", data_part="total"))
    right = at.out + max(wide, 7.4 * len(equation), 110)
    bottom = y + tall + 26
    if both:
        y = bottom + HEAD
        count = int(wrong.sum())
        heading = f"yours  {size}, {count} wrong (≠)" if count else f"yours  {size}, all right"
        parts.append(label(at.out, y - 8, heading, 12.5, "start"))
        parts.append(group(_map(state.answer.out[state.filter], at, limit), x=at.out, y=y, part="student"))
        parts.append(group(_wrong(wrong, at), x=at.out, y=y, part="wrong"))
        parts.append(group(_cell_frame(state, at), x=at.out, y=y))
        right, bottom = max(right, at.out + 7 * len(heading)), y + tall + 6
    return "".join(parts), right, bottom


def _wires(state: ConvolutionState, at: Layout, node_y: float) -> str:
    """Lines from every sum to the plus sign, and the bias above it."""
    convolution = state.convolution
    kernel_middle = HEAD + convolution.weight.shape[2] * at.kernel_cell / 2
    ends = [channel * at.pitch + kernel_middle for channel in range(at.channels)]
    if len(convolution.x) > at.channels:
        ends.append(at.channels * at.pitch + 12)
    bus = at.sums + BOX + 12
    parts = [arrow([(at.sums + BOX, y), (bus, y), (bus, node_y), (at.node - 12, node_y)]) for y in ends]
    parts.append(element("circle", cx=at.node, cy=node_y, r=12, fill="#fff", stroke=INK, stroke_width=1.5))
    parts.append(label(at.node, node_y + 6, "+", 18))
    if convolution.bias is not None:
        top = node_y - 58
        line = f"M{at.node:.1f} {top + 13:.1f}V{node_y - 12:.1f}"
        parts.append(element("path", d=line, stroke=GREY, stroke_width=1.5))
        parts.append(label(at.node, top - 18, "bias" if convolution.plane else f"bias[{state.filter}]", 12.5))
        parts.append(_box(at.node - BOX / 2, top, number(convolution.bias[state.filter], 3), "bias"))
    return "".join(parts)


def _map(values: Floats, at: Layout, limit: float) -> str:
    if not at.out_picture:
        return grid(values, at.out_cell, limit)
    rows, columns = values.shape
    return picture(diverging(values, limit), columns * at.out_cell, rows * at.out_cell)


def _cell_frame(state: ConvolutionState, at: Layout) -> str:
    row, column = state.position
    cell = at.out_cell
    reach = max(cell, 6)  # on a picture the frame must stay visible
    slack = (reach - cell) / 2
    return frame(column * cell - slack, row * cell - slack, reach, reach, BLUE, 3 if cell > 8 else 2)


def _wrong(wrong: np.ndarray, at: Layout) -> str:
    """Marks on a student's map: a dashed frame and the sign for "not equal" in every wrong cell."""
    cell = at.out_cell
    parts = []
    for row, column in np.argwhere(wrong):
        x, y = column * cell, row * cell
        if at.out_picture:
            parts.append(element("rect", x=x, y=y, width=cell, height=cell, fill=VERMILION))
        else:
            parts.append(frame(x + 2, y + 2, cell - 4, cell - 4, VERMILION, 1.8, stroke_dasharray="4 2"))
            parts.append(label(x + cell - 8, y + 11, "≠", 10, font_weight="bold"))
    return "".join(parts)


def _titled(drawn: str, x: float, part: str) -> str:
    return group(drawn, x=x, y=HEAD, part=part)


def _hint(at: Layout, middle: float, sign: str) -> str:
    return label(at.kernel - GAP / 2, middle + 6, sign, 18)


def _box(x: float, middle: float, text: str, part: str) -> str:
    size = min(15, (BOX - 6) / (0.57 * len(text)))
    box = element("rect", x=x, y=middle - 13, width=BOX, height=26, rx=4, fill="#fff", stroke=INK)
    return group(box, label(x + BOX / 2, middle + 0.36 * size, text, size), part=part)


def _message(sentence: str, x: float, y: float) -> str:
    """A sentence broken into lines of about 40 letters."""
    lines = [""]
    for word in sentence.split():
        if len(lines[-1]) + len(word) > 40:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    written = [label(x + 14, y + 20 * i, line, 14, "start") for i, line in enumerate(lines)]
    bar = element("path", d=f"M{x:.0f} {y - 14:.0f}v{20 * len(lines)}", stroke=VERMILION, stroke_width=4)
    return group(bar, *written, part="message")


def _size(pair: tuple[int, int], one: bool = False) -> str:
    return str(pair[0]) if one and pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"


def _label(state: ConvolutionState) -> str:
    C, H, W = state.convolution.x.shape
    C_out, _, kH, kW = state.convolution.weight.shape
    what = f"Convolution of an input with {C} channel{'s' * (C > 1)} of {H} by {W} numbers"
    return f"{what} with filter {state.filter} of {C_out}, {kH} by {kW}. {status_sentence(state)}"
