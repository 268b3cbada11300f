"""Find an exercise and its mistakes by name, in `checks/NN_unit.py` and `mistakes/NN_unit.py`."""

import difflib
import importlib.util
import traceback
from functools import cache
from pathlib import Path
from types import ModuleType

from autograder.errors import CheckBugError, UsageError
from autograder.exercise import Exercise, Mistake

HERE = Path(__file__).parent


def find(name: str) -> tuple[Exercise, list[Mistake]]:
    """Return an exercise and its named wrong solutions.

    Parameters
    ----------
    name
        The exercise's name, which is the function's name.

    Returns
    -------
    tuple of Exercise and list of Mistake

    Raises
    ------
    UsageError
        If there is no such exercise; the message holds the known names.
    """
    known = {exercise.name: (unit, exercise) for unit in units() for exercise in exercises(unit)}
    if name not in known:
        close = difflib.get_close_matches(str(name), known, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"There is no check named {name!r}.{hint} Known names: {', '.join(sorted(known))}.")
    unit, exercise = known[name]
    return exercise, mistakes(unit).get(name, [])


def units() -> list[str]:
    """Return the names of all units that have checks, such as "04_convolution_layer"."""
    return sorted(path.stem for path in (HERE / "checks").glob("[0-9]*.py"))


def exercises(unit: str) -> list[Exercise]:
    """Return a unit's exercises in order."""
    return list(part("checks", unit).EXERCISES)


def mistakes(unit: str) -> dict[str, list[Mistake]]:
    """Return a unit's named wrong solutions by the name of the exercise."""
    return dict(part("mistakes", unit).MISTAKES)


@cache
def part(room: str, unit: str) -> ModuleType:
    """Load a unit's file by its path: a name that starts with digits cannot be imported.

    Parameters
    ----------
    room
        "checks" or "mistakes".
    unit
        Name of the unit.

    Returns
    -------
    module

    Raises
    ------
    CheckBugError
        If there is no such file, or it cannot be loaded.
    """
    path = HERE / room / f"{unit}.py"
    spec = importlib.util.spec_from_file_location(f"autograder.{room}.unit_{unit}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise CheckBugError(f"Unit {unit} has no file {room}/{unit}.py.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else 0
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise CheckBugError(
            f"The checks of {unit} are broken: {room}/{path.name}, line {line}, stopped with {said}."
        ) from error
    return module
