"""Pen-and-paper exercises: the student returns a dict of answers, and each answer has its points."""

from typing import Any

from autograder.exercise import Behaviour, Case, Exercise, Mistake


class Answer:
    """One question of a pen-and-paper exercise.

    Parameters
    ----------
    key
        The answer's name in the dict.
    value
        The right answer: a number, a tuple of numbers, or a small array.
    points
        Points for it.
    wrong
        Answers that a typical slip leads to: `{"name_of_the_slip": (value, "sentence for the student")}`.
    """

    def __init__(self, key: str, value: Any, points: float, wrong: dict[str, tuple[Any, str]] | None = None) -> None:
        self.key, self.value, self.points, self.wrong = key, value, points, wrong or {}


def pen_and_paper(name: str, answers: list[Answer]) -> tuple[Exercise, list[Mistake]]:
    """Make an exercise whose function takes nothing and returns `{key: answer}`.

    A key that is missing, or None, costs its own points alone; where all are, the exercise is not attempted.

    Parameters
    ----------
    name
        The exercise's name.
    answers
        The questions, in order.

    Returns
    -------
    tuple of Exercise and list of Mistake
        What goes into `checks/` and into `mistakes/`.
    """
    right = {answer.key: answer.value for answer in answers}
    behaviours = [
        Behaviour(answer.key, answer.points, [Case(then=f"result.get({answer.key!r})")]) for answer in answers
    ]
    wrong = [
        Mistake(slip, sentence, lambda key=answer.key, value=value: right | {key: value})
        for answer in answers
        for slip, (value, sentence) in answer.wrong.items()
    ]
    return Exercise(name, lambda: dict(right), behaviours), wrong
