"""Let optimisers walk down a surface, ours and the student's."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course.explore.descent.surfaces import Array, Surface
from course.optim import adam_step, rmsprop_step, sgd_step

NAMES = ("SGD", "momentum", "Nesterov", "RMSprop", "Adam")
FAR = 1e6  # a walker that comes so far is followed no further
LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure
Rule = Callable[[Array, Array, list[Array], int], tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class DescentState:
    """What is shown.

    Parameters
    ----------
    surface : Surface
        What is walked down.
    start : pair of float
        Where.
    lr, momentum, noise : float
        Of all walkers; of momentum and Nesterov; standard deviation of what is added to each part of each gradient.
    walkers : tuple of str
        Who walks, of `NAMES`.
    steps : int
        How many steps are walked.
    step : int
        How many of them are drawn.
    fn : function or None
        The student's step.
    paths : dict
        Of name to places, (steps + 1, 2) or fewer where a walker went too far.
    remark : str
        A sentence about the student's step.
    """

    surface: Surface
    start: tuple[float, float]
    lr: float = 0.03
    momentum: float = 0.9
    noise: float = 0.0
    walkers: tuple[str, ...] = NAMES
    steps: int = 60
    step: int = 60
    fn: Callable[..., Any] | None = None
    paths: dict[str, Array] = field(default_factory=dict)
    remark: str = ""


def rules(lr: float, momentum: float) -> dict[str, tuple[Rule, int]]:
    """Return our walkers: a rule from place, gradient, memory and step number to new place and memory; and how many memories."""
    return {
        "SGD": (lambda p, g, s, t: sgd_step(p, g, s[0], lr), 1),
        "momentum": (lambda p, g, s, t: sgd_step(p, g, s[0], lr, momentum), 1),
        "Nesterov": (lambda p, g, s, t: sgd_step(p, g, s[0], lr, momentum, nesterov=True), 1),
        "RMSprop": (lambda p, g, s, t: rmsprop_step(p, g, s[0], lr), 1),
        "Adam": (lambda p, g, s, t: adam_step(p, g, s[0], s[1], t, lr), 2),
    }


def walk_all(state: DescentState) -> tuple[dict[str, Array], str]:
    """Walk every walker of a state.

    Parameters
    ----------
    state : DescentState
        Its `paths` and `remark` do not count.

    Returns
    -------
    dict of str to array, str
        The places by name, the student's last and under the name of the function; and a sentence about the student's, or "".
    """
    pushes = state.noise * np.random.default_rng(0).standard_normal((state.steps, 2))  # the same ones for all
    known = rules(state.lr, state.momentum)
    paths = {name: _walk(state, *known[name], pushes) for name in state.walkers}
    if state.fn is None:
        return paths, ""
    name = f"{getattr(state.fn, '__name__', 'your function')}()"
    model, rule = _read(state.fn, state.lr, state.momentum)
    if rule is None:
        return paths, f"{name} takes neither velocity nor square_avg nor m and v: which step is it?"
    try:
        own = _walk(state, rule, known[model][1], pushes)
    except NotImplementedError:
        return paths, f"{name} is not written yet (NotImplementedError)."
    except _WrongStepError as error:
        return paths, f"{name} {error}"
    except Exception as error:
        return paths, f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}"
    paths[name] = own
    ours = _walk(state, *known[model], pushes)
    if len(own) == len(ours) and np.allclose(own, ours, rtol=1e-5, atol=1e-8):
        return paths, f"{name} walks exactly where {model} walks."
    both = min(len(own), len(ours))
    apart = np.flatnonzero(~np.isclose(own[:both], ours[:both], rtol=1e-5, atol=1e-8).all(axis=1))
    return paths, f"{name} leaves {model}'s path at step {apart[0] if len(apart) else both} (≠)."


class _WrongStepError(Exception):
    """What the student's step returned is no step; the message goes on after the function's name."""


def _walk(state: DescentState, rule: Rule, memories: int, pushes: Array) -> Array:
    place = np.array(state.start, dtype=float)
    memory = [np.zeros(2) for _ in range(memories)]
    places = [place]
    with np.errstate(all="ignore"):
        for t, push in enumerate(pushes, start=1):
            place, *memory = _numbers(rule(place.copy(), state.surface.slope(place) + push, memory, t), memories)
            if not (np.abs(place) < FAR).all():
                break
            places.append(place)
    return np.array(places)


def _numbers(result: Any, memories: int) -> list[Array]:
    """The parts of a step's result, each (2,)."""
    if not isinstance(result, (tuple, list)) or len(result) != memories + 1:
        raise _WrongStepError(f"must return {memories + 1} arrays: the new param and what it remembers.")
    try:
        parts = [np.array(part, dtype=float) for part in result]
    except (TypeError, ValueError):
        raise _WrongStepError("returned something that is no array of numbers.") from None
    for part in parts:
        if part.shape != (2,):
            raise _WrongStepError(f"returned shape {part.shape} for a param of shape (2,).")
    return parts


def _read(fn: Callable[..., Any], lr: float, momentum: float) -> tuple[str, Rule | None]:
    """Which of our walkers a student's function wants to be, told by the names of what it remembers."""
    try:
        names = set(inspect.signature(fn).parameters)
    except (TypeError, ValueError):
        names = set()
    if {"m", "v"} <= names:
        return "Adam", lambda p, g, s, t: fn(p, g, s[0].copy(), s[1].copy(), t, lr)
    if "square_avg" in names:
        return "RMSprop", lambda p, g, s, t: fn(p, g, s[0].copy(), lr)
    if "velocity" in names:
        return "momentum", lambda p, g, s, t: fn(p, g, s[0].copy(), lr, momentum)
    return "", None
