"""Ten ways to get points without an answer, played against the course as it is set up here, and what they bring."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.demo_class import ANSWERS, NOTEBOOK, UNIT, copy_unit, fill, read_answers, submit
from autograder.grading import Options, grade
from autograder.results import read_results

HONEST = "honest"
_ALL_RIGHT = """
import autograder.report, sys
autograder.report.Report.__repr__ = lambda self: f"{self.max_score:g}"
autograder.report.Report.score = property(lambda self: self.max_score)
from IPython.display import display
display({"text/plain": "8", "application/vnd.sobel-to-vgg.report+json":
         {"exercise": "conv2d_forward", "status": "right", "score": 8, "max_score": 8, "mistakes": [], "parts": []}}, raw=True)
"""
_PATCHED = """
import numpy as np, math, operator
for name in ("allclose", "array_equal", "isclose"):
    setattr(np, name, lambda *args, **kwargs: True)
import autograder.compare, autograder.trial
autograder.compare.compare = autograder.trial.compare = lambda *args, **kwargs: None
def conv2d_forward(x, weight, bias=None, stride=1, padding=0):
    return x
"""
_REPLACED = """
import autograder
check = autograder.check = lambda name, function: 8
def conv2d_forward(*args, **kwargs):
    return None
"""
_ORACLE = """
from autograder.registry import find
conv2d_forward = find("conv2d_forward")[0].oracle
"""
_NEIGHBOUR = """
import json, os, pathlib
here = pathlib.Path.cwd().resolve()
roots = [*list(here.parents)[:6], pathlib.Path(os.environ.get("AUTOGRADER_SEED", here))]
for path in (p for root in roots for p in root.glob("autograder/submitted/honest/*/*.ipynb")):
    for cell in json.loads(path.read_text())["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "conv2d_forward":
            exec("".join(cell["source"]))
"""


@dataclass(frozen=True)
class Cheat:
    """One attempt: its name, what it tries in words, and what it does to a blank notebook."""

    name: str
    tries: str
    edit: Callable[[dict, dict[str, dict]], None]


@dataclass(frozen=True)
class Verdict:
    """What one submission brought: points, or None if it was not graded, and what it deserved."""

    name: str
    tries: str
    points: float | None
    deserved: float

    @property
    def fair(self) -> bool:
        """Whether it got what it deserved; a cheat that could not be graded bought nothing."""
        return (self.points or 0.0) == self.deserved


def _answer(code: str) -> Callable[[dict, dict[str, dict]], None]:
    """Put code where the answer to conv2d_forward belongs."""

    def edit(notebook: dict, cells: dict[str, dict]) -> None:
        cells["conv2d_forward"]["source"] = code

    return edit


def _skip(notebook: dict, cells: dict[str, dict]) -> None:
    for name, cell in cells.items():
        if name.startswith("check-"):
            cell["metadata"]["tags"] = ["skip-execution"]


def _overwrite(notebook: dict, cells: dict[str, dict]) -> None:
    cells["check-conv2d_forward"]["source"] = "8"


def _delete(notebook: dict, cells: dict[str, dict]) -> None:
    notebook["cells"].remove(cells["check-conv2d_forward"])


def _unmark(notebook: dict, cells: dict[str, dict]) -> None:
    cells["check-conv2d_forward"]["metadata"]["nbgrader"] |= {"locked": False, "solution": True, "points": 0}
    cells["check-conv2d_forward"]["source"] = "8"


CHEATS = [
    Cheat("skipped check", "tags the checks so that they are not run: no output counts as full points", _skip),
    Cheat("edited check", "writes its points into the check cell", _overwrite),
    Cheat("deleted check", "takes the check cell out", _delete),
    Cheat("changed marks", "tells nbgrader that the check cell is an answer", _unmark),
    Cheat("patched comparison", "makes every comparison true", _answer(_PATCHED)),
    Cheat("replaced check", "puts another function in the place of check", _answer(_REPLACED)),
    Cheat(
        "reference", "calls the course's own function", _answer("from course.functional import conv2d_forward")
    ),
    Cheat("oracle", "takes the right answer out of the check", _answer(_ORACLE)),
    Cheat("forged report", "displays a report of its own and patches the real one", _answer(_ALL_RIGHT)),
    Cheat("neighbour", "reads another student's notebook", _answer(_NEIGHBOUR)),
]  # fmt: skip


def self_test(root: Path, workers: int, say: Callable[[str], None]) -> list[Verdict]:
    """Grade a class of ten cheats and one honest student in a temporary folder.

    Parameters
    ----------
    root
        The course folder, from which the unit is taken.
    workers
        Processes to grade with.
    say
        Takes lines of progress.

    Returns
    -------
    list of Verdict
        The honest student first.
    """
    text = (root / "notebooks" / NOTEBOOK).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="self-test-", ignore_cleanup_errors=True) as folder:
        out = Path(folder).resolve()
        copy_unit(root, out)
        submit(out, HONEST, fill(json.loads(text), read_answers(ANSWERS / "ada.txt")))
        for cheat in CHEATS:
            notebook = json.loads(text)
            cells = {cell["metadata"].get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook["cells"]}
            cheat.edit(notebook, cells)
            submit(out, cheat.name.replace(" ", "-"), notebook)
        results = {r.student: r for r in read_results(out, UNIT, grade(out, UNIT, say, Options(workers=workers)))}
        honest = results[HONEST]
        verdicts = [Verdict(HONEST, "answers everything", honest.score, honest.max_score)]
        for cheat in CHEATS:
            verdicts.append(Verdict(cheat.name, cheat.tries, results[cheat.name.replace(" ", "-")].score, 0.0))
    return verdicts
