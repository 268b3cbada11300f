import base64
import io
import struct
import zlib

import numpy as np
import pytest

from course.explore.drawing.colours import INK, contrast, diverging, hex_colour
from course.explore.drawing.grids import grid, hatch, numbers
from course.explore.drawing.lettering import label, number
from course.explore.drawing.png import png_data_uri
from course.explore.drawing.svg import document, element


@pytest.mark.parametrize("text", ['<script>alert("x")</script>', "a & b", "\x1b[31mred\x00", "\ud800 lone"])
def test_any_text_stays_text(read, text):
    svg = document([label(0, 0, text), element("g", data_part=text)], 10, 10, text)
    drawn = read(svg.encode().decode())
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    assert [node.text for node in drawn.root.iter() if node.tag.endswith("text")] == [shown]
    assert drawn.root.get("aria-label") == shown


def test_document_is_white_and_takes_the_width_of_the_page(read):
    root = read(document([], 300, 200, "nothing")).root
    assert root.get("viewBox") == "0 0 300 200"
    assert root.get("role") == "img"
    style = dict(rule.split(":") for rule in (root.get("style") or "").split(";"))
    assert style["background"] == "#FFFFFF"
    assert style["width"] == "100%"


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0, "0"), (3, "3"), (-0.1, "−0.1"), (0.1 + 0.2 - 0.3, "0"), (99.996, "100"), (1234.5, "1234"), (np.nan, "nan")],
)
def test_numbers_are_brief(value, text):
    assert number(value) == text


def test_ink_is_legible_on_every_cell():
    colours = diverging(np.linspace(-2, 2, 401), limit=1.0)
    assert min(contrast(INK.lower(), hex_colour(colour)) for colour in colours.tolist()) >= 4.5


def test_colours_tell_the_sign_and_grow_with_the_size():
    blue, pale, white, orange = diverging([-4, -1, 0, 4], limit=4).astype(int)
    assert blue[2] > blue[0] and orange[0] > orange[2]
    assert tuple(white) == (255, 255, 255)
    assert blue.sum() < pale.sum() < white.sum()


def test_grid_colours_every_cell_once(read):
    values = np.array([[1.0, -1.0, 0.0], [1.0, np.nan, np.inf]])
    root = read(f"<svg>{grid(values, 20)}</svg>").root
    corners = [d for path in root.iter("path") if path.get("fill") != "none" for d in path.get("d", "").split("z")]
    assert sorted(corner.split("h")[0] for corner in corners if corner) == sorted(
        f"M{20 * column} {20 * row}" for row in range(2) for column in range(3)
    )
    assert [node.text for node in root.iter("text")] == ["1", "−1", "0", "1", "nan", "inf"]


@pytest.mark.parametrize("cell", [20, 34])
@pytest.mark.parametrize("values", [[[-123.4, 5.0]], [[0.123, -0.456]], [[1e-4, 2e-4]], [[12345678.0, 0.0]]])
def test_numbers_fit_into_their_cells(read, cell, values):
    root = read(numbers(np.array(values), cell)).root
    size = float(root.get("font-size", ""))
    widest = max(len(node.text or "") for node in root.iter("text"))
    assert widest * 0.62 * size <= cell


def test_small_cells_have_no_numbers(read):
    root = read(f"<svg>{grid(np.ones((3, 3)), 10)}</svg>").root
    assert not list(root.iter("text"))


def test_hatching_stays_inside_its_rectangle(read):
    root = read(f"<svg>{hatch(10, 20, 30, 100)}</svg>").root
    lines = next(root.iter("path")).get("d", "").replace("M", " ").replace("L", " ").split()
    points = np.array(lines, dtype=float).reshape(-1, 2)
    assert points.min(axis=0).tolist() >= [10, 20]
    assert points.max(axis=0).tolist() <= [40, 120]
    assert np.allclose(points[::2].sum(axis=1), points[1::2].sum(axis=1))  # slanted by 45 degrees


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_png_holds_the_pixels(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    head, data = png_data_uri(pixels[:, ::-1][:, ::-1]).split(",")
    assert head == "data:image/png;base64"
    png = base64.b64decode(data)
    chunks, place = {}, 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        name, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + content)
        chunks[name] = content
        place += 12 + length
    assert struct.unpack(">II", chunks[b"IHDR"][:8]) == (7, 5)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(5, -1)
    assert not lines[:, 0].any()
    palette = np.frombuffer(chunks.get(b"PLTE", b""), dtype=np.uint8).reshape(-1, 3)
    shown = palette[lines[:, 1:]] if len(shape) == 3 else lines[:, 1:]
    assert np.array_equal(shown, pixels)


@pytest.mark.parametrize("colours", [2, 256, 257, 5000])
def test_png_with_and_without_a_palette_is_read_by_others(colours):
    from PIL import Image

    rng = np.random.default_rng(colours)
    table = rng.integers(0, 256, (colours, 3)).astype(np.uint8)
    pixels = table[rng.permutation(np.arange(6000) % colours)].reshape(75, 80, 3)
    data = base64.b64decode(png_data_uri(pixels).split(",")[1])
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == ("P" if len(np.unique(table, axis=0)) <= 256 else "RGB")
        assert np.array_equal(np.asarray(picture.convert("RGB")), pixels)
