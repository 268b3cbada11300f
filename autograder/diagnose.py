"""Name the mistake: find the wrong solution whose output equals the student's on the very same inputs."""

from functools import lru_cache, partial
from typing import Any

from autograder.call import call_here
from autograder.compare import same_value
from autograder.exercise import Behaviour, Case, Exercise, Mistake
from autograder.trial import Trial, try_case


def explain(exercise: Exercise, mistakes: list[Mistake], groups: list[list[Trial]]) -> list[Mistake]:
    """Return the mistakes that explain the failing behaviours.

    A mistake explains a behaviour if it fails in the same way, with the same values, in every case of the
    behaviour that the student's function fails; an exception has to meet an exception, but not in all of
    them. Where several do, the one that agrees with the student in the most cases of the whole exercise is
    taken, passing cases included.

    Parameters
    ----------
    exercise
        The exercise that was checked.
    mistakes
        Its named wrong solutions.
    groups
        For each behaviour, what came of its cases.

    Returns
    -------
    list of Mistake
        Without repetition, in the order of the behaviours that they explain.
    """
    found: list[Mistake] = []
    everything = [trial for trials in groups for trial in trials]
    agreement: dict[str, int] = {}
    for trials in groups:
        failing = [trial for trial in trials if trial.failure is not None]
        returned = any(trial.outcome.error is None for trial in failing)
        candidates = [m for m in mistakes if returned and all(_explains(exercise, m, t) for t in failing)]
        for mistake in candidates:
            if mistake.name not in agreement:
                agreement[mistake.name] = sum(_agrees(exercise, mistake, trial) for trial in everything)
        if candidates:
            best = max(candidates, key=lambda m: agreement[m.name])
            if best not in found:
                found.append(best)
    return found


def _explains(exercise: Exercise, mistake: Mistake, trial: Trial) -> bool:
    """Say whether the mistake fails this case as the student does."""
    other = _try(exercise, mistake, trial.behaviour, trial.case, trial.seed)
    if trial.failure is None or other.failure is None or other.failure.kind != trial.failure.kind:
        return False
    ours, theirs = other.outcome, trial.outcome
    if trial.failure.kind == "dtype" and _dtypes(ours.value) != _dtypes(theirs.value):
        return False
    return same_value(ours.value, theirs.value) and ours.changed == theirs.changed and ours.shared == theirs.shared


def _dtypes(value: Any) -> list[Any]:
    """List the dtypes of a result, which may be several arrays."""
    return [getattr(part, "dtype", None) for part in (value if isinstance(value, (tuple, list)) else [value])]


def _agrees(exercise: Exercise, mistake: Mistake, trial: Trial) -> bool:
    """Say whether the mistake does the same as the student in this case, right or wrong."""
    if trial.failure is not None:
        return _explains(exercise, mistake, trial)
    return _try(exercise, mistake, trial.behaviour, trial.case, trial.seed).failure is None


@lru_cache(maxsize=8192)  # all cases of a unit; what is kept of each is a few hundred bytes
def _try(exercise: Exercise, mistake: Mistake, behaviour: Behaviour, case: Case, seed: int) -> Trial:
    """Try a mistake, once for a whole class: its answers are the same for whoever made it."""
    return try_case(exercise, behaviour, case, seed, partial(call_here, mistake.function, seconds=exercise.seconds))
