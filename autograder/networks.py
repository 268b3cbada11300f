"""Trained weights, judged from outside: what a network that a student trained reads of digits it has never seen."""

from functools import cache
from typing import Any

import numpy as np

from autograder.exercise import Wrong
from course.data import Dataset, mnist
from course.models import lenet5
from course.training import evaluate

UNSEEN = 1000


def complete(state: Any) -> int:
    """Say that a state dict is one of LeNet-5's: names, shapes, finite numbers.

    Parameters
    ----------
    state
        What the student returned.

    Returns
    -------
    int
        1.

    Raises
    ------
    Wrong
        With a sentence on what is missing, unknown, of another shape or not finite.
    """
    if not isinstance(state, dict):
        raise Wrong(
            f"Returned a {type(state).__name__}; return model.state_dict(), a dict of name to array.", "no dict"
        )
    arrays = {str(name): np.asarray(value) for name, value in state.items()}
    for name, a in arrays.items():
        if a.dtype.kind != "f" or not np.isfinite(a).all():
            raise Wrong(f"{name} is not an array of finite floats: has the training diverged?", f"bad {name}")
    try:
        lenet5().load_state_dict(arrays)
    except ValueError as error:
        raise Wrong(f"These are not the weights of a LeNet-5: {error}", str(error)) from error
    return 1


def reads(state: Any, share: float, rng: np.random.Generator) -> int:
    """Say that a LeNet-5 with these weights reads at least such a share of test digits that nobody has trained on.

    Parameters
    ----------
    state
        The weights.
    share
        How much is asked for, 0 to 1.
    rng
        Draws which 1,000 of the 10,000 test digits.

    Returns
    -------
    int
        1.

    Raises
    ------
    Wrong
        With the share that was reached.
    """
    complete(state)
    reached = _accuracy(tuple((name, np.asarray(a).tobytes()) for name, a in state.items()), int(rng.integers(2**31)))
    if reached < share:
        guess = ", which is no better than guessing: do the weights change at all" if reached < 0.2 else ""
        text = f"Your network reads {reached:.1%} of {UNSEEN:,} unseen digits{guess}; {share:.0%} are asked for."
        raise Wrong(text, round(reached, 3))
    return 1


@cache
def _accuracy(weights: tuple[tuple[str, bytes], ...], seed: int) -> float:
    model = lenet5()
    shapes = {name: a.shape for name, a in model.state_dict().items()}
    model.load_state_dict(
        {
            name: np.frombuffer(raw, np.float32 if len(raw) == 4 * np.prod(shapes[name]) else np.float64).reshape(
                shapes[name]
            )
            for name, raw in weights
        }
    )
    return evaluate(model, _unseen(seed)).accuracy


@cache
def _unseen(seed: int) -> Dataset:
    test = mnist(train=False)
    return test[np.random.default_rng(seed).choice(len(test), UNSEEN, replace=False)]
