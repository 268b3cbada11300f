"""What a report says about a wrong answer: sentences with the student's numbers and never the expected ones."""

import numpy as np
import pytest

from autograder.call import Outcome
from autograder.compare import compare, compare_values, same_value
from autograder.exercise import MANNERS, TYPES, VALUES
from autograder.where import where

RIGHT = np.arange(60.0).reshape(1, 3, 4, 5) + 1


def mask(shape, *index):
    wrong = np.zeros(shape, bool)
    wrong[index] = True
    return wrong


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.ones((2, 3), bool), "everywhere"),
        (mask((4, 6), slice(None), slice(1, None, 2)), "in every second column (1, 3, 5)"),
        (mask((5, 6), slice(0, None, 2)), "in every second row (0, 2, 4)"),
        (mask((1, 3, 4, 5), 0, 2), "only in channel 2 of 3 (counted from 0)"),
        (mask((3, 2, 4, 5), slice(1, None)), "only image 0 is right"),
        (mask((5, 7), slice(None), slice(5, None)), "only in columns 5 to 6 of 7 (counted from 0)"),
        (mask((7, 2), [0, 3, 4]), "only in rows 0, 3, 4"),
        (mask((4,), 3), "only in position 3 of 4 (counted from 0)"),
        (np.eye(5, dtype=bool), ""),
        (mask((2, 2, 2, 2, 2), 0), ""),
    ],
)
def test_where_names_the_pattern(wrong, words):
    assert where(wrong) == words


def test_where_sees_a_border_only_if_all_four_sides_are_wrong_and_the_inside_is_right():
    border = np.ones((2, 5, 6), bool)
    border[:, 1:-1, 1:-1] = False
    assert where(border) == "only at the border"
    border[0, 2, 2] = True
    assert "border" not in where(border)
    corner = mask((5, 6), slice(0, 2), slice(0, 2))
    assert "border" not in where(corner)


def sentence(value, expected=RIGHT, demands=TYPES):
    failure = compare_values(value, expected, demands)
    return "" if failure is None else failure.sentence


def test_right_values_pass_with_the_error_of_float32_and_no_more():
    assert sentence(RIGHT.copy()) == ""
    assert sentence(RIGHT * (1 + 1e-6)) == ""
    assert "60 of 60" in sentence(RIGHT + 1e-2)


def test_shape_values_place_and_size_of_the_difference_are_said():
    spoiled = RIGHT.copy()
    spoiled[:, 1] += 2.5
    text = "20 of 60 values differ, by up to 2.5, only in channel 1 of 3 (counted from 0)."
    assert sentence(spoiled) == text
    assert sentence(RIGHT[:, :, 1:]) == "The shape is (1, 3, 3, 5); it should be (1, 3, 4, 5)."
    assert sentence(RIGHT.astype(np.float32)) == "The dtype is float32; for these inputs it should be float64."
    assert sentence(RIGHT.astype(np.float32), demands=VALUES) == ""


def test_nan_is_counted_and_does_not_hide_a_difference():
    spoiled = RIGHT.copy()
    spoiled[0, 0, 0, 0] = np.nan
    assert "1 of yours is nan or infinite" in sentence(spoiled)
    assert "60 of yours are nan or infinite" in sentence(np.full_like(RIGHT, np.inf))
    assert sentence(np.array([np.nan, -np.inf]), np.array([np.nan, -np.inf])) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is the return missing?"),
        ([[1.0]], "a list where a NumPy array is asked for: np.array(result)"),
        (3.0, "a float where a NumPy array is asked for."),
        (np.array(["a"]), "not of real numbers"),
        (np.array([1j]), "not of real numbers"),
    ],
)
def test_the_wrong_kind_of_object_is_named(value, words):
    assert words in sentence(value)


def test_numbers():
    assert sentence(7, 7) == sentence(np.int32(7), 7) == sentence(0.5, 0.5) == ""
    assert sentence(8, 7) == "Returned 8, which is not right."
    assert "a count is an int" in sentence(7.0, 7)
    assert "a bool where an int" in sentence(True, 1)
    assert "not right" in sentence(float("nan"), 0.5)


def test_tuples_are_compared_part_by_part():
    expected = (RIGHT, np.arange(3.0), None)
    assert sentence((RIGHT, np.arange(3.0), None), expected) == ""
    assert sentence((RIGHT, np.ones(3), None), expected).startswith("Output 2 of 3: 2 of 3 values differ")
    assert sentence((RIGHT, np.arange(3.0)), expected) == "Returned 2 values where 3 values are asked for."
    assert sentence(RIGHT, expected) == "Returned one array where 3 values are asked for."
    assert "not None" in sentence((RIGHT, np.arange(3.0), 1), expected)


def test_manners_are_named_with_the_argument():
    changed = compare(Outcome(RIGHT, changed=(1,)), RIGHT, MANNERS, ["x", "weight"])
    shared = compare(Outcome(RIGHT, shared=(0,)), RIGHT, MANNERS, ["x", "weight"])
    assert changed.sentence == "Your function modifies its input weight; work on a copy."
    assert "shares memory with the input x" in shared.sentence
    assert compare(Outcome(RIGHT, changed=(1,), shared=(0,)), RIGHT, VALUES, ["x", "weight"]) is None


def test_same_value_ignores_dtype_and_sees_everything_else():
    assert same_value(RIGHT, RIGHT.astype(np.float32))
    assert same_value((1, None), [1, None])
    assert not same_value(RIGHT, RIGHT[0])
    assert not same_value(RIGHT, RIGHT + 1)
    assert not same_value(RIGHT, None)
    assert not same_value("a", "a")
