"""The im2col figure: an image, its windows as the columns of a matrix, the kernel as a row, the output below."""

import numpy as np

from course.explore.drawing.colours import BLUE, INK, LINE, PAPER, VERMILION, diverging
from course.explore.drawing.grids import grid, grid_lines, largest, picture
from course.explore.drawing.lettering import label, paragraph
from course.explore.drawing.svg import arrow, document, element, frame, group, short
from course.explore.im2col.layout import GAP, HEAD, LEGIBLE, MARGIN, TITLE, Layout, make_layout
from course.explore.im2col.state import COL2IM, COUNT, IM2COL, TRANSPOSED, Floats, Im2colState
from course.explore.im2col.words import misfit_sentence, product, status_sentence


def render(state: Im2colState) -> str:
    """Draw one moment of im2col or col2im.

    Parameters
    ----------
    state : Im2colState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element; its parts carry names in ``data-part``: ``image-0`` with ``window-0`` and ``taps-0`` for every
        channel; ``cols``, ``column``, ``row``; ``kernel``, ``out``, ``map``, ``product``; ``student`` and ``wrong`` where a
        student's answer differs; ``message`` where no window fits.
    """
    at = make_layout(state)
    parts = [_channel(state, at, c) for c in range(len(state.x))]
    images = HEAD + len(state.x) * at.pitch
    if not state.fits:
        text = paragraph(at.matrix + 14, HEAD + 14, misfit_sentence(state).split(), 44, 14)
        bar = element("path", d=f"M{short(at.matrix)} {short(HEAD)}v84", stroke=VERMILION, stroke_width=4)
        parts.append(group(bar, text, part="message"))
        return document(parts, at.matrix + 360, max(images, 130) + MARGIN, _label(state))
    parts += [_matrix(state, at), _arrow(state, at)]
    width, bottom = at.matrix + state.L * at.wide, HEAD + state.K * at.tall + 18
    if state.show in (IM2COL, TRANSPOSED):
        drawn, right, bottom = _product(state, at)
        parts.append(drawn)
        width = max(width, right)
    if state.answer is not None and state.answer.faulty:
        drawn, right, bottom = _student(state, at, max(bottom, images) + 12)
        parts.append(drawn)
        width = max(width, right)
    return document(parts, max(width, at.matrix + 200) + MARGIN, max(bottom, images) + MARGIN, _label(state))


def _channel(state: Im2colState, at: Layout, c: int) -> str:
    """One channel of the image: numbers or a picture, window and taps framed."""
    p, (_, H, W), cell = state.padding, state.x.shape, at.cell
    rows, columns = H + 2 * p, W + 2 * p
    name = "x" if len(state.x) == 1 else f"x[{c}]"
    if state.backwards:
        name = "sum so far" if len(state.x) == 1 else f"sum so far, channel {c}"
    ring = f", padding {p}" if p else ""
    values = state.padded[c]
    limit = largest(state.whole) if state.backwards and state.fits else largest(state.x)
    parts = [_array(values, cell, cell, limit)]
    if p:
        parts.append(frame(p * cell, p * cell, W * cell, H * cell, INK, 1.4, stroke_dasharray="5 3"))
    if state.fits:
        parts.append(group(_taps(state, cell) if c == state.tap[0] else "", part=f"taps-{c}"))
        (top, left), (_, kH, kW) = state.corner, state.kernel.shape
        place = (left * cell, top * cell, kW * cell, kH * cell)
        halo = frame(*place, PAPER, 5) if cell < LEGIBLE else ""
        parts.append(group(halo + frame(*place, BLUE, min(3, max(1.6, cell / 6))), part=f"window-{c}"))
    title = label(
        MARGIN, HEAD + c * at.pitch - 8, f"{name}  {rows if p else H}×{columns if p else W}{ring}", TITLE, "start"
    )
    return title + group(*parts, x=MARGIN, y=HEAD + c * at.pitch, part=f"image-{c}")


