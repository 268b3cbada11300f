"""Find a student's notebook among what lies in the folder of a submission, under whatever name."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.intake.read import Notebook, Unusable, read_notebook
from autograder.intake.repair import known_cells
from autograder.intake.template import Template

_COPY = re.compile(r"(?:[ _-]*\((\d+)\)|-Copy(\d+)|[ _-]+copy ?(\d*)|-(\d))$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.ipynb(?:\.(?:txt|json))?$", re.IGNORECASE)
_SKIPPED = {".ipynb_checkpoints", "__MACOSX", "__pycache__", ".git", ".virtual_documents"}
_DEEPEST = 4
_MOST_FILES = 2000


def regular_files(folder: Path) -> Iterator[Path]:
    """Yield the plain files below a folder: no links, no devices, nothing that programs leave behind."""
    seen = 0
    for where, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and depth < _DEEPEST)
        for name in sorted(names):
            path = Path(where) / name
            seen += 1
            if seen > _MOST_FILES:
                return
            try:
                if stat.S_ISREG(path.lstat().st_mode) and not name.startswith("._"):
                    yield path
            except OSError:
                continue


def is_notebook_name(name: str) -> bool:
    """Whether a file's name is that of a notebook, an ending added by a browser included."""
    return bool(_EXTENSION.search(name))


def without_copy_number(name: str) -> tuple[str, int]:
    """Take the ending and a number like the one in `name (1).ipynb` off a file's name.

    >>> without_copy_number("unit (2).ipynb"), without_copy_number("unit-Copy1.ipynb"), without_copy_number("unit.ipynb.txt")
    (('unit', 2), ('unit', 1), ('unit', 0))
    """
    stem = _EXTENSION.sub("", name)
    match = _COPY.search(stem)
    if not match:
        return stem, 0
    return stem[: match.start()], int(next((group for group in match.groups() if group), 1))


def find_notebook(folder: Path, template: Template) -> tuple[Path, Notebook, list[str]]:
    """Read the notebook of a submission.

    The file with the unit's own name is taken if it can be read and holds exercises of the unit; else the
    one that holds the most of them, a higher copy number first.

    Parameters
    ----------
    folder
        What was handed in.
    template
        The unit as released.

    Returns
    -------
    pathlib.Path, dict, list of str
        The file, the notebook, and what there is to say.

    Raises
    ------
    Unusable
        If there is none.
    """
    exact = folder / f"{template.unit}.ipynb"
    found = [path for path in regular_files(folder) if is_notebook_name(path.name)]
    if not found:
        if exact.is_symlink():
            raise Unusable(f"{exact.name} is a symbolic link, and links are not followed")
        others = sorted(path.name for path in regular_files(folder) if path.name != "timestamp.txt")
        beside = f"; there is {', '.join(others[:3])}" if others else ""
        raise Unusable(f"there is no {exact.name} in {folder.name}/{beside}")
    best: tuple[tuple[int, ...], Path, Notebook, list[str]] | None = None
    reasons: dict[Path, str] = {}
    for path in found[:50]:
        try:
            notebook, notes = read_notebook(path)
        except Unusable as reason:
            reasons[path] = str(reason)
            continue
        known = known_cells(notebook, template)
        answers = len(known & {cell.name for cell in template.exercises})
        stem, number = without_copy_number(path.name)
        rank: tuple[int, ...] = (bool(answers), path == exact, stem == template.unit, answers, len(known), number)
        if best is None or rank > best[0]:
            best = (rank, path, notebook, notes)
    if best is None:
        raise Unusable(reasons.get(exact) or next(iter(reasons.values())))
    best_rank, path, notebook, notes = best
    if not best_rank[0] and template.exercises:
        raise Unusable(f"{path.name} holds none of the {len(template.exercises)} exercises of {template.unit}")
    if path != exact:
        notes.append(f"the notebook was called {path.relative_to(folder)}")
        if exact in reasons:
            notes.append(f"it was taken because {reasons[exact]}")
    others = [other.relative_to(folder).as_posix() for other in found if other != path]
    if others:
        notes.append(f"{path.name} was graded, and not {', '.join(others[:3])}")
    return path, notebook, notes
