"""The drawing of the filter workbench: picture and output, and below how one pixel comes about or what becomes of each wave."""

import numpy as np
from numpy.typing import NDArray

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, PAPER, VERMILION, contrast, diverging, hex_colour
from course.explore.drawing.grids import fitting, grid, grid_lines, largest, picture
from course.explore.drawing.lettering import box, label, number, paragraph
from course.explore.drawing.svg import arrow, document, element, escape, frame, group, short
from course.explore.filters.arguments import Floats
from course.explore.filters.state import BORDERS, FilterState
from course.explore.filters.words import status_sentence

WIDTH, SIDE, HEAD, MARGIN = 720.0, 320.0, 26.0, 4.0
RIGHT = WIDTH - SIDE  # where the output's half starts
MOST_NUMBERS = 14  # longer side of a picture whose pixels are written out
VERMILION_RGB = (213, 94, 0)


def render(state: FilterState) -> str:
    """Draw one moment of the workbench.

    Parameters
    ----------
    state : FilterState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element; its parts carry names in ``data-part``: ``input``, ``here`` (the window on it), ``output``,
        ``there`` (the pixel in it), then ``window``, ``kernel``, ``products``, ``value`` and ``pixel``, or ``spectrum``,
        ``response`` and ``filtered``; ``wrong`` where a student's answer differs; ``message`` where there is no output.
    """
    H, W = state.image.shape
    if state.trouble:
        words = group(paragraph(MARGIN, 18, state.trouble.split(), 76, 14), part="message")
        parts, height = [words, group(_kernel(state, 40), x=MARGIN, y=60)], 60 + HEAD + 40 * len(state.kernel)
    else:
        height = _scale(state.padded) * len(state.padded) + HEAD
        middle = (SIDE + RIGHT) / 2
        # the arrow from picture to output, in the gap between the two
        parts = [
            group(_input(state), x=MARGIN),
            arrow(f"M{short(middle - 16)} {short(height / 2)}", middle + 18, height / 2),
            group(_output(state), x=RIGHT),
        ]
        below, more = _products(state) if state.view == "products" else _frequencies(state)
        parts.append(group(below, x=MARGIN, y=height + 20))
        height += 20 + more
    what = f"A picture of {H} by {W} pixels, filtered with a kernel of {len(state.kernel)} by {state.kernel.shape[1]}."
    return document(parts, WIDTH + 2 * MARGIN, height + MARGIN, f"{what} {status_sentence(state)}")


def _input(state: FilterState) -> str:
    """The picture with its border and the window on it."""
    scale = _scale(state.padded)
    top, _, left, _ = state.around
    H, W = state.image.shape
    ring = "" if state.border == "crop" else f", border: {BORDERS[state.border]}"
    (row, column), (kH, kW) = state.place, state.kernel.shape
    inner = frame(left * scale, top * scale, W * scale, H * scale, GREY, 1.2, stroke_dasharray="4 3")
    parts = [group(_grey(state.padded, state.white, scale, "input"), part="input"), inner if any(state.around) else ""]
    here = _marked(column * scale, row * scale, kW * scale, kH * scale, state.padded.shape, scale)
    return label(0, 16, f"picture {H}×{W}{ring}", 13, "start") + group(*parts, group(here, part="here"), y=HEAD)


