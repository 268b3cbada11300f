"""Build a class of five fictitious students from the released notebook and the answers in `demo/`."""

import json
import re
import shutil
from pathlib import Path

from autograder.errors import UsageError

UNIT = "04_convolution_layer"
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
    notebook = Path(UNIT) / f"{UNIT}.ipynb"
    source, release = root / "solutions" / notebook, root / "notebooks" / notebook
    for path in (source, release):
        if not path.is_file():
            raise UsageError(f"{path} is missing: `course build` writes it.")
    if out.exists() and any(out.iterdir()):
        if not (out / _MARK).is_file():
            raise UsageError(f"{out} is not empty and not a demo class: choose another folder with --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("Made by `course-grade demo`, which replaces this folder.\n", encoding="utf-8")
    _copy(source, out / "solutions" / notebook)
    _copy(release, out / "notebooks" / notebook)
    for answers in sorted(ANSWERS.glob("*.txt")):
        submission = out / "autograder" / "submitted" / answers.stem / notebook
        submission.parent.mkdir(parents=True)
        filled = fill(json.loads(release.read_text(encoding="utf-8")), read_answers(answers))
        submission.write_text(json.dumps(filled, indent=1), encoding="utf-8")


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


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    shutil.copyfile(source, target)
