"""A check that is itself broken costs nobody a point: the submission is not graded, its marks stay, a sentence says why."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")
from autograder.books import open_gradebook
from autograder.errors import CheckBugError
from autograder.registry import part

REAL = Path(__file__).parents[2] / "autograder"
BUG = """

def broken(*args, **kwargs):
    raise KeyError("a bug of the course")


EXERCISES = [Exercise(e.name, broken, e.behaviours) if e.name == "conv2d_parameters" else e for e in EXERCISES]
"""


@pytest.fixture
def autograder_of_ones_own(tmp_path):
    """A copy of the autograder that comes first on the path, and whose checks can be broken."""
    shutil.copytree(REAL, tmp_path / "ours" / "autograder", ignore=shutil.ignore_patterns("__pycache__", "submitted"))
    return tmp_path / "ours"


def run(course, ours, *arguments):
    command = [sys.executable, "-m", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ours), "AUTOGRADER_SEED": "one seed"}
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, env=environment, timeout=300)


def marks(course):
    with open_gradebook(course.root) as books:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for part in submission.notebooks for grade in part.grades
            }
            for submission in books.assignment_submissions(course.unit)
        }


@pytest.mark.slow
def test_marks_stay_and_the_sentence_names_exercise_file_and_line(make_course, tmp_path, autograder_of_ones_own):
    course, ours = make_course(tmp_path / "course"), autograder_of_ones_own
    assert course.nbgrader("generate_assignment", course.unit).returncode == 0
    course.submit("ada", json.loads(course.source.read_text()))
    done = run(course, ours, "autograder", "run", course.unit)
    assert done.returncode == 0, done.stdout + done.stderr
    before = marks(course)
    assert before["ada"] == {"check-conv2d_parameters": 2, "check-design_filters": 4}
    page = course.feedback("ada")

    checks = ours / "autograder" / "checks" / "04_convolution_layer.py"
    whole = checks.read_text()
    checks.write_text(whole + BUG)
    line = (whole + BUG).splitlines().index('    raise KeyError("a bug of the course")') + 1
    course.submit("bob", json.loads(course.source.read_text()))
    sentence = (
        f"check of conv2d_parameters is broken: checks/04_convolution_layer.py, line {line}, "
        "stopped with KeyError: 'a bug of the course'"
    )
    done = run(course, ours, "autograder", "run", course.unit, "--again")
    assert done.returncode == 1
    assert f"ada: not graded, the {sentence}" in done.stdout
    assert "Error: Not graded because a check is broken, with the marks that they had: ada, bob." in done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert marks(course) == before
    assert course.feedback("ada") == page
    done = run(course, ours, "autograder", "regrade", course.unit, "--all", "--yes")
    assert done.returncode == 1
    assert "ada  6 -> cannot be graded; the old marks stay" in done.stdout
    assert marks(course) == before

    # nbgrader's own command leaves the marks too, but takes the graded notebook away.
    config = f"--JupyterApp.config_file={ours / 'autograder' / 'nbgrader_config'}"
    done = run(course, ours, "nbgrader", "autograde", course.unit, "--student=ada", "--force", config)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert marks(course)["ada"] == before["ada"]

    checks.write_text(whole)
    done = run(course, ours, "autograder", "run", course.unit)
    assert done.returncode == 0, done.stdout + done.stderr
    assert marks(course) == before | {"bob": before["ada"]}


def test_a_file_of_checks_that_cannot_be_loaded_is_named_with_its_line(monkeypatch, tmp_path):
    monkeypatch.setattr("autograder.registry.HERE", tmp_path)
    (tmp_path / "checks").mkdir()
    for name, text, said in (
        (
            "01_wrong",
            "import numpy\nEXERCISES = [1 / 0]\n",
            "line 2, stopped with ZeroDivisionError: division by zero.",
        ),
        ("02_torn", "EXERCISES = [\n", "line 1, stopped with SyntaxError"),
    ):
        (tmp_path / "checks" / f"{name}.py").write_text(text)
        with pytest.raises(CheckBugError) as found:
            part("checks", name)
        assert str(found.value).startswith(f"The checks of {name} are broken: checks/{name}.py, {said}")
