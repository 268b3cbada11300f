"""Compare one outcome with what was expected, and say in a sentence what is wrong with it."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from autograder.call import Error, Outcome
from autograder.where import places, where

# Wide enough for an answer that computes in float32 or by FFT, far below the effect of any real mistake.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Failure:
    """What is wrong: a kind ("error", "type", "shape", "values", "blank" ...) and a sentence for the student."""

    kind: str
    sentence: str
    places: tuple[str, ...] = ()  # where values are wrong, seen from above: rows of "x" and "."


def compare(outcome: Outcome, expected: Any, demands: tuple[str, ...], names: list[str]) -> Failure | None:
    """Compare a call's outcome with the oracle's answer.

    Parameters
    ----------
    outcome
        What the call did.
    expected
        The oracle's answer: an array, an int, a float, None, or a tuple of these; a dict is looked at key by key, by the
        cases' `then`.
    demands
        Which of "shape", "values", "dtype", "inputs", "memory" must hold; the kind of object always must.
    names
        Names of the arguments, for sentences about inputs.

    Returns
    -------
    Failure or None
        The first thing that is wrong, or None. The sentence never holds an expected value.
    """
    if outcome.error is not None:
        return Failure("error", _error(outcome.error))
    failure = compare_values(outcome.value, expected, demands)
    if failure is not None:
        return failure
    if "inputs" in demands and outcome.changed:
        changed = ", ".join(names[i] for i in outcome.changed)
        return Failure("inputs", f"Your function modifies its input {changed}; work on a copy.")
    if "memory" in demands and outcome.shared:
        shared = ", ".join(names[i] for i in outcome.shared)
        sentence = f"The output shares memory with the input {shared}: changing one changes the other; return a copy."
        return Failure("memory", sentence)
    return None


def compare_values(value: Any, expected: Any, demands: tuple[str, ...]) -> Failure | None:
    """Compare a returned value alone: kind of object, then shape, values and dtype as far as demanded."""
    if isinstance(expected, dict):
        return None if isinstance(value, dict) else Failure("type", f"Returned {_kind(value)}, not a dict of answers.")
    if value is None and expected is not None:
        return Failure("type", "Returned None: is the return missing?")
    if isinstance(expected, tuple):
        return _compare_parts(value, expected, demands)
    if expected is None:
        return None if value is None else Failure("type", f"Returned {_kind(value)}, not None.")
    if isinstance(expected, Real):
        return _compare_number(value, expected, demands)
    return _compare_array(value, expected, demands)


def same_value(a: Any, b: Any) -> bool:
    """Say whether two returned values are alike: kind, shape and numbers, whatever the dtype."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b, strict=True))
    if a is None or b is None:
        return a is b
    if not (_is_numeric(a) and _is_numeric(b)):
        return False
    x, y = np.asarray(a), np.asarray(b)
    return x.shape == y.shape and not _differ(x, y).any()


def _compare_parts(value: Any, expected: tuple[Any, ...], demands: tuple[str, ...]) -> Failure | None:
    if not isinstance(value, (tuple, list)) or len(value) != len(expected):
        got = f"{len(value)} values" if isinstance(value, (tuple, list)) else _kind(value)
        return Failure("type", f"Returned {got} where {len(expected)} values are asked for.")
    for i, (part, wanted) in enumerate(zip(value, expected, strict=True)):
        failure = compare_values(part, wanted, demands)
        if failure is not None:
            return Failure(failure.kind, f"Output {i + 1} of {len(expected)}: {failure.sentence}", failure.places)
    return None


def _compare_number(value: Any, expected: Real, demands: tuple[str, ...]) -> Failure | None:
    whole = isinstance(expected, Integral)
    if not isinstance(value, Integral if whole else Real) or isinstance(value, bool):
        hint = "; a count is an int: // divides without leaving the integers" if isinstance(value, Real) else ""
        return Failure("type", f"Returned {_kind(value)} where {'an int' if whole else 'a number'} is asked for{hint}.")
    if "values" in demands and _differ(np.asarray(value), np.asarray(expected)).any():
        return Failure("values", f"Returned {value}, which is not right.")
    return None


def _compare_array(value: Any, expected: np.ndarray, demands: tuple[str, ...]) -> Failure | None:
    if not isinstance(value, np.ndarray):
        hint = ": np.array(result) makes one of it" if isinstance(value, (list, tuple)) else ""
        return Failure("type", f"Returned {_kind(value)} where a NumPy array is asked for{hint}.")
    if not _is_numeric(value):
        return Failure("type", f"Returned an array of dtype {value.dtype}, not of real numbers.")
    if "shape" in demands and value.shape != expected.shape:
        return Failure("shape", f"The shape is {value.shape}; it should be {expected.shape}.")
    if "values" in demands and (wrong := _differ(value, expected)).any():
        return Failure("values", _values(value, expected, wrong), places(wrong))
    if "dtype" in demands and value.dtype != expected.dtype:
        return Failure("dtype", f"The dtype is {value.dtype}; for these inputs it should be {expected.dtype}.")
    return None


def _values(value: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    n, bad = int(wrong.sum()), value.size - int(np.isfinite(value).sum())
    sentence = f"{n} of {wrong.size} values differ" if wrong.size > 1 else "The one value differs"
    finite = wrong & np.isfinite(value) & np.isfinite(expected)
    if finite.any():
        gap = float(np.abs(value[finite].astype(float) - expected[finite]).max())
        sentence += f", by up to {gap:.2g}"
    if place := where(wrong) if wrong.size > 1 else "":
        sentence += f", {place}"
    if bad and np.isfinite(expected).all():
        sentence += f"; {bad} of yours {'is' if bad == 1 else 'are'} nan or infinite"
    return sentence + "."


def _differ(value: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Mark what differs by more than TOLERANCE times the largest expected value."""
    value, expected = value.astype(float), expected.astype(float)
    sizes = np.abs(expected[np.isfinite(expected)])
    scale = float(sizes.max(initial=0.0)) or 1.0
    return ~np.isclose(value, expected, rtol=0.0, atol=TOLERANCE * scale, equal_nan=True)


def _is_numeric(value: Any) -> bool:
    return isinstance(value, (Real, np.ndarray)) and np.asarray(value).dtype.kind in "biuf"


def _error(error: Error) -> str:
    if error.type == "OutOfTime":
        return f"Your function was {error.message}: is there a loop that never ends?"
    if error.type == "Lost":
        return f"Your function was stopped for good: {error.message}."
    if error.type == "Flood":
        return "Your function was stopped because it put out megabytes of text: is there a print in a loop?"
    if error.type == "Unreadable":
        return "Your function returned something that cannot be read."
    if error.type == "NotImplementedError":
        return "Not attempted: your function raises NotImplementedError."
    message = f": {error.message}" if error.message else ""
    at = f" (line {error.line}{': ' + error.source if error.source else ''})" if error.line else ""
    return f"Your function stops with {error.type}{message}{at}."


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "one array"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
