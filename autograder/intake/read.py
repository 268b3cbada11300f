"""Read a notebook that anything may have happened to: other encodings, old formats, broken values."""

import json
import re
from pathlib import Path
from typing import Any

from autograder.intake.thin import TooMuch, read_thin

Notebook = dict[str, Any]
_CELL_TYPES = ("code", "markdown", "raw")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unusable(ValueError):
    """A submission that cannot be graded; the message says why, to stand after the student's name."""


def read_notebook(path: Path) -> tuple[Notebook, list[str]]:
    """Read a notebook file into a dict of the current format, without outputs.

    Parameters
    ----------
    path
        The file; it is only read.

    Returns
    -------
    dict, list of str
        The notebook: cells have a type, a source that is one string, and metadata that is a dict; and what
        was mended on the way.

    Raises
    ------
    Unusable
        If it is no notebook.
    """
    try:
        text = read_thin(path)
    except TooMuch as error:
        raise Unusable(f"{path.name} is not a notebook that can be read: {error}") from error
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read ({error.strerror})") from error
    notes = []
    if len(text) < path.stat().st_size - 1_000_000:
        notes.append(f"{path.stat().st_size / 1e6:.0f} MB of saved output were left out")
    content = _parse(path.name, text, notes)
    cells = _cells(path.name, content, notes)
    good = tidy_cells(cells)
    if len(good) < len(cells):
        notes.append(f"{len(cells) - len(good)} things in the list of cells are no cells; they were left out")
    metadata = content.get("metadata")
    return {
        "cells": good,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }, notes


def tidy_cells(cells: list[Any]) -> list[dict[str, Any]]:
    """Keep of a list of cells those that are cells, each part of them of the right type, and no outputs."""
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _parse(name: str, text: bytes, notes: list[str]) -> dict[str, Any]:
    if not text.strip():
        raise Unusable(f"{name} is empty")
    if text[:2] == b"PK":
        raise Unusable(f"{name} is not a notebook (it is a ZIP archive)")
    encoding = next((encoding for mark, encoding in _MARKS if text.startswith(mark)), "utf-8")
    try:
        content = json.loads(text.decode(encoding))
    except UnicodeDecodeError:
        content = _parse_latin(name, text)
        encoding = "latin-1"
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{name} is not a notebook (it is no valid JSON)") from error
    if encoding != "utf-8":
        notes.append(f"the file was not UTF-8 but {encoding}")
    if not isinstance(content, dict):
        raise Unusable(f"{name} is not a notebook (its JSON is a {type(content).__name__})")
    return content


def _parse_latin(name: str, text: bytes) -> Any:
    """Read a file that some editor saved in its own encoding; Latin-1 knows every byte."""
    try:
        return json.loads(text.decode("latin-1"))
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{name} is not a notebook (it is no valid JSON)") from error


def _cells(name: str, content: dict[str, Any], notes: list[str]) -> list[Any]:
    cells = content.get("cells")
    if not isinstance(cells, list) and isinstance(content.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [_upgrade(cell) for sheet in sheets if isinstance(sheet, list) for cell in sheet]
        notes.append(f"the notebook was in the old format {content.get('nbformat', 3)}; it was converted")
    if not isinstance(cells, list) or not cells:
        raise Unusable(f"{name} is not a notebook with cells in it")
    return cells


def _upgrade(cell: Any) -> Any:
    """Turn a cell of format 3 into one of format 4."""
    if not isinstance(cell, dict):
        return cell
    if cell.get("cell_type") == "code":
        return {**cell, "source": cell.get("input", cell.get("source", ""))}
    if cell.get("cell_type") == "heading":
        level = cell.get("level", 1)
        marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
        return {**cell, "cell_type": "markdown", "source": f"{marks} {_text(cell.get('source'))}"}
    return cell


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """Keep of a cell what grading needs, each part of the right type; outputs are not among it."""
    kind = cell.get("cell_type")
    metadata = cell.get("metadata")
    body: dict[str, Any] = {
        "cell_type": kind if kind in _CELL_TYPES else "raw",
        "id": cell["id"] if isinstance(cell.get("id"), str) else "",
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": _text(cell.get("source")),
    }
    if kind == "code":
        body |= {"outputs": [], "execution_count": None}
    return body


def _text(source: Any) -> str:
    """Join the lines of a source; half characters, which no file can hold, become question marks."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return re.sub(r"\r\n?", "\n", source).encode("utf-8", "replace").decode("utf-8")
