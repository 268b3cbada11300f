"""Every unit as students and instructors get it: no solution in the release, and each cell runs as far as it should."""

import ast
import builtins
import copy
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SHORTEST = 6  # characters; shorter lines of a solution, such as "pass" or ")", tell nothing


def leaked_lines(solved: nbformat.NotebookNode, release: nbformat.NotebookNode) -> list[str]:
    """The lines of the solutions that a release shows although the rest of the unit does not."""
    visible, secret = [], []
    for cell in solved.cells:
        inside = False
        for line in cell.source.splitlines():
            if "### BEGIN SOLUTION" in line or "### END SOLUTION" in line:
                inside = "BEGIN" in line
            else:
                (secret if inside else visible).append(line.strip())
    shown, allowed = "\n".join(cell.source for cell in release.cells), "\n".join(visible)
    return [line for line in secret if len(line) >= SHORTEST and line in shown and line not in allowed]


def run(notebook: nbformat.NotebookNode, folder: Path, status: str) -> tuple[nbformat.NotebookNode, str]:
    """Execute a copy of a notebook in which every check has to answer `status`; also the name of the error that ended it, or ""."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = expecting(status, cell.source)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except CellExecutionError as error:
        assert error.ename == "NotImplementedError", str(error)
        return notebook, error.ename
    return notebook, ""


def expecting(status: str, source: str) -> str:
    """A check cell that fails unless its report, the cell's last expression, has the status."""
    *before, last = ast.parse(source).body
    assert isinstance(last, ast.Expr), "a check cell ends with check(...)"
    lines = [ast.unparse(statement) for statement in before]
    lines += [f"_report = {ast.unparse(last.value)}", f"assert _report.status == {status!r}, _report.text"]
    return "\n".join(lines)


def is_solution(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def test_the_leak_finder_finds_leaks(sample_root: Path) -> None:
    solved, release = (
        nbformat.read(sample_root / kind / "00_sample/00_sample.ipynb", as_version=4)
        for kind in ("solutions", "notebooks")
    )
    assert leaked_lines(solved, solved) == ["shifted = x << 1", "return shifted"]
    release.cells[0].source += "\nHint: `shifted = x << 1`."
    assert leaked_lines(solved, release) == ["shifted = x << 1"]


def test_release_shows_no_solution_and_no_output(unit: SimpleNamespace) -> None:
    assert leaked_lines(unit.solved, unit.release) == []
    for cell in unit.release.cells:
        assert "SOLUTION" not in cell.source
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_release_is_the_notebook_alone(unit: SimpleNamespace) -> None:
    files = [file for file in unit.release_folder.rglob("*") if ".ipynb_checkpoints" not in file.parts]
    assert [file.name for file in files] == [f"{unit.name}.ipynb"]


def test_every_stub_raises_not_implemented(unit: SimpleNamespace) -> None:
    for solved, cell in zip(unit.solved.cells, unit.release.cells, strict=True):
        if is_solution(solved):
            raised = [node.exc for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Raise)]
            stubs = [error for error in raised if error is not None and "NotImplementedError" in ast.unparse(error)]
            assert len(stubs) == solved.source.count("### BEGIN SOLUTION")


def names(cells: list[nbformat.NotebookNode]) -> tuple[set[str], set[str]]:
    """What code cells make, at any depth, and what they use."""
    made, used = set(dir(builtins)), set()
    for cell in cells:
        python = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
        for node in ast.walk(ast.parse(python)):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                made.add(node.name)
            elif isinstance(node, ast.arg):
                made.add(node.arg)
            elif isinstance(node, ast.alias):
                made.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                made.add(node.name)
    return made, used


def test_graded_cells_need_nothing_that_a_demo_makes(unit: SimpleNamespace) -> None:
    """Demos are skipped when graded."""
    code = [cell for cell in unit.solved.cells if cell.cell_type == "code"]
    made, used = names([cell for cell in code if "demo" not in cell.metadata.get("tags", [])])
    assert used - made == set()


def test_release_runs_up_to_the_first_exercise(
    unit: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_FAST", "1")
    ran, error = run(unit.release, tmp_path, status="not attempted")
    checked = [cell for cell in ran.cells if cell.metadata.get("nbgrader", {}).get("grade") and cell.execution_count]
    assert error or checked or not any(map(is_solution, ran.cells)), "no cell noticed that the exercises are not done"


@pytest.mark.slow
def test_solved_notebook_runs_and_every_check_says_right(
    unit: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_FAST", "1")
    _, error = run(unit.solved, tmp_path, status="right")
    assert not error
