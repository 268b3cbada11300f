"""The released unit 04, its template, and a folder to hand things in."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.intake import Intake, Template, take_in
from autograder.intake.template import from_release

UNIT = "04_convolution_layer"
RELEASE = Path(__file__).parents[3] / "notebooks" / UNIT / f"{UNIT}.ipynb"
_NOTEBOOK = json.loads(RELEASE.read_text(encoding="utf-8"))


@pytest.fixture
def released() -> dict:
    return copy.deepcopy(_NOTEBOOK)


@pytest.fixture(scope="session")
def template() -> Template:
    return from_release(RELEASE)


@pytest.fixture
def by_name(released: dict) -> dict[str, dict]:
    """The marked cells of `released` by grade_id; editing them edits it."""
    return {c["metadata"]["nbgrader"]["grade_id"]: c for c in released["cells"] if "nbgrader" in c["metadata"]}


@pytest.fixture
def hand_in(tmp_path: Path, template: Template) -> Callable[..., Intake]:
    """hand_in({name: notebook or bytes}) -> what the intake makes of it; it has checked that no file was touched."""

    def take(files: dict[str, dict | bytes] | dict) -> Intake:
        if "cells" in files:
            files = {f"{UNIT}.ipynb": files}
        folder = tmp_path / "submitted" / "ada" / UNIT
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        intake = take_in(folder, template)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
        return intake

    return take


@pytest.fixture
def marks() -> Callable[[dict], list[tuple]]:
    """What grading sees of a notebook: the marked cells in order, with type, text, marks and tags."""

    def read(notebook: dict) -> list[tuple]:
        return [
            (c["cell_type"], "".join(c["source"]), dict(c["metadata"]["nbgrader"]), c["metadata"].get("tags"))
            for c in notebook["cells"]
            if "nbgrader" in c["metadata"]
        ]

    return read
