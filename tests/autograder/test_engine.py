"""The engine on small exercises of its own: manners, partial points, broken checks, endless loops."""

from functools import partial

import numpy as np
import pytest

from autograder import call as call_module
from autograder.call import Error, Outcome, call_here
from autograder.engine import run
from autograder.errors import CheckBugError
from autograder.exercise import MANNERS, Behaviour, Case, Exercise, Mistake

DOUBLE = Exercise(
    "double",
    lambda x: x * 2.0,
    [
        Behaviour("small", 1, [Case("rng.standard_normal(3)")]),
        Behaviour("large", 2, [Case("rng.standard_normal((4, 5))"), Case("rng.standard_normal((2, 3))")]),
        Behaviour("manners", 0.5, [Case("rng.standard_normal(4)")], demands=MANNERS),
    ],
)


def grade(function, exercise=DOUBLE, mistakes=(), **kwargs):
    return run(exercise, list(mistakes), partial(call_here, function), **kwargs)


def test_points_are_given_by_behaviour():
    report = grade(lambda x: x * 2.0 if x.ndim == 1 else x)
    assert [line.score for line in report.lines] == [1, 0, 0.5]
    assert (report.score, report.max_score, repr(report)) == (1.5, 3.5, "1.5")
    assert report.mistakes == ()


def test_the_smallest_failing_case_is_shown():
    report = grade(lambda x: x * 2.0 if x.ndim == 1 else x)
    assert report.paste == "rng = np.random.default_rng(2)\nx = rng.standard_normal((2, 3))\ndouble(x)"


def test_an_output_that_is_the_input_shares_its_memory():
    def in_place(x):
        x *= 2
        return x

    assert "modifies its input x" in grade(in_place).text
    same = Exercise("same", lambda x: x.copy(), [Behaviour("manners", 1, [Case("rng.random(3)")], demands=MANNERS)])
    assert "shares memory with the input x" in grade(lambda x: x, same).text


def test_a_function_that_remembers_is_found_out():
    seen = []

    def counts(x):
        seen.append(0)
        return x * 2.0 if len(seen) % 3 else x

    only = Exercise("double", DOUBLE.oracle, [DOUBLE.behaviours[2]])
    assert "remembers earlier calls" in grade(counts, only).text

    shared = np.zeros(4)

    def one_array(x):
        shared[...] = x * 2
        return shared

    assert "A second call changes the array" in grade(one_array, only).text


def test_a_part_that_is_not_written_yet_is_wrong_and_a_blank_stub_is_not_attempted():
    def partly(x):
        if x.ndim == 2:
            raise NotImplementedError
        return x * 2.0

    report = grade(partly)
    assert (report.status, report.score) == ("wrong", 1.5)
    assert "Not attempted: your function raises NotImplementedError." in report.text

    def blank(x):
        raise NotImplementedError

    assert (grade(blank).status, grade(blank).score) == ("not attempted", 0)


def test_hidden_cases_and_other_numbers_belong_to_the_grading_run():
    drawn = []

    def record(x):
        drawn.append(x.tolist())
        return x * 2.0

    hidden = Exercise("double", DOUBLE.oracle, [Behaviour("all", 1, [Case("rng.random(2)")], [Case("rng.random(5)")])])
    assert "grading run" in grade(record, hidden).text
    assert "grading run" not in grade(record, hidden, seed=77, hidden=True).text
    assert [len(x) for x in drawn] == [2, 2, 2, 2, 5, 5]  # each is asked twice
    assert drawn[0] != drawn[2]


def test_an_error_of_the_check_is_the_courses_and_never_a_zero():
    def broken(x):
        raise KeyError("oops")

    sentences = []
    for exercise in (
        Exercise("double", broken, DOUBLE.behaviours),
        Exercise("double", DOUBLE.oracle, [Behaviour("small", 1, [Case("rng.nothing()")])]),
    ):
        with pytest.raises(CheckBugError) as found:
            grade(lambda x: x, exercise)
        sentences.append(str(found.value))
    here, first = "The check of double is broken: autograder/test_engine.py, line", broken.__code__.co_firstlineno
    assert sentences == [
        f"{here} {first + 1}, stopped with KeyError: 'oops'.",
        f"{here} {first + 6}, stopped with AttributeError: 'numpy.random._generator.Generator' object has no attribute 'nothing'.",
    ]


def test_a_mistake_is_named_only_if_it_explains_every_failing_case():
    halves = Mistake("halves", "You halve.", lambda x: x / 2)
    assert grade(lambda x: x / 2, mistakes=[halves]).mistakes == ("halves",)
    assert grade(lambda x: x / 2 if x.size < 10 else x, mistakes=[halves]).mistakes == ("halves",)
    assert grade(lambda x: x / 2 if x.size == 20 else x, mistakes=[halves]).mistakes == ()
    assert grade(lambda x: 1 / 0, mistakes=[Mistake("raises", "It raises.", lambda x: 1 / 0)]).mistakes == ()


def test_of_two_mistakes_the_one_that_fits_the_whole_exercise_is_named():
    always = Mistake("always", "You halve.", lambda x: x / 2)
    large = Mistake("large", "You halve matrices.", lambda x: x / 2 if x.ndim == 2 else x * 2.0)
    assert grade(large.function, mistakes=[always, large]).mistakes == ("large",)
    assert grade(always.function, mistakes=[large, always]).mistakes == ("always",)


def test_two_endless_calls_are_enough(monkeypatch):
    monkeypatch.setattr(call_module, "TIME_LIMIT", 0.1)
    calls = []

    def endless(x):
        calls.append(0)
        while True:
            pass

    report = grade(endless)
    assert len(calls) == 2
    assert "stopped after 0.1 seconds, the limit for one call: is there a loop that never ends?" in report.text


def test_the_call_may_happen_anywhere():
    def far_away(args, kwargs):
        return Outcome(args[0] * 2.0) if args[0].ndim == 1 else Outcome(error=Error("Lost", "the kernel died"))

    report = run(DOUBLE, [], far_away)
    assert report.score == 1.5
    assert "stopped for good: the kernel died" in report.text


def test_then_compares_what_a_result_does():
    bank = Exercise("bank", lambda: np.ones(3), [Behaviour("sum", 1, [Case(then="result @ rng.random(3)")])])
    assert grade(lambda: np.ones(3), bank).status == "right"
    report = grade(lambda: np.zeros(3), bank)
    assert report.paste == "rng = np.random.default_rng(0)\nresult = bank(); result @ rng.random(3)"
    assert grade(lambda: np.zeros(4), bank).lines[0].sentence == "The shape is (4,); it should be (3,)."