def _taps(state: Im2colState, cell: float) -> str:
    """A dot on every pixel that the looked-at row holds, one frame round all on a picture; a frame round that of this column."""
    _, i, j = state.tap
    (down, across), s = state.out_size, state.stride
    if cell < LEGIBLE:
        _, row, column = state.pixel
        reach = (((across - 1) * s + 1) * cell, ((down - 1) * s + 1) * cell)
        here = (column * cell, row * cell, cell, cell)
        return frame(j * cell, i * cell, *reach, VERMILION, 2, stroke_dasharray="5 3") + frame(*here, VERMILION, 1.5)
    radius = min(3.5, cell / 9)
    spots = "".join(
        f"<circle cx='{short((b * s + j + 0.16) * cell)}' cy='{short((a * s + i + 0.16) * cell)}' r='{short(radius)}'/>"
        for a in range(down)
        for b in range(across)
    )
    _, row, column = state.pixel
    here = (column * cell + 3, row * cell + 3, cell - 6, cell - 6)
    dashed = frame(*here, VERMILION, 2, stroke_dasharray="4 2")
    return element("g", spots, fill=VERMILION) + dashed


def _matrix(state: Im2colState, at: Layout) -> str:
    """The matrix of columns, one column and one row of it framed."""
    wide, tall, K, L = at.wide, at.tall, state.K, state.L
    title = {COUNT: "columns of ones", TRANSPOSED: "columns = kernelᵀ · map"}.get(state.show, "columns")
    parts = [_array(state.cols, wide, tall, largest(state.cols))]
    taps = K // len(state.x)
    bars = "".join(f"M0 {short(c * taps * tall)}h{short(L * wide)}" for c in range(1, len(state.x)))
    if bars:  # from one channel to the next
        parts.append(element("path", d=bars, stroke=INK, stroke_width=2))
    parts.append(_crossing(state, at))
    return label(at.matrix, HEAD - 8, f"{title}  {K}×{L}", TITLE, "start") + group(
        *parts, x=at.matrix, y=HEAD, part="cols"
    )


def _crossing(state: Im2colState, at: Layout) -> str:
    """Frames round the looked-at column (blue) and row (vermilion, dashed), their numbers beside."""
    wide, tall, K, L = at.wide, at.tall, state.K, state.L
    row = (0.0, state.row * tall, L * wide, tall)
    column = (state.column * wide, 0.0, wide, K * tall)
    halo = "" if wide >= LEGIBLE else frame(*row, PAPER, 4) + frame(*column, PAPER, 5)
    dash = "6 3" if wide >= LEGIBLE else None
    return (
        halo
        + group(frame(*row, VERMILION, 2, stroke_dasharray=dash), part="row")
        + group(frame(*column, BLUE, 3), part="column")
        + label(-6, row[1] + tall / 2 + 4, str(state.row), 11, "end", fill=VERMILION)
        + label(column[0] + wide / 2, K * tall + 14, str(state.column), 11, fill=BLUE)
    )


def _arrow(state: Im2colState, at: Layout) -> str:
    """From the image to the matrix, or back."""
    y, left, right = HEAD + min(state.K * at.tall, at.pitch) / 2, at.matrix - GAP + 6, at.matrix - 20
    if not state.backwards:
        return arrow(f"M{short(left)} {short(y)}", right, y)
    turned = f"translate({short(left + right)} 0) scale(-1 1)"
    return element("g", arrow(f"M{short(left)} {short(y)}", right, y), transform=turned)


def _product(state: Im2colState, at: Layout) -> tuple[str, float, float]:
    """The kernel as a row beside the output's row; below, the output as a map and one of its sums spelled."""
    backwards = state.show == TRANSPOSED
    out, (down, across) = state.out, state.out_size
    kernel_x, limit = at.matrix - GAP - state.K * at.kernel_cell, largest(out)
    tall = max(at.tall, LEGIBLE)
    beside = at.below + tall / 2
    kernel = state.kernel.reshape(1, -1)
    here = (state.row * at.kernel_cell, 0.0, at.kernel_cell, at.kernel_cell)
    cell = (state.column * at.wide, 0.0, at.wide, tall)
    row, column = state.position
    top = at.below + tall + HEAD + 14
    spot = (column * at.map_cell, row * at.map_cell, at.map_cell, at.map_cell)
    parts = [
        label(min(kernel_x, at.matrix - GAP - 128), at.below - 8, f"kernel as a row  1×{state.K}", TITLE, "start"),
        group(
            _array(kernel, at.kernel_cell, at.kernel_cell, largest(kernel))
            + frame(*here, VERMILION, 2, stroke_dasharray="4 2"),
            x=kernel_x,
            y=at.below,
            part="kernel",
        ),
        label(at.matrix - GAP / 2, beside + 5, "=" if not backwards else "·", 18),
        label(
            at.matrix,
            at.below - 8,
            f"{'map as a row' if backwards else 'kernel · columns'}  1×{state.L}",
            TITLE,
            "start",
        ),
        group(_array(out[None], at.wide, tall, limit) + frame(*cell, BLUE, 3), x=at.matrix, y=at.below, part="out"),
        label(at.matrix, top - 8, f"the same as {'the' if backwards else 'a'} map  {down}×{across}", TITLE, "start"),
        group(
            _array(out.reshape(down, across), at.map_cell, at.map_cell, limit)
            + (frame(*spot, PAPER, 4) if at.map_cell < LEGIBLE else "")
            + frame(*spot, BLUE, 3 if at.map_cell >= LEGIBLE else 2),
            x=at.matrix,
            y=top,
            part="map",
        ),
    ]
    text_x = at.matrix + across * at.map_cell + 22
    words = product(state)
    parts.append(group(paragraph(text_x, top + 14, words, 28, 13.5, font_weight="bold"), part="product"))
    lines = 2 + sum(map(len, words)) // 22
    return "".join(parts), text_x + 225, top + max(down * at.map_cell, 19.0 * lines)


