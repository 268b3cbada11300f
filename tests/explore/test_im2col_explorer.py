import numpy as np
import pytest

from course.explore import Im2colExplorer, im2col_figure
from course.functional import col2im, conv2d_forward, conv_transpose2d_forward, im2col

IMAGE = np.array([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]])
KERNEL = np.array([[1, 2], [3, -1]])
RNG = np.random.default_rng(2)
VOLUME, FILTER = RNG.integers(-4, 5, (2, 4, 3)), RNG.integers(-3, 4, (2, 2, 3))


def slow_columns(x, kH, kW, stride, padding):
    padded = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2))
    rows, columns = ((n - k) // stride + 1 for n, k in zip(padded.shape[1:], (kH, kW), strict=True))
    windows = [
        padded[:, i * stride : i * stride + kH, j * stride : j * stride + kW].ravel()
        for i in range(rows)
        for j in range(columns)
    ]
    return np.array(windows).T, (rows, columns)


@pytest.mark.parametrize(
    ("x", "kernel", "stride", "padding"),
    [
        (IMAGE[None], KERNEL[None], 1, 0),
        (IMAGE[None], KERNEL[None], 2, 1),
        (VOLUME, FILTER, 1, 1),
        (VOLUME, FILTER, 2, 0),
    ],
)
def test_every_number_of_the_figure(read, x, kernel, stride, padding):
    cols, size = slow_columns(x, *kernel.shape[1:], stride, padding)
    drawn = read(im2col_figure(x, kernel, stride, padding).html)
    matrix = drawn.numbers("cols")[: cols.size]  # after them the numbers of the framed row and column
    assert matrix.tolist() == cols.ravel().tolist()
    out = kernel.ravel() @ cols
    assert drawn.numbers("out").tolist() == drawn.numbers("map").tolist() == out.tolist()
    assert drawn.numbers("kernel").tolist() == kernel.ravel().tolist()
    assert f"K·L = {cols.size}" in drawn.sentences()
    right = conv2d_forward(x[None], kernel[None], None, stride, padding)[0, 0]
    assert right.shape == size and right.ravel().tolist() == out.tolist()


def test_column_and_window_light_up_together_and_so_do_row_and_taps(read):
    for column, row in ((0, 0), (4, 2), (5, 3)):
        figure = im2col_figure(IMAGE, KERNEL, column=column, row=row)
        drawn = read(figure.html)
        top, left = divmod(column, 3)
        cell = drawn.frames("window-0")[0][2] / 2
        assert (drawn.frames("window-0")[0] / cell).tolist() == [left, top, 2, 2]
        wide = drawn.frames("column")[0][2]
        assert (drawn.frames("column")[0] / wide).round(2).tolist() == [column, 0, 1, 4]
        assert (drawn.frames("row")[0] / wide).round(2).tolist() == [0, row, 6, 1]
        dots = [
            (float(c.get("cx")), float(c.get("cy")))
            for c in drawn.part("taps-0").iter("{http://www.w3.org/2000/svg}circle")
        ]
        pixels = {(int(y // cell), int(x // cell)) for x, y in dots}
        i, j = divmod(row, 2)
        assert pixels == {(i + a, j + b) for a in range(2) for b in range(3)}
        value = IMAGE[top + i, left + j]
        assert f"cols[{row}, {column}] = x[{top + i}, {left + j}] = {value}." in drawn.sentences()


def test_columns_go_back_one_after_the_other(read):
    cols = im2col(IMAGE[None, None], 2)
    for column in (0, 3, 5):
        some = np.where(np.arange(6) <= column, cols, 0)
        drawn = read(im2col_figure(IMAGE, KERNEL, show="col2im", column=column).html)
        assert drawn.numbers("image-0").tolist() == col2im(some, (3, 4), 2).ravel().tolist()
    assert "col2im is no inverse" in drawn.sentences()
    counted = read(im2col_figure(IMAGE, KERNEL, show="count", column=5).html)
    assert counted.numbers("image-0").tolist() == [1, 2, 2, 1, 2, 4, 4, 2, 1, 2, 2, 1]
    out = conv2d_forward(IMAGE[None, None], KERNEL[None, None])
    stamped = conv_transpose2d_forward(out, KERNEL[None, None])[0, 0]
    drawn = read(im2col_figure(IMAGE, KERNEL, show="transposed", column=5).html)
    assert drawn.numbers("image-0").tolist() == stamped.ravel().tolist()


def test_twin_shows_the_same_figure():
    explorer = Im2colExplorer(VOLUME, FILTER, padding=1)
    assert explorer.figure.value == im2col_figure(VOLUME, FILTER, padding=1).html
    explorer.column.value, explorer.row.value, explorer.show.value = 5, 7, "transposed"
    assert explorer.figure.value == im2col_figure(VOLUME, FILTER, padding=1, show="transposed", column=5, row=7).html


def test_controls_stay_inside_what_there_is(read):
    explorer = Im2colExplorer(IMAGE, KERNEL)
    explorer.column.value, explorer.row.value = 5, 3
    explorer.kernel_size.value = 1
    assert (explorer.row.max, explorer.column.max, explorer.state.row, explorer.state.column) == (0, 11, 0, 5)
    explorer.kernel_size.value, explorer.stride.value = 3, 2
    assert (explorer.column.max, explorer.state.column) == (0, 0)
    explorer.kernel_size.value = 4
    assert "No window fits: the kernel's 4 rows are more than the 3 + 2·0 = 3 rows" in read(
        explorer.figure.value
    ).words("message")
    explorer.kernel_size.value, explorer.stride.value = 2, 1
    assert np.array_equal(explorer.state.kernel[0], KERNEL)


def lying(x, kernel_size, stride=1, padding=0):
    return im2col(x, kernel_size, stride, padding).swapaxes(1, 2)


def mixed(x, kernel_size, stride=1, padding=0):
    cols = im2col(x, kernel_size, stride, padding)
    return cols.swapaxes(1, 2).reshape(cols.shape)


def unwritten(x, kernel_size, stride=1, padding=0):
    raise NotImplementedError


def greedy(x, kernel_size, stride=1, padding=0):
    cols = im2col(x, kernel_size, stride, padding)
    x[:] = 7
    return cols


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (im2col, "im2col() agrees with the right answer in all 24 numbers."),
        (lying, "lying() returned shape (1, 6, 4); expected (1, 4, 6)."),
        (unwritten, "unwritten() is not written yet (NotImplementedError)."),
        (greedy, "greedy() also changed its input"),
        (lambda x, k, stride, padding: None, "<lambda>() returned None: is there a return at its end?"),
        (lambda x, k, stride, padding: "text", "<lambda>() returned str, not an array of numbers."),
        (lambda x, k, stride, padding: x[9], "<lambda>() raised IndexError: index 9"),
    ],
)
def test_whatever_a_function_does_becomes_a_sentence(read, fn, sentence):
    before = IMAGE.copy()
    drawn = read(im2col_figure(IMAGE, KERNEL, fn=fn).html)
    assert sentence in drawn.sentences()
    assert np.array_equal(IMAGE, before)
    assert "student" not in drawn.names()


def test_wrong_numbers_are_drawn_and_marked(read):
    right = im2col(IMAGE[None, None], 2)[0]
    theirs = mixed(IMAGE[None, None], 2)[0]
    drawn = read(im2col_figure(IMAGE, KERNEL, fn=mixed).html)
    assert drawn.numbers("student").tolist() == theirs.ravel().tolist()
    assert drawn.words("wrong").split() == ["≠"] * int((right != theirs).sum())
    assert f"mixed() differs in {(right != theirs).sum()} of 24 numbers" in drawn.sentences()

    def halved(cols, output_size, kernel_size, stride=1, padding=0):
        return col2im(cols, output_size, kernel_size, stride, padding) / 2

    drawn = read(im2col_figure(IMAGE, KERNEL, show="count", back=halved, fn=unwritten).html)
    assert drawn.numbers("student").tolist() == [0.5, 1, 1, 0.5, 1, 2, 2, 1, 0.5, 1, 1, 0.5]
    assert "halved() differs in 12 of 12 numbers" in drawn.sentences()


def test_the_students_function_is_not_called_when_one_only_looks():
    calls = []

    def counted(x, kernel_size, stride=1, padding=0):
        calls.append((kernel_size, stride, padding))
        return im2col(x, kernel_size, stride, padding)

    explorer = Im2colExplorer(IMAGE, KERNEL, fn=counted)
    explorer.column.value, explorer.row.value = 3, 1
    assert calls == [(2, 1, 0)]
    explorer.padding.value = 1
    explorer.show.value = "count"  # nothing was given for the way back
    assert calls == [(2, 1, 0), (2, 1, 1)]


@pytest.mark.parametrize("shape", [(4, 4), (14, 14), (28, 28), (3, 6, 5)])
def test_no_setting_makes_a_heavy_message(shape):
    explorer = Im2colExplorer(RNG.standard_normal(shape), RNG.standard_normal((*shape[:-2], 3, 3)))
    for show in ("im2col", "transposed"):
        for size, stride, padding in ((2, 1, 2), (3, 2, 0), (3, 1, 1), (4, 2, 0), (4, 1, 2)):
            explorer.show.value = show
            explorer.kernel_size.value, explorer.stride.value, explorer.padding.value = size, stride, padding
            assert len(explorer.figure.value.encode()) < 30_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"x": np.ones(4)}, "x has shape (4,) and kernel (2, 2)"),
        ({"x": "image"}, "x must be an array of numbers, got str"),
        ({"x": VOLUME}, "x has 2 channels but the kernel is made for 1"),
        ({"x": np.ones((227, 227))}, "is too large to look at"),
        ({"stride": 0}, "stride must be an int from 1 to 4, got 0"),
        ({"padding": (1, 2)}, "padding must be an int from 0 to 4, got (1, 2)"),
        ({"show": "back"}, "show must be one of 'im2col', 'col2im', 'count', 'transposed', got 'back'"),
        ({"column": 6}, "column must be 0 to 5, got 6"),
        ({"row": -1}, "row must be 0 to 3, got -1"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, sentence):
    with pytest.raises(ValueError) as error:
        im2col_figure(**{"x": IMAGE, "kernel": KERNEL} | arguments)
    assert sentence in str(error.value)


def test_a_layer_brings_its_first_filter(read):
    from course.nn import Conv2d

    layer = Conv2d(2, 5, 3)
    assert np.allclose(Im2colExplorer(VOLUME, layer).state.kernel, layer.weight.data[0])
