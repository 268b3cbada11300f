"""The convolution figure: from a window over every input channel to one number of the output."""

import numpy as np

from course.explore.convolution.layout import BOX, GAP, HEAD, MARGIN, TERM_SIZE, TITLE, Layout, make_layout
from course.explore.convolution.output import draw_output
from course.explore.convolution.state import ConvolutionState
from course.explore.convolution.words import misfit_sentence, status_sentence, terms
from course.explore.drawing.colours import BLUE, GREY, INK, LINE, PAPER, VERMILION
from course.explore.drawing.grids import grid, grid_lines, hatch, largest, picture
from course.explore.drawing.lettering import box, label, number, paragraph
from course.explore.drawing.svg import arrow, document, element, frame, group, short


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
        One ``<svg>`` element; its parts carry names in ``data-part``: for every channel ``input-0``,
        ``window-0``, ``unseen-0``, ``kernel-0``, ``products-0``, ``terms-0``, ``sum-0``; then ``bias``,
        ``total``, ``out``, ``out-cell``, and ``student``, ``wrong`` where a student's answer differs;
        ``message`` where there is no output.
    """
    convolution = state.convolution
    layout = make_layout(convolution, maps=1 if state.faulty is None else 2)
    parts = [_row(state, layout, channel) for channel in range(layout.channels)]
    width, height = layout.products + 320, layout.height
    if len(convolution.x) > layout.channels:
        parts.append(_rest(state, layout))
    if convolution.fits:
        drawn, width, bottom = draw_output(state, layout)
        parts.append(drawn)
        height = max(height, bottom)
    else:
        parts.append(_message(misfit_sentence(convolution), layout.products, HEAD + 14))
    return document(parts, width + MARGIN, height + MARGIN, _label(state))


def _row(state: ConvolutionState, at: Layout, channel: int) -> str:
    """One input channel: from its padded numbers to its sum."""
    convolution, plane = state.convolution, state.convolution.plane
    height, width = convolution.x.shape[1:]
    title = "image" if plane else f"x[{channel}]"
    top, side = convolution.padding
    ring = "" if top == side == 0 else f", padding {top}" if top == side else f", padding ({top}, {side})"
    kernel = state.kernel[channel]
    parts = [
        label(MARGIN, 16, f"{title}  {height}×{width}{ring}", TITLE, "start"),
        group(_input(state, at, channel), x=MARGIN, y=HEAD, part=f"input-{channel}"),
        label(at.kernel, 16, "kernel" if plane else f"weight[{state.filter}, {channel}]", TITLE, "start"),
        group(grid(kernel, at.kernel_cell, largest(state.kernel)), x=at.kernel, y=HEAD, part=f"kernel-{channel}"),
    ]
    if convolution.fits:
        parts.append(_sum(state, at, channel))
    return group(*parts, y=channel * at.pitch)


def _sum(state: ConvolutionState, at: Layout, channel: int) -> str:
    """The right half of a row: products, spelled terms, sum."""
    middle, bottom = at.middle, HEAD + state.kernel.shape[1] * at.kernel_cell
    parts = [
        label(at.kernel - GAP / 2, middle + 6, "×", 18),
        label(at.products - GAP / 2, middle + 6, "=", 18),
        label(at.products, 16, "products", TITLE, "start"),
        group(
            grid(state.products[channel], at.kernel_cell, largest(state.products)),
            x=at.products,
            y=HEAD,
            part=f"products-{channel}",
        ),
        arrow(f"M{short(at.sums - GAP + 8)} {short(middle)}", at.sums - 3, middle),
        label(at.sums + BOX / 2, middle - 20, "sum", TITLE),
        box(at.sums, middle, BOX, number(state.sums[channel], 3), f"sum-{channel}"),
    ]
    if at.pictures:
        pixels = grid(state.window[channel], at.kernel_cell, largest(state.window))
        parts.append(label(at.window, 16, "window", TITLE, "start"))
        parts.append(group(pixels, x=at.window, y=HEAD, part=f"pixels-{channel}"))
    spelled = paragraph(
        at.window if at.pictures else at.kernel, bottom + 18, terms(state, channel), at.columns, TERM_SIZE
    )
    return "".join([*parts, group(spelled, part=f"terms-{channel}")])


def _input(state: ConvolutionState, at: Layout, channel: int) -> str:
    """The padded channel, its ring dashed, the window framed, what nobody reads hatched."""
    convolution, cell = state.convolution, at.cell
    rows, columns = convolution.padded.shape[1:]
    (top, left), (height, width) = convolution.padding, convolution.x.shape[1:]
    place = (left * cell, top * cell, width * cell, height * cell)
    parts = []
    if at.pictures:
        low, high = float(convolution.padded.min()), float(convolution.padded.max())
        grey = (convolution.padded[channel] - low) / ((high - low) or 1.0) * 255
        levels = np.nan_to_num(grey).astype(np.uint8) & 0xF8  # 32 of them look the same and weigh half
        parts.append(picture(levels, columns * cell, rows * cell))
        if top or left:
            parts.append(frame(*place, PAPER, 1.2, stroke_dasharray="3 3"))
    else:
        inside = grid(convolution.x[channel], cell, largest(convolution.x))
        parts.append(group(inside, x=place[0], y=place[1], part=f"numbers-{channel}"))
        if top or left:
            parts.append(_ring(state, cell) + frame(*place, INK, 1.2))
    if convolution.fits:
        stripes = [hatch(0, n * cell, columns * cell, cell) for n in convolution.unseen(0)]
        stripes += [hatch(n * cell, 0, cell, rows * cell) for n in convolution.unseen(1)]
        parts.append(group(*stripes, part=f"unseen-{channel}") if stripes else "")
        parts.append(group(_window(state, cell), part=f"window-{channel}"))
    return "".join(parts)


def _ring(state: ConvolutionState, cell: float) -> str:
    """The padding: dashed lines and grey zeros round the place of the channel."""
    rows, columns = state.convolution.padded.shape[1:]
    lines = element("path", d=grid_lines(rows, columns, cell), stroke=LINE, stroke_dasharray="3 3", fill="none")
    (top, left), (height, width) = state.convolution.padding, state.convolution.x.shape[1:]
    zeros = [
        element("text", "0", x=(column + 0.5) * cell, y=(row + 0.65) * cell)
        for row in range(rows)
        for column in range(columns)
        if not (top <= row < top + height and left <= column < left + width)
    ]
    return lines + element("g", *zeros, fill=GREY, font_size=0.42 * cell, text_anchor="middle")


def _window(state: ConvolutionState, cell: float) -> str:
    """One frame round the window, or one round every tap where dilation spreads them."""
    rows, columns = (state.convolution.taps(axis, state.position[axis]) for axis in (0, 1))
    if state.convolution.dilation == (1, 1):
        places = [(columns[0] * cell, rows[0] * cell, len(columns) * cell, len(rows) * cell)]
    else:
        places = [(column * cell, row * cell, cell, cell) for row in rows for column in columns]
    stroke = min(3, max(1.2, cell / 4))
    # On a picture the blue needs a white edge: it may lie on black.
    halo = [frame(*place, PAPER, stroke + 2.5) for place in places] if cell < 16 else []
    return "".join([*halo, *(frame(*place, BLUE, stroke) for place in places)])


def _rest(state: ConvolutionState, at: Layout) -> str:
    """The line for the channels that have no row."""
    first, last = at.channels, len(state.convolution.x) - 1
    middle = at.channels * at.pitch + 13
    text = label(MARGIN, middle + 4, f"x[{first}] to x[{last}] in the same way:", TITLE, "start")
    if not state.convolution.fits:
        return text
    return text + box(at.sums, middle, BOX, number(state.sums[first:].sum(), 3), "sum-rest")


def _message(sentence: str, x: float, y: float) -> str:
    bar = element("path", d=f"M{short(x)} {short(y - 15)}v84", stroke=VERMILION, stroke_width=4)
    return group(bar, paragraph(x + 14, y, sentence.split(), 40, 14), part="message")


def _label(state: ConvolutionState) -> str:
    """The figure in words, for those who do not see it."""
    C, H, W = state.convolution.x.shape
    C_out, _, kH, kW = state.convolution.weight.shape
    what = f"Convolution of {C} channel{'s' * (C > 1)} of {H} by {W} numbers with a filter of {kH} by {kW}"
    which = f" (number {state.filter}, counted from 0 to {C_out - 1})" if C_out > 1 else ""
    fate = status_sentence(state) if state.convolution.fits else misfit_sentence(state.convolution)
    return f"{what}{which}. {fate}"