def _student(state: Im2colState, at: Layout, top: float) -> tuple[str, float, float]:
    """A wrong answer: the student's matrix, or for col2im the student's image, with its wrong numbers marked."""
    answer = state.answer
    assert answer is not None and answer.values is not None and answer.wrong is not None
    if state.backwards:
        values, wrong = (
            np.concatenate(list(answer.values)),
            np.concatenate(list(answer.wrong)),
        )  # channels one below the other
        x, wide, tall, limit = MARGIN, at.cell, at.cell, largest(state.whole)
    else:
        values, wrong, x, wide, tall, limit = (
            answer.values,
            answer.wrong,
            at.matrix,
            at.wide,
            at.tall,
            largest(state.cols),
        )
    sign = "≠" if wide >= LEGIBLE else "black"
    title = label(
        x, top + HEAD - 8, f"yours  {values.shape[0]}×{values.shape[1]}, {wrong.sum()} wrong ({sign})", TITLE, "start"
    )
    drawn = group(_array(values, wide, tall, limit, wrong), x=x, y=top + HEAD, part="student")
    marks = group(_marks(wrong, wide) if wide >= LEGIBLE else "", x=x, y=top + HEAD, part="wrong")
    return title + drawn + marks, x + values.shape[1] * wide, top + HEAD + values.shape[0] * tall


def _marks(wrong: np.ndarray, cell: float) -> str:
    """In every wrong cell a dashed frame, and the sign for "not equal" in its corner."""
    parts = []
    for row, column in np.argwhere(wrong):
        x, y = column * cell, row * cell
        parts.append(frame(x + 2, y + 2, cell - 4, cell - 4, VERMILION, 1.4, stroke_dasharray="4 2"))
        parts.append(label(x + cell - 6, y + 0.38 * cell, "≠", 0.36 * cell, fill=VERMILION, font_weight="bold"))
    return "".join(parts)


def _array(values: Floats, wide: float, tall: float, limit: float, wrong: np.ndarray | None = None) -> str:
    """Numbers in coloured cells where they are legible, else a picture."""
    rows, columns = values.shape
    if wide >= LEGIBLE and wide == tall:
        return grid(values, wide, limit)
    pixels = diverging(values, limit)
    if wrong is not None:
        pixels[wrong] = (17, 17, 17)
    drawn = picture(pixels, columns * wide, rows * tall)
    if min(wide, tall) >= 10:
        lines = grid_lines(rows, columns, 1)
        drawn += element(
            "path",
            d=lines,
            stroke=LINE,
            fill="none",
            transform=f"scale({wide:.3f} {tall:.3f})",
            vector_effect="non-scaling-stroke",
        )
    return drawn


def _label(state: Im2colState) -> str:
    """The figure in words, for those who do not see it."""
    (C, H, W), (_, kH, kW) = state.x.shape, state.kernel.shape
    what = {
        IM2COL: "The windows of an image as columns of a matrix",
        COL2IM: "Columns of a matrix added back to the image",
        COUNT: "Columns of ones added back to the image",
        TRANSPOSED: "A transposed convolution as columns added back to an image",
    }[state.show]
    channels = f"{C} channels of " if C > 1 else ""
    return f"{what}: {channels}{H} by {W} numbers, windows of {kH} by {kW}. {status_sentence(state)}"
