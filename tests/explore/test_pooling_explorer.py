import numpy as np
import pytest

from course import functional as F
from course.explore import PoolingExplorer, pooling_figure
from course.explore.pooling.rules import RIGHT, RULES

SMALL = np.array([[0, 0, 14, 82], [149, 32, 0, 0], [28, 53, 64, 44], [39, 120, 133, 99]])
LARGE = np.array(
    [[0, 0, 25, 14, 82], [149, 32, 31, 0, 0], [111, 200, 20, 135, 10], [28, 53, 20, 64, 44], [39, 120, 210, 13, 99]]
)


def slow_max(x, k, s):
    """Outputs, and for each window the place of its winner."""
    size = (x.shape[0] - k) // s + 1, (x.shape[1] - k) // s + 1
    out, winners = np.zeros(size), {}
    for i, j in np.ndindex(size):
        window = x[i * s : i * s + k, j * s : j * s + k]
        out[i, j] = window.max()
        row, column = np.argwhere(window == window.max())[0]
        winners[i, j] = i * s + row, j * s + column
    return out, winners


@pytest.mark.parametrize(("x", "k", "s"), [(SMALL, 2, 2), (LARGE, 3, 1), (SMALL % 3, 2, 1)])
def test_every_step_shows_the_winner_and_what_it_has_got_so_far(read, x, k, s):
    out, winners = slow_max(x, k, s)
    grad = np.zeros(x.shape)
    cell = None
    for step, (place, winner) in enumerate(winners.items()):
        grad[winner] += step + 1
        drawn = read(pooling_figure(x, k, s, step=step).html)
        assert drawn.numbers("x").tolist() == x.ravel().tolist()
        assert drawn.numbers("out").tolist() == out.ravel().tolist()
        assert drawn.numbers("grad_x").tolist() == grad.ravel().tolist()
        cell = drawn.frames("gets")[0, 2]
        assert np.allclose(drawn.frames("gets")[0, :2] / cell, winner[::-1], atol=0.01)
        assert f"at row {winner[0]}, column {winner[1]}" in drawn.sentences()
        assert f"out[{place[0]}, {place[1]}] = {out[place]:g}." in drawn.sentences()
        assert f"grad_out[{place[0]}, {place[1]}] = {step + 1}" in drawn.sentences()


def test_sums_of_overlapping_windows_are_spelled():
    assert "1 + 2 + 4 + 5 = 12." in pooling_figure(LARGE, 3, 1, step=4).html


def test_ties_are_named_and_marked(read):
    drawn = read(pooling_figure([[7, 1, 7], [7, 0, 2]], 2, stride=1).html)
    assert "2 numbers tie at 7; the first, at row 0, column 0, wins" in drawn.sentences()
    frames = drawn.frames("winner")
    assert len(frames) == 2  # the winner's, and a dashed one


@pytest.mark.parametrize("padding", [0, 1])
def test_averages(read, padding):
    drawn = read(pooling_figure(LARGE, 3, 2, padding, kind="average", step=0).html)
    out = F.avg_pool2d_forward(LARGE[None, None], 3, 2, padding)
    assert np.allclose(drawn.numbers("out"), out.ravel(), atol=0.05)
    assert ("and 5 zeros of the border" in drawn.sentences()) == bool(padding)
    assert ("fell on the border" in drawn.sentences()) == bool(padding)


def test_what_lies_under_no_window_is_named(read):
    drawn = read(pooling_figure(np.ones((7, 6)), 2).html)
    assert "without influence and without gradient: row 6." in drawn.sentences()
    assert "unseen" in drawn.names()


@pytest.mark.parametrize("rule", [rule for rule in RULES["max"] if rule != "a border of zeros"])
def test_wrong_rules_are_shown_wrong(read, rule):
    tied = SMALL.copy()
    tied[1, 1] = 149
    drawn = read(pooling_figure(tied, 2, 1, rule=rule).html)
    right = F.max_pool2d_backward(np.arange(1.0, 10.0).reshape(1, 1, 3, 3), tied[None, None], 2, 1)[0, 0]
    tried = drawn.numbers("your-grad_x")
    wrong = tried != right.ravel()
    assert wrong.any()
    assert drawn.words("wrong-grad_x").split() == ["≠"] * wrong.sum()
    assert f"differs in {wrong.sum()} of 16 numbers" in drawn.sentences()
    assert f"tried sums to {tried.sum():g}." in drawn.sentences()
    # the riddle of unit 07: one wrong rule hands on exactly what arrived
    assert (tried.sum() == 45) == (rule == "ties: the last one wins")


