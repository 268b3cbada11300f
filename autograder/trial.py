"""One case tried on one function: draw, call, compare."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.call import Call, Outcome
from autograder.compare import Failure, compare
from autograder.exercise import Behaviour, Case, Exercise, Wrong

SHORT = 0.5  # seconds; a call that took longer, a training run, is not asked for twice


@dataclass(frozen=True)
class Trial:
    """What came of one case: the outcome as it was compared, and what is wrong with it (None: nothing)."""

    behaviour: Behaviour
    case: Case
    seed: int
    size: int  # numbers in the input arrays: the smallest failing case is shown
    outcome: Outcome
    failure: Failure | None


def try_case(exercise: Exercise, behaviour: Behaviour, case: Case, seed: int, call: Call) -> Trial:
    """Draw the case's inputs, make the call, and compare with the oracle.

    Parameters
    ----------
    exercise, behaviour, case
        What is tried, and what is demanded of it.
    seed
        Fixes the inputs.
    call
        Makes the call, wherever the function lives.

    Returns
    -------
    Trial
    """
    args, kwargs, _ = case.draw(seed)
    size = sum(a.size for a in [*args, *kwargs.values()] if isinstance(a, np.ndarray))
    names = [*exercise.parameters[: len(args)], *kwargs]
    expected = _expected(exercise, case, seed)

    def judge(outcome: Outcome) -> tuple[Outcome, Failure | None]:
        if case.then is None:
            return outcome, compare(outcome, expected, behaviour.demands, names)
        failure = None if _as_many(outcome, expected) else compare(outcome, expected, ("shape",), names)
        if failure is not None:
            return outcome, failure
        try:
            seen = replace(outcome, value=case.view(outcome.value, seed))
        except Wrong as wrong:
            return replace(outcome, value=wrong.value), Failure("values", str(wrong))
        except Exception as error:
            case.view(expected, seed)  # if that fails too, it is the check's own error
            sentence = f"What you returned has not the form that is asked for ({type(error).__name__}: {error})."
            return outcome, Failure("type", sentence)
        if seen.value is None and isinstance(outcome.value, dict):
            return seen, Failure("blank", "Not attempted: there is no answer by this name.")
        return seen, compare(seen, case.view(expected, seed), behaviour.demands, names)

    def ask_again() -> tuple[Outcome, Failure | None]:
        """Make the same call once more: an answer that depends on the time, or on how often it was asked, is no answer."""
        outcome, failure = judge(_draw_and_call(case, seed, call))
        sentence = (
            "The same call gives another result later on: the function remembers earlier calls, or leaves it to chance."
        )
        return outcome, failure and Failure("again", sentence)

    first = _draw_and_call(case, seed, call)
    outcome, failure = judge(first)
    if failure is None and "again" in behaviour.demands:
        _draw_and_call(case, seed + 1, call)
        if judge(first if first.look is None else replace(first, value=first.look()))[1] is not None:
            sentence = "A second call changes the array that the first one returned: make a new array in every call."
            failure = Failure("again", sentence)
        else:
            outcome, failure = ask_again()
    elif failure is None and first.seconds < SHORT:
        outcome, failure = ask_again()
    return Trial(behaviour, case, seed, size, outcome, failure)


def _as_many(outcome: Outcome, expected: Any) -> bool:
    """Say whether as many results came back as are asked for: `then` may look at one, and a wrong one costs its own points."""
    several = outcome.error is None and isinstance(expected, tuple) and isinstance(outcome.value, (tuple, list))
    return several and len(outcome.value) == len(expected)


@lru_cache(maxsize=256)
def _expected(exercise: Exercise, case: Case, seed: int) -> Any:
    """Ask the oracle, once: it is slow, and naming a mistake compares dozens of wrong solutions with it."""
    args, kwargs, _ = case.draw(seed)
    return exercise.oracle(*args, **kwargs)


def _draw_and_call(case: Case, seed: int, call: Call) -> Outcome:
    args, kwargs, _ = case.draw(seed)
    return call(args, kwargs)
