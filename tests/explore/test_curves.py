"""Curves lie where their numbers are, on plain and on logarithmic axes."""

import numpy as np
import pytest

from course.explore import curves
from course.explore.curves import HEIGHT, WIDTH


def points(read, figure, title):
    lines = [node for node in read(figure.svg).part(title).iter() if node.tag.endswith("polyline")]
    return [np.array([pair.split(",") for pair in node.get("points").split()], dtype=float) for node in lines]


def test_lines_go_through_their_numbers(read):
    figure = curves({"two": {"up": [0, 1, 4], "down": [[0, 4], [2, 2]]}, "other": {"flat": [1, 1]}}, "Lines.")
    up, down = points(read, figure, "two")
    assert np.allclose(up, [[0, HEIGHT], [WIDTH / 2, HEIGHT * 3 / 4], [WIDTH, 0]], atol=0.1)
    assert np.allclose(down, [[0, 0], [WIDTH, HEIGHT / 2]], atol=0.1)
    assert "up" in read(figure.svg).words("two")


def test_powers_of_ten_are_evenly_spaced(read):
    [line] = points(read, curves({"log": {"falls": [100, 10, 1, 0.1]}}, "Falls.", log=True), "log")
    assert np.allclose(np.diff(line[:, 1]), HEIGHT / 3, atol=0.2)


def test_what_is_not_finite_leaves_a_gap(read):
    assert [len(line) for line in points(read, curves({"t": {"l": [1, 2, np.nan, 3, 4]}}, "Gap."), "t")] == [2, 2]


@pytest.mark.parametrize("panels", [{}, {"none": {}}, {"five": {name: [1, 2] for name in "abcde"}}])
def test_too_few_or_too_many_lines_get_a_sentence(panels):
    with pytest.raises(ValueError, match="one to four lines"):
        curves(panels, "")


def test_a_line_that_is_none_gets_a_sentence():
    with pytest.raises(ValueError, match="a line is an array"):
        curves({"t": {"l": np.zeros((3, 3))}}, "")
