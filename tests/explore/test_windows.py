import itertools

import numpy as np
import pytest

from course import functional as F
from course import nn
from course.explore import WindowsExplorer, windows_figure
from course.explore.windows.state import Axis

SETTINGS = [
    Axis(n, k, s, p, d) for n, k, s, p, d in itertools.product((1, 5, 8), (1, 2, 3), (1, 2, 4), (0, 1, 3), (1, 2, 3))
]


def right(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


def rounded_up(n, k, stride=1, padding=0, dilation=1):
    return -(-(n + 2 * padding - dilation * (k - 1) - 1) // stride) + 1


def correlation_of_ones(axis: Axis) -> np.ndarray:
    """How often each padded pixel is read, by the library's gradient: it adds one for every window that read a pixel."""
    x, weight = np.zeros((1, 1, 1, axis.length)), np.ones((1, 1, 1, axis.k))
    options = {"stride": axis.stride, "dilation": axis.dilation}
    out = F.conv2d_forward(x, weight, **options)
    return F.conv2d_backward(np.ones_like(out), x, weight, **options)[0][0, 0, 0]


def test_counts_and_reads_are_those_of_the_library():
    fits = [axis for axis in SETTINGS if axis.reach <= axis.length]
    assert len(fits) > 150
    for axis in fits:
        assert axis.count == F.output_size(axis.n, axis.k, axis.stride, axis.padding, axis.dilation)
        reads = correlation_of_ones(axis)
        assert axis.reads.tolist() == reads.tolist()
        assert axis.unseen == np.flatnonzero(reads[axis.padding : axis.padding + axis.n] == 0).tolist()
        assert 0 <= axis.left_over < axis.stride


def test_where_nothing_fits_there_is_no_window():
    for axis in SETTINGS:
        if axis.reach > axis.length:
            assert (axis.count, axis.reads.sum()) == (0, 0)


def test_paddings_with_a_name():
    for n, k, d in itertools.product((7, 12), (1, 2, 3, 4, 5), (1, 2, 3)):
        axis = Axis(n, k, dilation=d)
        assert Axis(n, k, 1, axis.full, d).count == n + axis.reach - 1
        if axis.same.is_integer():
            assert Axis(n, k, 1, int(axis.same), d).count == n
        else:
            assert (k * d) % 2 == 0
            assert "no padding of two equal ends" in windows_figure(n, k, dilation=d).html


@pytest.mark.parametrize(
    "axis", [Axis(8, 3, 2), Axis(12, 3, 4), Axis(7, 3, 2, 1), Axis(9, 2, 3, 2, 3), Axis(20, 7, 1, 9)]
)
def test_the_drawing_shows_every_window(read, axis):
    figure = windows_figure(axis.n, axis.k, axis.stride, axis.padding, axis.dilation)
    drawn = read(figure.svg)
    assert drawn.numbers("input").tolist() == axis.reads.tolist()
    paths = [path.get("d") for path in drawn.part("windows").iter("{http://www.w3.org/2000/svg}path")]
    threads, squares = paths[0] + paths[2], paths[1] + paths[3]
    assert (threads.count("M"), squares.count("z")) == (axis.count, axis.count * axis.k)
    assert ("left-out" in drawn.names()) == (axis.left_over > 0)
    assert f"+ 1 = {axis.count}" in figure.html
    assert f"output: {axis.count}" in figure.html
    assert drawn.words("sizes").split()[0] == "n"


def test_the_present_window_is_framed_and_said(read):
    figure = windows_figure(8, 3, stride=2, step=1)
    drawn = read(figure.html)
    cells = drawn.frames("window")
    assert len(cells) == 3
    assert (cells[:, 0] / cells[0, 2]).tolist() == [2, 3, 4]
    assert "Window 1 (0 to 2) reads pixels 2, 3 and 4." in drawn.sentences()
    assert "Window 1 (0 to 2) reads pixels 2, 3 and 4." in drawn.root.find(".//{*}svg").get("aria-label")


def test_rows_and_columns_never_seen_are_named(read):
    sentences = read(windows_figure((7, 8), 3, stride=3).html).sentences()
    assert "Never read by any window (hatched): row 6; columns 6 and 7." in sentences
    assert "behind the last window 1 row and 2 columns are left, too little for one more stride" in sentences
    assert "Never read by any window (hatched): pixels 3, 7 and 11." in windows_figure(12, 3, 4).html
    even = windows_figure((7, 9), 3, stride=2).html
    assert "Every pixel of the input is read at least once. The windows come out even" in even


def test_two_directions_read_what_one_reads_down_and_across(read):
    drawn = read(windows_figure((5, 7), (2, 3), (1, 2), (0, 1)).html)
    down, across = Axis(5, 2), Axis(7, 3, 2, 1)
    assert drawn.numbers("input").tolist() == np.outer(down.reads, across.reads).ravel().tolist()
    assert "H_out = floor((5 + 2·0 − 2) / 1) + 1 = floor(3) + 1 = 4" in drawn.sentences()
    assert "W_out = floor((7 + 2·1 − 3) / 2) + 1 = floor(3) + 1 = 4" in drawn.sentences()


def test_a_window_that_fits_nowhere_says_what_would_help():
    figure = windows_figure(3, 5)
    assert (
        "No window fits: it reaches over 5 pixels, and with the padding there are 3. A padding of 1 would do."
        in figure.html
    )
    assert windows_figure(3, 5, padding=1).html.count("No window fits") == 0


def test_a_layer_and_an_array_are_taken():
    layer = nn.Conv2d(3, 8, 3, stride=2, padding=1)
    assert windows_figure(np.zeros((7, 9)), layer).html == windows_figure((7, 9), 3, 2, 1).html
    assert windows_figure(np.zeros(7), 3).html == windows_figure(7, 3).html


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 0}, "size must be a number of pixels from 1 to 64"),
        ({"size": 65}, "size must be"),
        ({"size": "8"}, "size must be"),
        ({"size": np.zeros((2, 3, 4))}, r"got \(2, 3, 4\)"),
        ({"kernel_size": 0}, "kernel_size must be a whole number of at least 1"),
        ({"stride": 1.5}, "stride must be a whole number"),
        ({"padding": -1}, "padding must be"),
        ({"padding": "same"}, "padding must be"),
        ({"dilation": (1, 2, 3)}, "dilation must be"),
        ({"stride": (1, 2)}, "one direction only"),
        ({"padding": 500}, "too many to look at"),
    ],
)
def test_bad_arguments_are_one_clear_sentence(arguments, words):
    for make in (windows_figure, WindowsExplorer):
        with pytest.raises(ValueError, match=words) as error:
            make(**({"size": 8} | arguments))
        assert str(error.value).startswith(make.__name__)
        assert "\n" not in str(error.value)


