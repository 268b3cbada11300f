import inspect

import numpy as np
import pytest

from course.explore import convolution_figure
from course.functional import conv2d_forward

IMAGE = np.random.default_rng(3).integers(0, 10, (7, 7))
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def flipped(x, weight, bias=None, stride=1, padding=0):
    return conv2d_forward(x, weight[..., ::-1, ::-1], bias, stride, padding)


def right(x, weight, bias=None, stride=1, padding=0):
    return conv2d_forward(x, weight, bias, stride, padding)


def correlate2d(image, kernel):
    return conv2d_forward(image[None, None], kernel[None, None])[0, 0]


def test_every_differing_cell_is_marked_and_counted(read, demo):
    ours = [
        conv2d_forward(demo["x"][None], w[None], [b], 2, 1)[0, 0] for w, b in zip(demo["weight"], (1, 0), strict=True)
    ]
    theirs = flipped(demo["x"][None], demo["weight"], np.array([1, 0]), 2, 1)[0]
    count = int((ours != theirs).sum())
    assert 0 < count < 18
    for filter in (0, 1):
        for step in (0, 4):
            drawn = read(convolution_figure(**demo, fn=flipped, filter=filter, step=step).html)
            wrong = ours[filter] != theirs[filter]
            assert f"flipped() differs in {count} of 18 cells" in drawn.sentences()
            assert drawn.words("wrong").split() == ["≠"] * wrong.sum()
            marked = {(round((y - 2) / 44), round((x - 2) / 44)) for x, y, _, _ in drawn.frames("wrong")}
            assert marked == {(row, column) for row, column in np.argwhere(wrong).tolist()}
            assert drawn.numbers("student").tolist() == theirs[filter].ravel().tolist()
            assert drawn.numbers("out").tolist() == ours[filter].ravel().tolist()
            yours, true = theirs[filter].flat[step], ours[filter].flat[step]
            verdict = "agrees" if yours == true else "differs"
            here = f"In this cell it {verdict}: yours is {yours:g}, the window's true sum is {true:g}."
            assert here in drawn.sentences().replace("−", "-")


def test_first_difference_is_named(read, demo):
    def late(x, weight, bias=None, stride=1, padding=0):
        out = right(x, weight, bias, stride, padding)
        out[0, 1, 1, 2] += 1
        return out

    sentences = read(convolution_figure(**demo, fn=late).html).sentences()
    assert "late() differs in 1 of 18 cells, first at output filter 1, row 1, column 2 (step 5)." in sentences


@pytest.mark.parametrize("fn", [right, correlate2d])
@pytest.mark.parametrize("dtype", [float, np.float32])
def test_a_right_function_is_told_so(read, fn, dtype):
    def cast(*arguments, **more):
        return fn(*arguments, **more).astype(dtype)

    cast.__name__ = fn.__name__
    cast.__signature__ = inspect.signature(fn)
    drawn = read(convolution_figure(IMAGE / 7, SOBEL / 8, fn=cast).html)
    assert f"{fn.__name__}() agrees with the right answer in 25 cells." in drawn.sentences()
    assert "student" not in drawn.names()


def test_wrong_pixels_of_large_images_are_counted_in_the_picture(read):
    image = np.random.default_rng(0).integers(0, 256, (28, 28))
    figure = convolution_figure(image, SOBEL, fn=flipped)
    assert "wrong (black)" in figure.svg
    assert len(figure.html.encode()) < 30_000


def fails(x, weight, bias=None, stride=1, padding=0):
    raise IndexError("index <5> & more")


def unwritten(x, weight, bias=None, stride=1, padding=0):
    raise NotImplementedError


def nothing(x, weight, bias=None, stride=1, padding=0):
    pass


def text(x, weight, bias=None, stride=1, padding=0):
    return "out"


def ragged(x, weight, bias=None, stride=1, padding=0):
    return [[1, 2], [3]]


def small(x, weight, bias=None, stride=1, padding=0):
    return np.zeros((1, 1, 4, 5))


def chatty(x, weight, bias=None, stride=1, padding=0):
    raise ValueError("no " * 10_000)


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (fails, "fails() raised IndexError: index <5> & more"),
        (unwritten, "unwritten() is not written yet (NotImplementedError)."),
        (nothing, "nothing() returned None: is there a return at its end?"),
        (text, "text() returned str, not an array of numbers."),
        (ragged, "ragged() returned list, not an array of numbers."),
        (small, "small() returned shape (1, 1, 4, 5); expected (1, 1, 5, 5)."),
        (chatty, "chatty() raised ValueError: no no no"),
        (lambda x, weight, bias, stride, padding: None, "<lambda>() returned None"),
    ],
)
def test_whatever_a_function_does_becomes_a_sentence(read, fn, sentence):
    figure = convolution_figure(IMAGE, SOBEL, fn=fn)
    assert sentence in read(figure.html).sentences()
    assert len(figure.html) < len(convolution_figure(IMAGE, SOBEL).html) + 500


@pytest.mark.parametrize(
    ("fn", "settings", "sentence"),
    [
        (right, {"dilation": 2}, "right() is not compared: it has no parameter for dilation."),
        (correlate2d, {"padding": 1}, "correlate2d() is not compared: it takes one image and one kernel"),
        (correlate2d, {"stride": 2}, "correlate2d() is not compared: it takes one image and one kernel"),
        (right, {"stride": 3, "padding": 1}, "right() agrees with the right answer in 9 cells."),
        (right, {"stride": (3, 1)}, "right() agrees with the right answer in 10 cells."),
        (fails, {"weight": np.ones((9, 9))}, "fails() was not called: with these settings there is no output."),
    ],
)
def test_what_cannot_be_compared_is_said(read, fn, settings, sentence):
    figure = convolution_figure(**{"x": IMAGE, "weight": SOBEL} | settings, fn=fn)
    assert sentence in read(figure.html).sentences()


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_function_that_writes_into_its_input_harms_nothing(read, demo, victim):
    def greedy(x, weight, bias=None, stride=1, padding=0):
        out = right(x, weight, bias, stride, padding)
        (x, weight, bias)[victim][:] = 7
        return out

    before = {name: np.array(value) for name, value in demo.items()}
    drawn = read(convolution_figure(**demo, fn=greedy).html)
    assert "greedy() also changed its input" in drawn.sentences()
    assert all(np.array_equal(demo[name], value) for name, value in before.items())
    assert drawn.numbers("numbers-1").tolist() == demo["x"][1].ravel().tolist()
    assert "agrees with the right answer in 18 cells" in drawn.sentences()


def test_a_function_that_keeps_its_result_cannot_change_the_figure_later(demo):
    from course.explore.convolution.numbers import make_convolution
    from course.explore.convolution.student import compare

    kept = []

    def keeper(x, weight, bias=None, stride=1, padding=0):
        kept.append(right(x, weight, bias, stride, padding))
        return kept[0]

    answer = compare(keeper, make_convolution(**demo))
    kept[0][:] = 99
    assert answer.out is not None and not (answer.out == 99).any()