def test_a_border_of_zeros_shows_where_numbers_are_negative():
    assert "border_of_zeros() differs" in pooling_figure(-1 - SMALL, 2, padding=1, rule="a border of zeros").html
    assert "border_of_zeros() is right" in pooling_figure(-1 - SMALL, 2, rule="a border of zeros").html


def raises(*args, **kwargs):
    raise ZeroDivisionError("by <zero>")


def unwritten(*args, **kwargs):
    raise NotImplementedError


def spoils(grad_out, x, kernel_size, stride=None, padding=0):
    result = F.max_pool2d_backward(grad_out, x, kernel_size, stride, padding)
    x[...] = 0
    return result


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (F.max_pool2d_backward, "max_pool2d_backward() is right in all 16 numbers."),
        (raises, "raises() raised ZeroDivisionError: by <zero>"),
        (unwritten, "unwritten() is not written yet (NotImplementedError)."),
        (spoils, "spoils() also changed its input"),
        (lambda *a, **k: None, "returned None"),
        (lambda *a, **k: "text", "returned str, not an array"),
        (lambda g, x, *a, **k: x[0, 0], "returned shape (4, 4); expected (1, 1, 4, 4)"),
    ],
)
def test_the_students_function_becomes_a_sentence(read, fn, sentence):
    assert sentence in read(pooling_figure(SMALL, backward=fn).html).sentences()


def test_a_wrong_forward_pass_is_marked_in_the_output(read):
    drawn = read(pooling_figure(SMALL, forward=F.avg_pool2d_forward).html)
    assert drawn.words("wrong-out").split() == ["≠"] * 4


def test_twin_shows_the_same_figure():
    explorer = PoolingExplorer(LARGE, 3, stride=1, backward=spoils)
    assert explorer.figure.value == pooling_figure(LARGE, 3, 1, backward=spoils).html
    explorer.step.value, explorer.padding.value, explorer.stride.value = 8, 1, 2
    explorer.rule.value = "ties: each winner gets all"
    rule = "ties: each winner gets all"
    assert explorer.figure.value == pooling_figure(LARGE, 3, 2, 1, rule=rule, step=8).html
    explorer.kind.value = "average"
    assert explorer.rule.value == RIGHT
    assert explorer.figure.value == pooling_figure(LARGE, 3, 2, 1, kind="average", step=8).html


def test_typed_numbers_and_impossible_settings():
    explorer = PoolingExplorer(SMALL)
    explorer.numbers.fields[1][1].value = 500
    assert explorer.state.pooling.out[0, 0] == 500
    assert SMALL[1, 1] == 32
    explorer.step.value = 3
    explorer.padding.value = 2
    assert "more than half of window 2" in explorer.figure.value
    explorer.padding.value = 0
    explorer.kernel_size.value = 4
    assert explorer.state.pooling.out.tolist() == [[500]]
    assert explorer.step.max == 0


def test_a_picture_is_drawn_small(read):
    explorer = PoolingExplorer(np.random.default_rng(0).integers(0, 3, (28, 28)))
    assert not explorer.numbers.fields
    explorer.rule.value = "ties: each winner gets all"
    assert len(explorer.figure.value) < 20_000
    assert "picture" not in read(explorer.figure.value).names()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": np.zeros((3, 4, 4))}, "expected one map"),
        ({"x": "text"}, "no array of numbers"),
        ({"x": [[np.nan]]}, "not finite"),
        ({"x": np.zeros((65, 3))}, "at most|1 to 64"),
        ({"x": SMALL, "kernel_size": 5}, "does not fit into 4×4"),
        ({"x": SMALL, "kernel_size": 0}, "at least 1"),
        ({"x": SMALL, "padding": 2}, "more than half"),
        ({"x": SMALL, "kind": "median"}, "'max' or 'average'"),
        ({"x": SMALL, "grad_out": [1, 2, 3]}, "output has shape"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, words):
    for make in (PoolingExplorer, pooling_figure):
        with pytest.raises(ValueError, match=words):
            make(**arguments)
    with pytest.raises(ValueError, match="step must be 0 to 3"):
        pooling_figure(SMALL, step=4)
    with pytest.raises(ValueError, match="rule must be one of"):
        pooling_figure(SMALL, rule="hope")
