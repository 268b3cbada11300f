"""Pen-and-paper exercises: each answer counts for itself."""

from functools import partial

import pytest

from autograder.answers import Answer, pen_and_paper
from autograder.call import call_here
from autograder.engine import run

EXERCISE, WRONG = pen_and_paper(
    "on_paper",
    [
        Answer("height", 28, 0.5, {"rounded_up": (29, "The size is rounded down.")}),
        Answer("shape", (4, 3), 1, {"exchanged": ((3, 4), "Height comes first.")}),
        Answer("mean", 0.25, 0.5),
    ],
)
RIGHT = {"height": 28, "shape": (4, 3), "mean": 0.25}


def checked(answers):
    return run(EXERCISE, WRONG, partial(call_here, lambda: answers))


def test_all_right():
    report = checked(RIGHT)
    assert (report.status, report.score, report.max_score) == ("right", 2, 2)
    assert checked(RIGHT | {"shape": [4, 3]}).status == "right"


@pytest.mark.parametrize(
    ("change", "score", "mistakes"),
    [
        ({"height": 29}, 1.5, ("rounded_up",)),
        ({"shape": (3, 4)}, 1, ("exchanged",)),
        ({"height": 29, "shape": (3, 4)}, 0.5, ("rounded_up", "exchanged")),
        ({"mean": 0.3}, 1.5, ()),
        ({"height": "28"}, 1.5, ()),
    ],
)
def test_a_wrong_answer_costs_its_own_points(change, score, mistakes):
    report = checked(RIGHT | change)
    assert (report.status, report.score, report.mistakes) == ("wrong", score, mistakes)


def test_a_missing_answer_is_said_to_be_missing():
    report = checked({"height": 28, "mean": None})
    assert (report.status, report.score) == ("wrong", 0.5)
    missing = "Not attempted: there is no answer by this name."
    assert [line.sentence for line in report.lines] == ["", missing, missing]


@pytest.mark.parametrize("answers", [{}, dict.fromkeys(RIGHT)])
def test_no_answer_at_all_is_not_attempted_as_a_blank_stub_is(answers):
    report = checked(answers)
    assert (report.status, report.score, report.max_score) == ("not attempted", 0, 2)


@pytest.mark.parametrize("answers", [None, 28, [28, (4, 3), 0.25]])
def test_no_dict_no_points(answers):
    assert checked(answers).score == 0
