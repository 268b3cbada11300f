"""A small course in a temporary folder: one unit with two exercises, solved, and submissions made from its release."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = "04_small"
COUNT = """def conv2d_parameters(in_channels, out_channels, kernel_size, bias=True):
    ### BEGIN SOLUTION
    kh, kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return out_channels * (in_channels * kh * kw + bias)
    ### END SOLUTION"""
FILTERS = """def design_filters():
    ### BEGIN SOLUTION
    weight = np.zeros((3, 3, 3, 3))
    weight[0, :, 1, 1] = 1 / 3
    weight[1] = np.outer([1, 2, 1], [-1, 0, 1]) / 12
    weight[2, 0, 1, 1], weight[2, 2, 1, 1] = 1, -1
    return weight
    ### END SOLUTION"""


class SmallCourse:
    """The folder, and what a test does with it."""

    def __init__(self, root: Path) -> None:
        self.root, self.unit = root, UNIT
        cells = [
            cell("import numpy as np\nfrom autograder import check", "setup"),
            cell("raise RuntimeError('a demo is not run when grading')", "demo-1", locked=True, tags=["demo"]),
            cell(COUNT, "conv2d_parameters", solution=True),
            cell('check("conv2d_parameters", conv2d_parameters)', "check-conv2d_parameters", grade=True, points=2),
            cell(FILTERS, "design_filters", solution=True),
            cell('check("design_filters", design_filters)', "check-design_filters", grade=True, points=4),
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        self.source = write(root / "solutions" / UNIT / f"{UNIT}.ipynb", notebook)

    def nbgrader(self, *arguments: str, module: str = "autograder.quickly") -> subprocess.CompletedProcess[str]:
        config = Path(sys.modules["autograder"].__file__).parent / "nbgrader_config"
        command = [sys.executable, "-m", module, *arguments, f"--JupyterApp.config_file={config}"]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=300)

    @property
    def released(self) -> dict:
        return json.loads((self.root / "notebooks" / UNIT / f"{UNIT}.ipynb").read_text())

    def submit(self, student: str, notebook: dict) -> None:
        write(self.root / "autograder" / "submitted" / student / UNIT / f"{UNIT}.ipynb", notebook)

    def graded(self, student: str) -> str:
        return (self.root / "autograder" / "autograded" / student / UNIT / f"{UNIT}.ipynb").read_text()

    def feedback(self, student: str) -> str:
        return (self.root / "autograder" / "feedback" / student / UNIT / f"{UNIT}.html").read_text()


def cell(source: str, name: str, **marks) -> dict:
    metadata: dict = {}
    if tags := marks.pop("tags", None):
        metadata["tags"] = tags
    if marks:
        defaults = {"grade": False, "solution": False, "locked": bool(marks.get("grade")), "task": False}
        metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, **defaults, **marks}
    body = {"cell_type": "code", "id": name, "metadata": metadata, "source": source}
    return body | {"outputs": [], "execution_count": None}


def write(path: Path, notebook: dict) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


@pytest.fixture
def small_course(tmp_path: Path) -> SmallCourse:
    pytest.importorskip("nbgrader")
    return SmallCourse(tmp_path)


@pytest.fixture(scope="session")
def make_course() -> type[SmallCourse]:
    """The same for whoever wants to share one among tests: make_course(folder)."""
    pytest.importorskip("nbgrader")
    return SmallCourse
