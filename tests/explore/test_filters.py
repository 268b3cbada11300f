"""The filter workbench: numbers in the figure, controls, uploads, the pointer, a student's own function."""

import io
import re
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from course.explore import FilterExplorer, filter_figure
from course.explore.controls.presets import KERNELS, LARGE_KERNELS
from course.explore.filters.drag import drag_html, read_place
from course.functional import correlate2d
from course.vision import SHARPEN, correlate

IMAGE = np.random.default_rng(3).integers(0, 256, (6, 8))
PICTURE = np.random.default_rng(3).integers(0, 256, (40, 30))
SOBEL = KERNELS["Sobel x"]
WALL = np.array([[105, 102, 100], [103, 99, 103], [101, 98, 104]])


@pytest.mark.parametrize("border", ["replicate", "zeros", "reflect", "crop"])
@pytest.mark.parametrize("kernel", [SOBEL, SHARPEN, np.arange(6).reshape(2, 3) - 2, np.eye(5)])
def test_the_numbers_are_those_of_the_library(read, border, kernel):
    drawn = read(filter_figure(IMAGE, kernel, border, row=1, column=2).html)
    out = correlate(IMAGE, kernel, border)
    assert np.allclose(drawn.numbers("output"), out.ravel(), atol=0.5 if abs(out).max() > 1000 else 0.06)
    assert np.allclose(drawn.numbers("kernel"), np.ravel(kernel))
    assert np.allclose(drawn.numbers("products"), drawn.numbers("window") * np.ravel(kernel))
    assert np.isclose(drawn.numbers("products").sum(), out[1, 2])
    assert np.isclose(drawn.numbers("value")[0], out[1, 2], atol=0.06)


def test_the_border_and_the_marks_stand_where_they_should(read):
    drawn = read(filter_figure(WALL, SHARPEN, "zeros", row=0, column=0).svg)
    assert drawn.numbers("input").reshape(5, 5)[0].tolist() == [0] * 5
    assert drawn.numbers("value") == [320]
    x, y, width, height = drawn.frames("here")[1]
    assert (x, y, width, height) == (0, 0, 132, 132)
    extended = read(filter_figure(WALL, SHARPEN, "replicate").svg).numbers("input").reshape(5, 5)
    assert extended[0].tolist() == [105, 105, 102, 100, 100]


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (SOBEL, "add up to 0: an even area gives 0"),
        (SHARPEN, "add up to 1: an even area stays"),
        (np.ones((3, 3)), "add up to 9: an even area of 100 gives 900"),
    ],
)
def test_the_sum_of_the_kernel_is_said_and_drawn(read, kernel, words):
    html = filter_figure(WALL, kernel).html
    assert words in html
    assert re.search(rf"kernel, sum {kernel.sum():.0f}\b", html)


def test_frequencies_say_what_the_kernel_does_to_waves(read):
    drawn = read(filter_figure(PICTURE, SOBEL, view="frequencies").html)
    assert {"spectrum", "response", "filtered"} <= drawn.names()
    status = "".join(drawn.root.find(".//p[@role='status']").itertext())
    assert "by 0; the finest upright stripes, left and right, by 0" in status
    assert "by 8, upright waves of 4 pixels" in status
    stripes = np.tile([0, 1], (8, 8)).astype(float)
    blurred = correlate(np.tile(stripes, (3, 3)), KERNELS["blur"], "crop")
    said = float(
        re.search(r"left and right, by ([\d.]+);", filter_figure(stripes, KERNELS["blur"], view="frequencies").html)[1]
    )
    assert np.isclose(said, np.ptp(blurred), atol=0.01)