def test_a_step_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="step must be 0 to 2, got 3"):
        windows_figure(8, 3, 2, step=3)


def test_a_wrong_count_is_marked_in_the_table(read):
    drawn = read(windows_figure(8, 3, 2, fn=rounded_up).html)
    assert "rounded_up() differs from the number of windows at n = 4, 6, 8, 10 and 12." in drawn.sentences()
    assert drawn.words("sizes").count("✗") == 5
    drawn = read(windows_figure(8, 3, 2, fn=right).html)
    assert "right() agrees with the number of windows for all 9 sizes" in drawn.sentences()
    assert "✗" not in drawn.words("sizes")


def test_where_nothing_fits_any_answer_up_to_zero_is_right():
    assert "agrees" in windows_figure(2, 5, fn=right).html
    assert "agrees" in windows_figure(2, 5, fn=lambda *a, **k: max(right(*a, **k), 0)).html


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda n, k, stride, padding, dilation: float(right(n, k, stride, padding, dilation)), "for every size"),
        (lambda n, k, **_: None, "for every size"),
        (lambda n, k, **_: "<b>" * 50, "for every size"),
        (
            lambda n, k, **_: 1 // 0,
            "raised ZeroDivisionError: integer division or modulo by zero when it was asked about n = 4",
        ),
        (lambda n, k: n - k + 1, "raised TypeError"),
    ],
)
def test_whatever_a_student_writes_becomes_a_sentence(read, fn, words):
    figure = windows_figure(8, 3, 2, fn=fn)
    assert words in read(figure.html).sentences()
    assert "<b>" not in figure.html


def test_a_stub_is_said_to_be_one():
    def output_size(n, k, stride=1, padding=0, dilation=1):
        raise NotImplementedError

    assert "output_size() is not written yet" in WindowsExplorer(8, fn=output_size).figure.value


def test_twin_shows_the_same_figure():
    explorer = WindowsExplorer((6, 9), 3, stride=(1, 2), padding=1, fn=rounded_up)
    assert explorer.figure.value == windows_figure((6, 9), 3, (1, 2), 1, fn=rounded_up).html
    explorer.width.value, explorer.dilation.value, explorer.step.value = 8, 2, 5
    assert explorer.figure.value == windows_figure((6, 8), 3, (1, 2), 1, 2, fn=rounded_up, step=5).html


def test_buttons_set_the_padding_with_their_name():
    explorer = WindowsExplorer(9, 5)
    for button, padding, size in ((explorer.same, 2, 9), (explorer.full, 4, 13), (explorer.valid, 0, 5)):
        button.click()
        assert (explorer.padding.value, explorer.state.across.count) == (padding, size)


def test_every_padding_that_a_button_sets_is_on_the_slider():
    explorer = WindowsExplorer(9, 7)
    explorer.dilation.value = explorer.dilation.max
    explorer.kernel_size.value = explorer.kernel_size.max
    explorer.full.click()
    assert explorer.padding.value == explorer.state.across.full


def test_both_directions_and_back():
    explorer = WindowsExplorer(8, 3, stride=2)
    explorer.show.value = "both directions"
    explorer.height.value = 5
    assert explorer.figure.value == windows_figure((5, 8), 3, 2).html
    assert explorer.step.max == 5
    explorer.show.value = "one direction"
    assert explorer.figure.value == windows_figure(8, 3, 2).html


def test_unequal_settings_need_both_directions():
    explorer = WindowsExplorer((6, 8), 3, stride=(1, 2))
    assert explorer.show.options == ("both directions",)
    assert explorer.stride.disabled
    explorer.valid.click()
    explorer.padding.value = 1
    assert explorer.figure.value == windows_figure((6, 8), 3, (1, 2), 1).html


def test_steps_follow_the_number_of_windows():
    explorer = WindowsExplorer(9, 3)
    explorer.step.value = 6
    explorer.stride.value = 3
    assert (explorer.step.max, explorer.step.value, explorer.state.step) == (2, 2, 2)
    explorer.width.value = 1
    assert "No window fits" in explorer.figure.value
    explorer.width.value = 9
    assert "Window 0 (0 to 2)" in explorer.figure.value


def test_no_setting_makes_a_message_too_long():
    largest = 0
    for size, k, s, p, d in itertools.product(
        (32, 64, (32, 32), (64, 64), (12, 13), (14, 18)), (3, 7), (1, 2), (0, 2, 18), (1, 2, 3)
    ):
        figure = windows_figure(size, k, s, p, d)
        largest = max(largest, len(figure.html.encode()))
    assert 10_000 < largest < 30_000
