"""What a mark depends on, as one key: equal keys, equal marks, so nothing has to be graded twice."""

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.intake import Intake, Template

_PACKAGES = ("numpy", "numba", "scipy", "nbgrader", "nbconvert", "nbclient", "nbformat", "ipykernel", "ipython")
# Files here that only present what is in the gradebook already.
_BOOKKEEPING: tuple[str, ...] = (
    "cli",
    "commands",
    "table",
    "class_report",
    "export",
    "late",
    "doctor",
    "self_test",
    "demo_class",
)
_BOOKKEEPING += (
    "regrade",
    "results",
    "store",
    "parallel",
    "grading",
    "keys",
    "writer",
    "progress",
    "roster",
    "late_plugin",
)


def environment_key(unit: str, seed: str, template: Template) -> str:
    """Digest all that the marks of a unit depend on besides the submission.

    These are the unit's checks and named mistakes, the code that runs them, the course's functions that serve as oracles,
    the marked cells, the seed, and the versions of Python and of the packages involved.

    Parameters
    ----------
    unit
        Name of the unit.
    seed
        Seed of the grading run.
    template
        The unit as the gradebook knows it.

    Returns
    -------
    str
    """
    digest = hashlib.sha256()
    for path in _code(unit):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    cells = [(cell.name, cell.cell_type, cell.source, cell.marks, cell.tags) for cell in template.cells]
    about = [unit, seed, platform.python_version(), platform.machine(), [_version(p) for p in _PACKAGES], cells]
    digest.update(json.dumps(about, sort_keys=True).encode())
    return digest.hexdigest()


def submission_key(intake: Intake, environment: str) -> str:
    """Digest a submission as it is graded, together with its environment."""
    digest = hashlib.sha256(environment.encode())
    digest.update(json.dumps([intake.notebook, str(intake.timestamp)], sort_keys=True).encode())
    for name, content in sorted(intake.extras.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _code(unit: str) -> list[Path]:
    here = Path(__file__).parent
    course = here.parent / "course"
    shared = [
        path
        for room in ("checks", "mistakes")
        for path in (here / room).glob("*.py")
        if path.stem == unit or not path.stem[:1].isdigit()
    ]
    own = [path for path in here.glob("*.py") if path.stem not in _BOOKKEEPING]
    rooms = [path for room in ("outside", "intake", "oracles") for path in (here / room).rglob("*.py")]
    oracles = [path for room in ("functional", "kernels", "vision") for path in (course / room).rglob("*.py")]
    return sorted([*shared, *own, *rooms, *oracles])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
