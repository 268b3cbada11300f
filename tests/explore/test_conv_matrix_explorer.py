import numpy as np
import pytest

from course.explore import ConvMatrixExplorer, conv_matrix_figure
from course.functional import conv_matrix, conv_transpose2d_forward, correlate2d

IMAGE = np.array([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]])
KERNEL = np.array([[1, 2], [0, -1]])  # with a zero of its own, which is written, unlike the others


def test_every_number_of_the_figure(read):
    drawn = read(conv_matrix_figure(IMAGE, KERNEL).html)
    out = correlate2d(IMAGE, KERNEL)
    assert drawn.numbers("image").tolist() == IMAGE.ravel().tolist()
    assert drawn.numbers("map").tolist() == out.ravel().tolist()
    assert drawn.numbers("matrix").tolist()[:24] == [1, 2, 0, -1] * 6
    assert "6 × 12 = 72 numbers, 6 × 4 = 24 of the kernel, 48 zeros (67%)" in drawn.sentences()
    back = read(conv_matrix_figure(IMAGE, KERNEL, transposed=True).html)
    stamped = conv_transpose2d_forward(out[None, None], KERNEL[None, None])[0, 0]
    assert back.numbers("image").tolist() == stamped.ravel().tolist()
    assert back.numbers("map").tolist() == out.ravel().tolist()


@pytest.mark.parametrize("transposed", [False, True])
def test_a_window_is_a_row_and_a_pixel_a_column(read, transposed):
    for window, pixel in ((0, 0), (4, 6), (5, 3)):
        drawn = read(conv_matrix_figure(IMAGE, KERNEL, transposed=transposed, window=window, pixel=pixel).html)
        cell = 34
        row, column = drawn.frames("window")[0] / cell, drawn.frames("pixel")[0] / cell
        if transposed:
            row, column = row[[1, 0, 3, 2]], column[[1, 0, 3, 2]]
        assert row.tolist() == [0, window, 12, 1]
        assert column.tolist() == [pixel, 0, 1, 6]
        top, left = divmod(window, 3)
        assert (drawn.frames("image")[0] / cell).tolist() == [left, top, 2, 2]
        sees = [n for n in range(6) for a in range(2) for b in range(2) if (n // 3 + a) * 4 + n % 3 + b == pixel]
        dots = [
            int(float(c.get("cy")) // cell) * 3 + int(float(c.get("cx")) // cell)
            for c in drawn.part("map").iter("{http://www.w3.org/2000/svg}circle")
        ]
        assert dots == sees


def test_sentences_say_what_is_seen(read):
    drawn = read(conv_matrix_figure(IMAGE, KERNEL, window=4, pixel=6).html)
    assert "map[1, 1] = 1·4 + 2·2 + 0·1 + (−1)·5 = 3." in drawn.sentences()
    assert "image[1, 2], is column 6: it goes to windows 1, 2, 4 and 5." in drawn.sentences()
    drawn = read(conv_matrix_figure(IMAGE, KERNEL, window=4, pixel=11, transposed=True).html)
    assert "map[1, 1] = 3 times, onto pixels 5, 6, 9 and 10." in drawn.sentences()


def test_twin_and_edited_kernel(read):
    explorer = ConvMatrixExplorer(IMAGE, KERNEL)
    assert explorer.figure.value == conv_matrix_figure(IMAGE, KERNEL).html
    explorer.window.value, explorer.pixel.value, explorer.show.value = 4, 6, True
    assert explorer.figure.value == conv_matrix_figure(IMAGE, KERNEL, window=4, pixel=6, transposed=True).html
    explorer.kernel.fields[1][0].value = 7
    edited = conv_matrix_figure(IMAGE, [[1, 2], [7, -1]], window=4, pixel=6, transposed=True)
    assert explorer.figure.value == edited.html


def no_gaps(kernel, image_shape):
    right = conv_matrix(kernel, image_shape)
    wrong = np.zeros_like(right)
    for row in range(len(wrong)):
        wrong[row, row : row + 4] = kernel.ravel()
    return wrong


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (conv_matrix, "conv_matrix() agrees with the right matrix in all 72 numbers."),
        (lambda k, s: conv_matrix(k, s).T, "<lambda>() returned shape (12, 6); expected (6, 12)."),
        (lambda k, s: None, "<lambda>() returned None"),
        (lambda k, s: [[1], [2, 3]], "<lambda>() returned list, not an array of numbers."),
        (lambda k, s: k[9], "<lambda>() raised IndexError"),
        (lambda k, s: k.fill(0), "<lambda>() returned None"),
    ],
)
def test_whatever_a_function_does_becomes_a_sentence(read, fn, sentence):
    before = KERNEL.copy()
    drawn = read(conv_matrix_figure(IMAGE, KERNEL, fn=fn).html)
    assert sentence in drawn.sentences()
    assert "student" not in drawn.names()
    assert np.array_equal(before, KERNEL)


@pytest.mark.parametrize("transposed", [False, True])
def test_wrong_numbers_are_marked(read, transposed):
    count = int((no_gaps(KERNEL.astype(float), (3, 4)) != conv_matrix(KERNEL, (3, 4))).sum())
    drawn = read(conv_matrix_figure(IMAGE, KERNEL, fn=no_gaps, transposed=transposed).html)
    assert f"no_gaps() differs in {count} of 72 numbers, first at row 0, column 3." in drawn.sentences()
    assert drawn.words("wrong").split() == ["≠"] * count


def test_the_largest_figures_stay_light():
    rng = np.random.default_rng(0)
    for shape, kernel in (((5, 5), (3, 3)), ((6, 6), (3, 3)), ((10, 10), (3, 3)), ((10, 10), (1, 1)), ((7, 6), (4, 2))):
        for transposed in (False, True):
            figure = conv_matrix_figure(rng.standard_normal(shape), rng.standard_normal(kernel), transposed=transposed)
            assert len(figure.html.encode()) < 30_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"image": np.ones((1, 3, 4))}, "image has shape (1, 3, 4) and kernel (2, 2)"),
        ({"image": "x"}, "must be arrays of numbers"),
        ({"kernel": np.ones((4, 2))}, "a kernel of (4, 2) does not fit into an image of (3, 4)"),
        ({"image": np.ones((28, 28))}, "a matrix with 784 columns, too many to look at"),
        ({"window": 6}, "window must be 0 to 5, got 6"),
        ({"pixel": -1}, "pixel must be 0 to 11, got -1"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, sentence):
    with pytest.raises(ValueError) as error:
        conv_matrix_figure(**{"image": IMAGE, "kernel": KERNEL} | arguments)
    assert sentence in str(error.value)
