"""Put a submitted notebook back into the form that was released, and leave the student's work as it is."""

import ast
import re
from collections import Counter
from typing import Any

from autograder.intake.read import Notebook
from autograder.intake.template import Marked, Template, defined_in

Cell = dict[str, Any]
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def repair(notebook: Notebook, template: Template) -> tuple[Notebook, list[str]]:
    """Rebuild the marked cells of a notebook.

    Every cell's metadata are made anew: what nbgrader has to know comes from the template, and everything
    else, tags that keep a cell from being run among it, is dropped.

    Parameters
    ----------
    notebook
        What `read_notebook` returns; it is not modified.
    template
        The unit as released.

    Returns
    -------
    dict, list of str
        The notebook to grade, and what was done to it.
    """
    notes: list[str] = []
    cells = [{**cell, "metadata": {}} for cell in notebook["cells"]]
    names = _names(notebook["cells"], template, notes)
    cells, names = _join_splits(cells, names, template, notes)
    cells, names = _one_of_each(cells, names, template, notes)
    _restore(cells, names, template, notes)
    cells, names = _put_back(cells, names, template, notes)
    cells, names = _checks_behind(cells, names, template, notes)
    _tidy(cells, names, template)
    metadata = {"kernelspec": template.kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, notes


def known_cells(notebook: Notebook, template: Template) -> set[str]:
    """Return the names of the template's cells that a notebook still holds."""
    return {name for name in _names(notebook["cells"], template, []) if name}


def unanswered(notebook: Notebook, template: Template) -> list[str]:
    """Return the exercises of a repaired notebook that stand as they were released."""
    sources = {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in notebook["cells"] if _named(cell)}
    return [cell.name for cell in template.exercises if sources.get(cell.name, "").strip() == cell.source.strip()]


def _named(cell: Cell) -> bool:
    return "nbgrader" in cell["metadata"]


def _names(cells: list[Cell], template: Template, notes: list[str]) -> list[str]:
    """Say of each cell which marked cell it is, or ""; by its mark, else by id, text, function, or neighbour."""
    known = template.by_name
    names = [_mark(cell) if _mark(cell) in known else "" for cell in cells]
    found: dict[int, str] = {}
    for wanted in template.cells:
        if wanted.name in names:
            continue
        free = [i for i, name in enumerate(names) if not name and i not in found]
        for same in _SIGNS:
            i = next((i for i in free if same(cells[i], wanted, cells[i - 1]["source"] if i else "")), None)
            if i is not None:
                found[i] = wanted.name
                break
    if found:
        notes.append(f"the marks of {len(found)} cells were lost and were put back")
    return [found.get(i, name) for i, name in enumerate(names)]


def _mark(cell: Cell) -> str:
    marks = cell["metadata"].get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else ""


def _same_id(cell: Cell, wanted: Marked, before: str) -> bool:
    return bool(wanted.cell_id) and cell["id"] == wanted.cell_id


def _same_text(cell: Cell, wanted: Marked, before: str) -> bool:
    return bool(wanted.source.strip()) and _squeeze(cell["source"]) == _squeeze(wanted.source)


def _same_function(cell: Cell, wanted: Marked, before: str) -> bool:
    names = wanted.defines
    return wanted.solution and cell["cell_type"] == "code" and bool(names) and names[-1] in defined_in(cell["source"])


def _same_place(cell: Cell, wanted: Marked, before: str) -> bool:
    return wanted.solution and bool(wanted.before.strip()) and _squeeze(before) == _squeeze(wanted.before)


_SIGNS = (_same_id, _same_text, _same_function, _same_place)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _join_splits(
    cells: list[Cell], names: list[str], template: Template, notes: list[str]
) -> tuple[list[Cell], list[str]]:
    """Join neighbours that one exercise was split into, where the parts alone are no Python but together they are."""
    joined: list[Cell] = []
    kept: list[str] = []
    for cell, name in zip(cells, names, strict=True):
        if name and kept and kept[-1] == name and template.by_name[name].solution and cell["cell_type"] == "code":
            whole = joined[-1]["source"] + "\n" + cell["source"]
            if _is_python(whole) and not (_is_python(joined[-1]["source"]) and _is_python(cell["source"])):
                joined[-1] = {**joined[-1], "source": whole}
                notes.append(f"the cell {name} was split in two and was joined again")
                continue
        joined.append(cell)
        kept.append(name)
    return joined, kept


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _one_of_each(
    cells: list[Cell], names: list[str], template: Template, notes: list[str]
) -> tuple[list[Cell], list[str]]:
    """Of several cells with one name keep the last that was worked on; drop copies without work of their own."""
    places: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name:
            places.setdefault(name, []).append(i)
    drop: set[int] = set()
    names = list(names)
    for name, found in places.items():
        if len(found) == 1:
            continue
        wanted = template.by_name[name]
        worked_on = [i for i in found if _squeeze(cells[i]["source"]) not in _squeeze(wanted.source)]
        keep = worked_on[-1] if wanted.solution and worked_on else found[-1]
        for i in found:
            if i != keep:
                names[i] = ""
                if i not in worked_on:  # a copy as released, or a piece of one
                    drop.add(i)
        notes.append(f"the cell {name} stood there {len(found)} times; one was kept for the marks")
    return (
        [cell for i, cell in enumerate(cells) if i not in drop],
        [name for i, name in enumerate(names) if i not in drop],
    )


def _restore(cells: list[Cell], names: list[str], template: Template, notes: list[str]) -> None:
    """Give locked cells their text and all marked cells their type back."""
    for cell, name in zip(cells, names, strict=True):
        if not name:
            continue
        wanted = template.by_name[name]
        if cell["cell_type"] != wanted.cell_type:
            cell["cell_type"] = wanted.cell_type
            notes.append(f"the type of the cell {name} was changed; it is {wanted.cell_type} again")
        if not wanted.solution and cell["source"] != wanted.source:
            if cell["source"].strip() != wanted.source.strip():
                notes.append(f"the locked cell {name} was edited; the original was run")
            cell["source"] = wanted.source


def _put_back(
    cells: list[Cell], names: list[str], template: Template, notes: list[str]
) -> tuple[list[Cell], list[str]]:
    """Insert missing cells behind the marked cell that stands before them in the release."""
    cells, names = list(cells), list(names)
    previous: str = ""
    for wanted in template.cells:
        if wanted.name not in names:
            place = names.index(previous) + 1 if previous else 0
            cells.insert(place, {"cell_type": wanted.cell_type, "id": "", "metadata": {}, "source": wanted.source})
            names.insert(place, wanted.name)
            notes.append(f"the cell {wanted.name} was missing and was put back")
        previous = wanted.name
    return cells, names


def _checks_behind(
    cells: list[Cell], names: list[str], template: Template, notes: list[str]
) -> tuple[list[Cell], list[str]]:
    """Move a check that stands above its exercise to where it belongs: right behind it."""
    pairs = list(zip(cells, names, strict=True))
    exercise = ""
    for wanted in template.cells:
        if wanted.solution:
            exercise = wanted.name
        elif wanted.graded and exercise:
            order = [name for _, name in pairs]
            check, answer = order.index(wanted.name), order.index(exercise)
            if check < answer:
                pairs.insert(answer, pairs.pop(check))
                notes.append(f"the cell {wanted.name} stood above its exercise and was moved behind it")
    return [cell for cell, _ in pairs], [name for _, name in pairs]


def _tidy(cells: list[Cell], names: list[str], template: Template) -> None:
    """Write the metadata, give every cell an id of its own, and a code cell its empty outputs."""
    used: Counter[str] = Counter()
    for i, (cell, name) in enumerate(zip(cells, names, strict=True)):
        metadata: dict[str, Any] = {}
        if name:
            wanted = template.by_name[name]
            metadata["nbgrader"] = dict(wanted.marks)
            if wanted.tags:
                metadata["tags"] = list(wanted.tags)
        cell["metadata"] = metadata
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        if not _ID.fullmatch(cell["id"]) or used[cell["id"]]:
            cell["id"] = next(new for n in range(i, i + 10**6) if not used[new := f"cell-{n}"])
        used[cell["id"]] += 1
