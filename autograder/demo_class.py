"""Build a class of five fictitious students from the released notebook and the answers in `demo/`."""

import json
import re
import shutil
from pathlib import Path

from autograder.errors import UsageError

UNIT = "04_convolution_layer"
NOTEBOOK = Path(UNIT) / f"{UNIT}.ipynb"
ANSWERS = Path(__file__).parent / "demo" / UNIT
_MARK = ".demo-class"


def build_demo_class(root: Path, out: Path) -> None:
    """Make a course folder with the unit and five submissions of it.

    Parameters
    ----------
    root
        The real course folder, with the unit's solved and released notebooks.
    out
        The folder to make; an earlier demo class in it is replaced.

    Raises
    ------
    UsageError
        If a notebook is missing or `out` holds something else.
    """
    release = root / "notebooks" / NOTEBOOK
    _require(root)
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).is_file():
            raise UsageError(f"{out} is not empty and not a demo class: choose another folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("Made by `course-grade demo`, which replaces this folder.\n", encoding="utf-8")
    copy_unit(root, out)
    for answers in sorted(ANSWERS.glob("*.txt")):
        submit(out, answers.stem, fill(json.loads(release.read_text(encoding="utf-8")), read_answers(answers)))


def copy_unit(root: Path, out: Path) -> None:
    """Copy the unit, solved and released, from the course in `root` to a course folder in `out`."""
    _require(root)
    for room in ("solutions", "notebooks"):
        target = out / room / NOTEBOOK
        target.parent.mkdir(parents=True)
        shutil.copyfile(root / room / NOTEBOOK, target)


def submit(out: Path, student: str, notebook: dict) -> None:
    """Hand in a notebook in the course folder `out`."""
    path = out / "autograder" / "submitted" / student / NOTEBOOK
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def read_answers(path: Path) -> dict[str, str]:
    """Read a student's answers: below each line `# %% NAME` stands the code for that exercise.

    They are text files, not modules: what students write need not be right, nor even be Python.
    """
    parts = re.split(r"^# %% (\w+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: code.strip() for name, code in zip(parts[1::2], parts[2::2], strict=True)}


def fill(notebook: dict, answers: dict[str, str]) -> dict:
    """Put answers into a notebook's solution cells, found by their grade_id.

    Parameters
    ----------
    notebook
        The notebook as JSON; it is modified and returned.
    answers
        Code by exercise; an exercise that is not in it stays as released.

    Raises
    ------
    UsageError
        If the notebook has no solution cell for one of the answers.
    """
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    for name, code in answers.items():
        if name not in cells:
            raise UsageError(f"The released notebook has no solution cell named {name}.")
        cells[name]["source"] = code
    return notebook


def _require(root: Path) -> None:
    for room in ("solutions", "notebooks"):
        if not (root / room / NOTEBOOK).is_file():
            raise UsageError(f"{root / room / NOTEBOOK} is missing: `course build` writes it.")