def test_twin_shows_the_same_figure():
    explorer = FilterExplorer(PICTURE, SHARPEN, row=4, column=7)
    assert explorer.figure.value == filter_figure(PICTURE, SHARPEN, row=4, column=7).html
    explorer.border.value, explorer.show.value, explorer.row.value = "zeros", "frequencies", 9
    assert explorer.figure.value == filter_figure(PICTURE, SHARPEN, "zeros", row=9, column=7, view="frequencies").html
    explorer.show.value, explorer.preset.value = "products", "blur 5x5"
    assert explorer.figure.value == filter_figure(PICTURE, LARGE_KERNELS["blur 5x5"], "zeros", row=9, column=7).html


@pytest.mark.parametrize("name", [*KERNELS, *LARGE_KERNELS])
def test_presets_and_typed_numbers(name):
    explorer = FilterExplorer(PICTURE)
    assert explorer.preset.value == "Sobel x"
    explorer.preset.value = name
    assert np.array_equal(explorer.state.kernel, (KERNELS | LARGE_KERNELS)[name])
    assert explorer.size.value == explorer.state.kernel.shape
    explorer.kernel.fields[0][0].value = 2.5
    assert explorer.preset.value == "own numbers"
    assert (explorer.state.kernel[0, 0], explorer.state.kernel[1, 1]) == (2.5, (KERNELS | LARGE_KERNELS)[name][1, 1])


def test_a_larger_kernel_has_the_smaller_one_in_its_middle():
    explorer = FilterExplorer(PICTURE, SHARPEN)
    explorer.size.value = (5, 5)
    assert np.array_equal(explorer.state.kernel, np.pad(SHARPEN, 1))
    explorer.size.value = (3, 3)
    assert np.array_equal(explorer.state.kernel, SHARPEN)


def test_the_place_stays_inside_when_the_output_shrinks():
    explorer = FilterExplorer({"large": PICTURE, "small": WALL}, np.ones((3, 3)))
    explorer.row.value = 39
    explorer.picture.value = "small"
    assert (explorer.row.value, explorer.row.max, explorer.state.place[0]) == (2, 2, 2)
    explorer.border.value = "crop"
    assert explorer.state.place == (0, 0)
    explorer.size.value = (5, 5)
    assert "fits nowhere" in explorer.figure.value
    explorer.border.value = "reflect"
    assert explorer.state.place[0] == 0 and "add up to" in explorer.figure.value


def test_the_pointer_moves_the_window():
    explorer = FilterExplorer(PICTURE, np.ones((3, 3)), "zeros")  # padded to 42x32
    explorer._pointer.value = "input 0.5 0.25"
    assert (explorer.row.value, explorer.column.value) == (20, 7)  # pixel 21, 8 of the padded picture is the middle
    explorer._pointer.value = "output 0 0.999"
    assert explorer.state.place == (0, 29)
    explorer._pointer.value = "output 7 -3"
    assert explorer.state.place == (39, 0)
    for nonsense in ("", "input", "elsewhere 0.1 0.1", "input x y", "input nan 0.5"):
        explorer._pointer.value = nonsense
        assert explorer.state.place == (39, 0)
    assert read_place("input nan 0.5") is None
    assert "<script" not in drag_html()


def upload(name: str, content: bytes) -> tuple:
    file = {"name": name, "type": "", "size": len(content), "last_modified": datetime.now(tz=UTC)}
    return (file | {"content": memoryview(content)},)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_an_upload_becomes_a_picture_and_a_bad_one_a_sentence():
    explorer = FilterExplorer(PICTURE)
    explorer.upload.value = upload("notes.txt", b"no picture at all")
    assert "notes.txt: not a picture that can be read. PNG and JPEG files can be." in explorer.figure.value
    assert explorer.picture.value == "picture" and explorer.upload.value == ()
    mine = np.random.default_rng(0).integers(0, 256, (300, 200))
    explorer.upload.value = upload("me.png", png(mine))
    assert explorer.picture.value == "me.png" and "notes.txt" not in explorer.figure.value
    assert explorer.state.image[0, 0] == np.rint(mine[:3, :3].mean())
    assert "300×200 pixels, shown as 100×66" in explorer.figure.value
    explorer.upload.value = upload("cut.png", png(mine)[:200])
    assert "cut.png: not a picture" in explorer.figure.value and explorer.picture.value == "me.png"
    explorer.upload.value = upload("line.png", png(np.zeros((900, 2))))
    assert "too narrow" in explorer.figure.value


