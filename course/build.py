"""Make a unit's two notebooks from its source: the solved one, and through nbgrader the one that students get.

The source is `solutions/NN_name.py` in jupytext's py:percent format; `docs/authors.md` explains its markers. nbgrader runs as a
separate program, because the library must not depend on the autograder that sits above it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

UNITS = "[0-9][0-9]_*"
MARKERS = ("solution", "check", "points", "tags", "jupyter")
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class BuildError(ValueError):
    """What an author has to mend, in one sentence."""


def build(root: Path, units: Iterable[str] | None = None) -> list[Path]:
    """Write the solved and the released notebook of each unit; a unit that cannot be built leaves every file as it was.

    Parameters
    ----------
    root : the repository, with `solutions/` and `autograder/nbgrader_config.py`
    units : names such as "03_convolution"; all of them if None

    Returns
    -------
    list of Path : the notebooks written, `solutions/NN_name/NN_name.ipynb` and `notebooks/NN_name/NN_name.ipynb`

    Raises
    ------
    BuildError : an unknown unit, a marker that makes no sense, or a program that is not installed
    """
    made = _make(root, units)
    for path, content in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    return list(made)


def check_current(root: Path, units: Iterable[str] | None = None) -> list[Path]:
    """Build in memory and say which files in the repository differ from that, are missing, or have no source.

    Parameters
    ----------
    root, units : as for `build`; files without a source are looked for when `units` is None

    Returns
    -------
    list of Path : the stale files, sorted; empty if all is current

    Raises
    ------
    BuildError : as for `build`
    """
    made = _make(root, units)
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    if units is None:  # nbgrader hands students every file beside a solved notebook, so nothing else may lie there
        folders = [folder for kind in ("solutions", "notebooks") for folder in (root / kind).glob(UNITS)]
        there = (file for folder in folders for file in folder.rglob("*") if file.is_file())
        stale += [file for file in there if file not in made and ".ipynb_checkpoints" not in file.parts]
    return sorted(stale)


def unit_names(root: Path) -> list[str]:
    """The names of all units, in their order."""
    return sorted(source.stem for source in (root / "solutions").glob(f"{UNITS}.py"))


def _make(root: Path, units: Iterable[str] | None) -> dict[Path, bytes]:
    """The content of every notebook to be built, by its path."""
    known = unit_names(root)
    names = known if units is None else list(dict.fromkeys(units))
    for name in names:
        if name not in known:
            raise BuildError(f"There is no unit {name!r}; solutions/ has {', '.join(known) or 'none'}.")
    if not names:
        return {}
    solved = {name: _solved(root / "solutions" / f"{name}.py") for name in names}
    released = _released(root, solved)
    return {
        root / kind / name / f"{name}.ipynb": notebooks[name]
        for name in names
        for kind, notebooks in (("solutions", solved), ("notebooks", released))
    }


def _solved(source: Path) -> bytes:
    """The solved notebook of one source: full nbgrader metadata, cell ids that never change by themselves, no outputs."""
    try:
        import jupytext
    except ImportError:
        raise BuildError('jupytext is not installed; run: pip install "sobel-to-vgg[author]"') from None
    try:
        notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    except (ValueError, nbformat.ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise BuildError(f"{source.name}: jupytext cannot read it ({reason}).") from None
    notebook.metadata = nbformat.from_dict(KERNEL)
    demos = 0
    cells: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"{source.stem}, cell {number} ({_first_line(cell.source)})"
        demos += "demo" in cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict(_metadata(cell, where, f"demo-{demos}"))
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"{source.stem}-{number:03d}")
        if cell.id in cells:
            raise BuildError(f"{where}: cell {cells[cell.id]} is called {cell.id!r} too; names must differ.")
        cells[cell.id] = number
    graded = {cell.id.removeprefix("check-") for cell in notebook.cells if _says(cell, "grade")}
    exercises = {cell.id for cell in notebook.cells if _says(cell, "solution")}
    for name in sorted(graded ^ exercises):
        have, need = ("check", "solution") if name in graded else ("solution", "check")
        raise BuildError(f'{source.stem}: {have}="{name}" has no cell marked {need}="{name}".')
    return _as_bytes(notebook)


def _metadata(cell: Any, where: str, demo_id: str) -> dict[str, Any]:
    """What a cell's short markers stand for: its tags, and in full what nbgrader wants to know.

    nbgrader knows a cell by its grade_id for as long as there are submissions, so no edit may change one: an exercise keeps its
    own name, its check has "check-" in front, and demos are counted.
    """
    marks = {name: value for name, value in cell.metadata.items() if name != "lines_to_next_cell"}
    for name, value in marks.items():
        if name not in MARKERS:
            unread = name in ("title", "incorrectly_encoded_metadata")  # jupytext's names for words it could not place
            found = value if unread else name
            raise BuildError(f"{where}: {found!r} is not a marker; there are {', '.join(MARKERS)}.")
    solution, check, points = (marks.pop(name, None) for name in ("solution", "check", "points"))
    demo = "demo" in marks.get("tags", [])
    for wrong, sentence in _rules(cell, solution, check, points, demo):
        if wrong:
            raise BuildError(f"{where}: {sentence}")
    if solution or check or demo:
        marks["nbgrader"] = {
            "grade": bool(check),
            "grade_id": solution or (f"check-{check}" if check else demo_id),
            "locked": not solution,
            "schema_version": 3,
            "solution": bool(solution),
            "task": False,
        } | ({"points": points} if check else {})
    return marks


def _rules(cell: Any, solution: Any, check: Any, points: Any, demo: bool) -> list[tuple[bool, str]]:
    """What can be wrong with a cell's markers: whether it is, and the sentence that says so."""
    regions = re.findall(r"^ *### (BEGIN|END) SOLUTION$", cell.source, re.MULTILINE)
    names = [name for name in (solution, check) if name is not None]
    bad_names = [name for name in names if not (isinstance(name, str) and re.fullmatch(r"[a-zA-Z]\w{,49}", name, re.A))]
    call = rf"\bcheck\(\s*['\"]{re.escape(str(check))}['\"]"
    return [
        (len(names) + demo > 1, "a cell is only one of solution, check and demo."),
        (
            bool(bad_names),
            f"{', '.join(map(repr, bad_names))} cannot name an exercise; use its function's name in double quotes.",
        ),
        (bool(names) and cell.cell_type != "code", "solution and check belong on code cells."),
        (
            solution is not None and not (regions and regions == ["BEGIN", "END"] * (len(regions) // 2)),
            "a solution stands between the lines '### BEGIN SOLUTION' and '### END SOLUTION', and needs both.",
        ),
        (
            solution is None and "BEGIN SOLUTION" in cell.source,
            'a solution stands in a cell that is not marked solution="...", so students would get it.',
        ),
        (check is None and points is not None, "only a check has points."),
        (
            check is not None and not (type(points) in (int, float) and points > 0),
            "a check needs its points, such as points=8.",
        ),
        (
            check is not None and not re.search(call, cell.source),
            f'the cell is marked check="{check}" but does not call check("{check}", ...).',
        ),
    ]


def _released(root: Path, solved: dict[str, bytes]) -> dict[str, bytes]:
    """What nbgrader's generate_assignment makes of solved notebooks, all in one run and in a folder of its own."""
    if importlib.util.find_spec("nbgrader") is None:
        raise BuildError('nbgrader is not installed; run: pip install "sobel-to-vgg[author]"')
    config = (root / "autograder" / "nbgrader_config.py").resolve()
    if not config.is_file():
        raise BuildError(f"{root} is not the course's repository: it has no autograder/nbgrader_config.py.")
    with tempfile.TemporaryDirectory(prefix="course-build-") as folder:
        desk = Path(folder).resolve()
        for name, content in solved.items():
            (desk / "solutions" / name).mkdir(parents=True)
            (desk / "solutions" / name / f"{name}.ipynb").write_bytes(content)
        # Its option is spelt in full: nbgrader 0.9.6 takes a plain --config for a mistake, and goes on without.
        command = [sys.executable, "-m", "nbgrader", "generate_assignment", "--assignment=*", "--no-db"]
        command += [f"--JupyterApp.config_file={config}", f"--CourseDirectory.root={desk}"]
        command += ["--CourseDirectory.source_directory=solutions", "--CourseDirectory.release_directory=notebooks"]
        # The root's own autograder, and nothing of what this machine's user has set up for nbgrader.
        paths = os.pathsep.join(filter(None, [str(root.resolve()), os.environ.get("PYTHONPATH")]))
        settings = {"PYTHONPATH": paths, "JUPYTER_CONFIG_DIR": folder, "JUPYTER_NO_CONFIG": "1"}
        settings["TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR"] = "1"  # or a broken one would be passed over
        run = subprocess.run(command, cwd=desk, env=os.environ | settings, capture_output=True, text=True)
        if run.returncode != 0:
            lines = run.stderr.strip().splitlines() or ["it says nothing"]
            reason = next((line for line in lines if re.match(r"\s*[\w.]+(Error|Exception): ", line)), lines[-1])
            raise BuildError(f"nbgrader could not make the release: {reason.strip()}")
        released = {name: desk / "notebooks" / name / f"{name}.ipynb" for name in solved}
        return {name: _as_bytes(nbformat.read(path, as_version=4)) for name, path in released.items()}


def _as_bytes(notebook: Any) -> bytes:
    """A valid notebook as a file: keys sorted, one line feed at the end, the same on every machine."""
    nbformat.validate(notebook)
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode("utf-8")


def _says(cell: Any, key: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(key))


def _first_line(source: str) -> str:
    line = next(iter(source.splitlines()), "empty")
    return line if len(line) <= 40 else line[:37] + "..."
