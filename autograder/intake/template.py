"""What a submission is held against: the marked cells of the unit as they were released."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import UsageError


@dataclass(frozen=True)
class Marked:
    """A cell that nbgrader knows: an exercise, a check, a locked demonstration, a task.

    Parameters
    ----------
    name
        Its grade_id.
    cell_type, source
        As released.
    marks
        The `nbgrader` metadata that belongs to it.
    tags
        Its tags, such as "demo".
    cell_id
        The id in the released notebook, which survives tools that throw metadata away.
    before
        The text of the cell in front of it, or "".
    """

    name: str
    cell_type: str
    source: str
    marks: dict[str, Any]
    tags: tuple[str, ...] = ()
    cell_id: str = ""
    before: str = ""

    @property
    def solution(self) -> bool:
        """Whether the student writes in it."""
        return bool(self.marks.get("solution"))

    @property
    def graded(self) -> bool:
        """Whether it gives points."""
        return bool(self.marks.get("grade") or self.marks.get("task"))

    @property
    def defines(self) -> tuple[str, ...]:
        """The names of the functions and classes that it defines."""
        return defined_in(self.source) if self.cell_type == "code" else ()


@dataclass(frozen=True)
class Template:
    """The marked cells of a unit in the order of the notebook, and its kernel."""

    unit: str
    cells: tuple[Marked, ...]
    kernel: dict[str, Any]

    @property
    def by_name(self) -> dict[str, Marked]:
        """The cells by grade_id."""
        return {cell.name: cell for cell in self.cells}

    @property
    def exercises(self) -> list[Marked]:
        """The cells that students write in."""
        return [cell for cell in self.cells if cell.solution]


def defined_in(source: str) -> tuple[str, ...]:
    """Return the functions and classes that a cell defines at its top level; () if it is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)))


def from_release(path: Path) -> Template:
    """Take the template from a released notebook.

    Parameters
    ----------
    path
        The notebook as students get it.

    Returns
    -------
    Template

    Raises
    ------
    UsageError
        If there is no such notebook.
    """
    if not path.is_file():
        raise UsageError(f"{path} is missing, so there is nothing to hold a submission against.")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    marked, before = [], ""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") and any(marks.get(key) for key in ("grade", "solution", "locked", "task")):
            tags = tuple(cell["metadata"].get("tags", ()))
            marked.append(Marked(marks["grade_id"], cell["cell_type"], source, marks, tags, cell.get("id", ""), before))
        before = source
    return Template(path.stem, tuple(marked), notebook["metadata"].get("kernelspec", {}))


def from_gradebook(gradebook: Any, unit: str, release: Template | None = None) -> Template:
    """Take the template from nbgrader's gradebook, which decides; the release lends order, tags and cell ids.

    Parameters
    ----------
    gradebook
        An open `nbgrader.api.Gradebook` that knows the unit.
    unit
        The name of the unit, which is that of its notebook.
    release
        The released notebook, where there is one.

    Returns
    -------
    Template
    """
    notebook = gradebook.find_notebook(unit, unit)
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    grade, task = ({cell.name for cell in cells} for cells in (notebook.grade_cells, notebook.task_cells))
    solution = {cell.name for cell in notebook.solution_cells}
    known = release.by_name if release else {}
    marked = []
    for source in notebook.source_cells:
        marks = {
            "grade": source.name in grade,
            "grade_id": source.name,
            "locked": source.locked,
            "schema_version": 3,
            "solution": source.name in solution,
            "task": source.name in task,
            "cell_type": source.cell_type,
            "checksum": source.checksum,
        }
        if source.name in points:
            marks["points"] = points[source.name]
        other = known.get(source.name)
        extra = (other.tags, other.cell_id, other.before) if other else ()
        marked.append(Marked(source.name, source.cell_type, source.source, marks, *extra))
    order = {name: i for i, name in enumerate(known)}
    marked.sort(key=lambda cell: order.get(cell.name, len(order)))
    return Template(unit, tuple(marked), json.loads(notebook.kernelspec or "{}"))
