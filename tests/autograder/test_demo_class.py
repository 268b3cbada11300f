"""The demo class: five students, built from the released notebook, get exactly what they deserve."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.demo_class import ANSWERS, UNIT, build_demo_class, fill, read_answers
from autograder.errors import UsageError
from autograder.registry import exercises

ROOT = Path(__file__).parents[2]
NAMES = ["conv2d_parameters", "linear_parameters", "correlate_volume", "conv2d_forward", "design_filters"]


def test_answers_are_read_by_exercise():
    assert list(read_answers(ANSWERS / "ada.txt")) == NAMES
    assert read_answers(ANSWERS / "ben.txt") == {}
    for answers in ANSWERS.glob("*.txt"):
        for name, code in read_answers(answers).items():
            assert code.startswith(f"def {name}(")
            if (answers.stem, name) != ("eli", "conv2d_forward"):
                compile(code, name, "exec")
    with pytest.raises(SyntaxError):
        compile(read_answers(ANSWERS / "eli.txt")["conv2d_forward"], "eli", "exec")


def test_an_answer_without_a_cell_is_an_error():
    with pytest.raises(UsageError, match="no solution cell named conv"):
        fill({"cells": []}, {"conv": "1"})


def test_the_class_is_built_from_the_release_and_only_replaces_itself(tmp_path):
    out = tmp_path / "class"
    build_demo_class(ROOT, out)
    build_demo_class(ROOT, out)
    release = json.loads((out / "notebooks" / UNIT / f"{UNIT}.ipynb").read_text())
    submitted = {
        path.parent.parent.name: json.loads(path.read_text()) for path in out.glob("autograder/submitted/*/*/*")
    }
    assert sorted(submitted) == ["ada", "ben", "chloe", "dev", "eli"]
    assert submitted["ben"] == release
    filled = [
        c["metadata"]["nbgrader"]["grade_id"]
        for c, r in zip(submitted["ada"]["cells"], release["cells"], strict=True)
        if c != r
    ]
    assert sorted(filled) == sorted(NAMES)

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not a demo class"):
        build_demo_class(ROOT, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "precious"
    with pytest.raises(UsageError, match=r"is missing: `course build` writes it\."):
        build_demo_class(tmp_path, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_the_unit_gives_the_points_that_its_checks_give():
    release = json.loads((ROOT / "notebooks" / UNIT / f"{UNIT}.ipynb").read_text())
    cells = [cell["metadata"].get("nbgrader", {}) for cell in release["cells"]]
    points = {cell["grade_id"].removeprefix("check-"): cell["points"] for cell in cells if cell.get("grade")}
    assert points == {exercise.name: exercise.points for exercise in exercises(UNIT)}


@pytest.mark.slow
def test_everybody_gets_what_they_deserve(tmp_path, monkeypatch):
    pytest.importorskip("nbgrader")
    monkeypatch.chdir(ROOT)
    out = tmp_path / "class"
    done = CliRunner().invoke(main, ["demo", "--out", str(out)])
    assert done.exit_code == 0, done.output
    rows = csv.DictReader((out / "autograder" / "grades" / f"{UNIT}.csv").open())
    scores = {row["student"]: [float(row[name]) for name in [*NAMES, "score", "max_score"]] for row in rows}
    assert scores == {
        "ada": [2, 2, 4, 8, 4, 20, 20],
        "ben": [0, 0, 0, 0, 0, 0, 20],
        "chloe": [2, 1, 0.5, 1, 4, 8.5, 20],
        "dev": [0.5, 2, 4, 5.5, 2, 14, 20],
        "eli": [2, 2, 4, 0, 4, 12, 20],
    }
    for remark in (
        "not attempted: ",
        "conv2d_forward: flipped kernel",
        "linear_parameters: bias per channel",
        "conv2d_forward: stride ignored",
        "design_filters: edges transposed",
        "conv2d_forward: SyntaxError: expected ':' (line 5)",
    ):
        assert remark in done.output
    assert done.output.isascii()
    assert done.output.count(": graded, in ") == 5
    page = (out / "autograder" / "feedback" / "chloe" / UNIT / f"{UNIT}.html").read_text()
    assert "Your output equals a convolution with the kernel flipped" in page