def _output(state: FilterState) -> str:
    """What comes out, the pixel that is looked at, and where a student's answer is wrong."""
    scale, out = _scale(state.padded), state.out
    # Each pixel at the height of its window's middle: what belongs together lines up.
    y, x = (HEAD * (i == 0) + (n - 1) // 2 * scale for i, n in enumerate(state.kernel.shape))
    (row, column), wrong = state.place, None if state.answer is None else state.answer.wrong
    if not _written(out):
        colours = diverging(out, largest(out)) if state.signed else _levels(out, state.white)
        if wrong is not None and wrong.any():
            colours = colours if colours.ndim == 3 else np.repeat(colours[..., None], 3, axis=-1)
            colours = np.where(wrong[0][..., None], np.array(VERMILION_RGB, np.uint8), colours)
        drawn = element("g", picture(colours, out.shape[1] * scale, len(out) * scale), data_drag="output")
    elif state.signed:
        drawn = element("g", grid(out, scale), data_drag="output")
    else:
        drawn = _grey(out, state.white, scale, "output")
    parts = [group(drawn, part="output")]
    title = f"output {out.shape[0]}×{out.shape[1]}"
    if wrong is not None and wrong.any():
        title += f"; ≠: yours differs in {wrong.sum()}"
        parts.append(group(_crosses(wrong[0], scale) if _written(out) else "", part="wrong"))
    there = _marked(column * scale, row * scale, scale, scale, out.shape, scale)
    return label(x, y - 10, title, 13, "start") + group(*parts, group(there, part="there"), x=x, y=y)


def _products(state: FilterState) -> tuple[str, float]:
    """Window times kernel, added up; and how tall that is."""
    kH, kW = state.kernel.shape
    cell = min(40.0, 172 / max(kH, kW))
    wide, tall = cell * kW, cell * kH
    middle = HEAD + tall / 2
    second, third = wide + 30, 2 * (wide + 30)
    fourth = third + wide + 44
    parts = [
        label(0, 16, "its window", 13, "start"),
        group(_grey(state.window, state.white, cell), y=HEAD, part="window"),
        label(second - 15, middle + 6, "×", 18),
        group(_kernel(state, cell), x=second),
        label(third - 15, middle + 6, "=", 18),
        label(third, 16, "products", 13, "start"),
        group(grid(state.products, cell), x=third, y=HEAD, part="products"),
        arrow(f"M{short(fourth - 40)} {short(middle)}", fourth - 5, middle),
        label(fourth, middle - 22, "add up", 13, "start"),
        box(fourth, middle, 82, number(state.value), "value"),
    ]
    place = fourth + 94
    if state.signed:
        colour = hex_colour(diverging(np.array(state.value), largest(state.out)).tolist())
    else:
        colour = hex_colour([int(_levels(np.array(state.value), state.white))] * 3)
    pixel = element("rect", x=place, y=middle - 17, width=34, height=34, fill=colour, stroke=INK, stroke_width=1.5)
    parts += [group(pixel, part="pixel"), label(place, middle + 34, "one pixel", 12, "start")]
    return "".join(parts), HEAD + max(tall, middle - HEAD + 40)


def _kernel(state: FilterState, cell: float) -> str:
    title = f"kernel, sum {number(state.total)}"
    return label(0, 16, title, 13, "start") + group(grid(state.kernel, cell), y=HEAD, part="kernel")


def _frequencies(state: FilterState) -> tuple[str, float]:
    """The picture's waves, what the kernel lets through of each, what is left; and how tall that is."""
    from course.vision import spectrum

    waves = np.abs(spectrum(state.image))
    before, after = np.log1p(waves), np.log1p(waves * state.response)
    top = float(before.max()) or 1.0
    most = float(state.response.max()) or 1.0
    maps = [
        ("spectrum", "waves of the picture", before / top),
        ("response", f"kernel: × 0 (black) to × {number(most)} (white)", state.response / most),
        ("filtered", "waves of the output", after / top),
    ]
    scale, parts = 204 / max(state.image.shape), []
    wide, tall = scale * state.image.shape[1], scale * state.image.shape[0]
    for i, (part, title, values) in enumerate(maps):
        x = i * 244.0
        if i:
            parts.append(label(x - 22, HEAD + tall / 2 + 6, "×="[i - 1], 18))
        pixels = picture(_levels(_halved(values), 1.0, 15), wide, tall)
        parts += [label(x, 16, title, 12, "start"), group(pixels, x=x, y=HEAD, part=part)]
    legend = "middle: slow waves, broad areas; rim: fast waves, fine detail; across: upright stripes, down: level ones"
    return "".join(parts) + label(0, HEAD + tall + 20, legend, 12, "start"), HEAD + tall + 28


def _marked(x: float, y: float, width: float, height: float, shape: tuple[int, ...], scale: float) -> str:
    """A frame that is found on black and on white, and on a picture lines that lead to it."""
    stroke = min(3.0, max(2.0, scale / 6))
    marks = frame(x, y, width, height, PAPER, stroke + 2.5) + frame(x, y, width, height, BLUE, stroke)
    if scale >= 16:
        return marks
    right, bottom = shape[1] * scale, shape[0] * scale
    across, down = y + height / 2, x + width / 2
    ways = [(0.0, x - 3), (x + width + 3, right)], [(0.0, y - 3), (y + height + 3, bottom)]
    lines = "".join(f"M{short(a)} {short(across)}H{short(b)}" for a, b in ways[0] if b > a)
    lines += "".join(f"M{short(down)} {short(a)}V{short(b)}" for a, b in ways[1] if b > a)
    return element("path", d=lines, stroke=BLUE, stroke_dasharray="2 4", fill="none") + marks


def _grey(values: Floats, white: float, cell: float, drag: str | None = None) -> str:
    """Pixels as a picture, or, where they are few, as grey cells with their numbers."""
    if not _written(values):
        pixels = picture(_levels(values, white), values.shape[1] * cell, len(values) * cell)
        return element("g", pixels, data_drag=drag)
    size, texts = fitting(values, cell)
    cells, written, columns = [], [], values.shape[1]
    side = short(cell)
    for i, (level, text) in enumerate(zip(_levels(values, white).ravel().tolist(), texts, strict=True)):
        x, y = i % columns * cell, i // columns * cell
        paper = hex_colour([level] * 3)
        ink = INK if contrast(INK, paper) > contrast(PAPER, paper) else PAPER
        cells.append(f"<path d='M{short(x)} {short(y)}h{side}v{side}h-{side}z' fill='{paper}'/>")
        place = f"x='{short(x + cell / 2)}' y='{short(y + cell / 2 + 0.35 * size)}'"
        written.append(f"<text {place} fill='{ink}'>{escape(text)}</text>")
    lines = element("path", d=grid_lines(len(values), columns, cell), stroke=LINE, fill="none")
    return element("g", *cells, lines, element("g", *written, text_anchor="middle", font_size=size), data_drag=drag)


def _crosses(wrong: NDArray[np.bool_], cell: float) -> str:
    """A frame and a sign on every wrong cell."""
    marks = [
        frame(column * cell + 2, row * cell + 2, cell - 4, cell - 4, VERMILION, 2)
        + label((column + 1) * cell - 8, row * cell + 13, "≠", 12, fill=VERMILION)
        for row, column in np.argwhere(wrong).tolist()
    ]
    return "".join(marks)


def _levels(values: NDArray[np.float64], white: float, steps: int = 31) -> NDArray[np.uint8]:
    """Grey levels, 0 black; 32 of them look the same as 256 and weigh half, 16 still look alike where there are many pictures."""
    return (np.rint(np.clip(values / white, 0, 1) * steps) * 255 / steps).astype(np.uint8)


def _halved(values: Floats) -> Floats:
    """Means of 2x2: enough for a spectrum of more than 64 pixels, and a quarter of the bytes."""
    if max(values.shape) <= 64:
        return values
    H, W = values.shape
    even = np.pad(values, ((0, H % 2), (0, W % 2)), mode="edge")
    return even.reshape((H + 1) // 2, 2, (W + 1) // 2, 2).mean(axis=(1, 3))


def _written(values: Floats) -> bool:
    return max(values.shape) <= MOST_NUMBERS


def _scale(values: Floats) -> float:
    """Side of a pixel in the drawing."""
    return min(44.0, SIDE / max(values.shape))