def test_a_students_function_is_compared(read):
    def flipped(image, kernel):
        return correlate2d(image, kernel[::-1, ::-1])

    right = FilterExplorer(IMAGE, SOBEL, fn=correlate2d)
    assert "correlate2d() agrees with the right answer in 48 cells." in right.figure.value
    drawn = read(filter_figure(IMAGE, SOBEL, fn=flipped, row=2, column=3).html)
    differ = (correlate(IMAGE, SOBEL) != correlate(IMAGE, -SOBEL)).sum()
    assert drawn.words("wrong").split() == ["≠"] * differ
    assert f"flipped() differs in {differ} of 48 cells" in drawn.sentences()
    value = correlate(IMAGE, SOBEL)[2, 3]
    assert f"yours is {-value:g}; the products add up to {value:g}" in drawn.sentences().replace("−", "-")
    assert (
        f"yours differs in {PICTURE.size}"
        in filter_figure(PICTURE, SHARPEN, fn=lambda i, k: 0 * i[1:-1, 1:-1] - 999).html
    )


def test_a_students_errors_are_sentences_and_calls_are_few():
    calls = []

    def unwritten(image, kernel):
        calls.append(image.shape)
        raise NotImplementedError

    explorer = FilterExplorer(PICTURE, fn=unwritten)
    assert "not written yet" in explorer.figure.value
    explorer.row.value, explorer.show.value = 3, "frequencies"
    assert calls == [(42, 32)], "moving the window does not call it again"
    explorer.preset.value = "blur 5x5"
    assert calls == [(42, 32), (44, 34)]
    assert "ZeroDivisionError" in filter_figure(PICTURE, SOBEL, fn=lambda image, kernel: 1 / 0).html
    assert "returned None" in filter_figure(PICTURE, SOBEL, fn=lambda image, kernel: None).html


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"image": np.zeros((2, 3, 4))}, r"shape is \(2, 3, 4\)"),
        ({"image": "brain.png"}, "array of numbers, got str"),
        ({"image": np.full((3, 3), np.nan)}, "nan or inf"),
        ({"image": np.zeros((0, 3))}, r"shape is \(0, 3\)"),
        ({"image": {}}, "dict of pictures is empty"),
        ({"kernel": [1, 2, 3]}, r"got shape \(3,\)"),
        ({"kernel": np.ones((9, 9))}, "at most 7×7"),
        ({"kernel": [["a"]]}, "rectangle of numbers"),
        ({"kernel": [[np.inf]]}, "nan or inf"),
        ({"border": "wrap"}, "border is 'wrap'"),
        ({"view": "both"}, "view is 'both'"),
        ({"row": 40}, "rows 0 to 39"),
        ({"column": 1.5}, "column is 1.5"),
    ],
)
def test_wrong_arguments_get_one_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        FilterExplorer(**{"image": PICTURE} | arguments)
    if not isinstance(arguments.get("image"), dict):
        with pytest.raises(ValueError, match=words):
            filter_figure(**{"image": PICTURE, "kernel": SOBEL} | arguments)


def test_a_figure_of_any_picture_is_small():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128))
    for view in ("products", "frequencies"):
        assert len(filter_figure(noise, np.random.default_rng(1).normal(size=(5, 5)).round(2), view=view).html) < 40_000
    assert len(filter_figure(np.add.outer(np.arange(128), np.arange(128)), SHARPEN).html) < 20_000


def test_a_dark_page_does_not_swallow_the_ink(read):
    drawn = read(filter_figure(PICTURE, SOBEL).html)
    assert "background:#fff" in drawn.root.get("style")
    svg = drawn.root[0]
    assert svg.get("role") == "img" and "nine products add up" in svg.get("aria-label")
