"""The way through nbgrader's own command line, on a small course in a temporary folder."""

import csv
import json
import os
import shutil

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.config import configure, course_root
from autograder.demo_class import fill
from autograder.errors import UsageError

NO_BIAS = """import warnings, sys
def conv2d_parameters(in_channels, out_channels, kernel_size, bias=True):
    print("noise", file=sys.stderr)
    warnings.warn("noise")
    kh, kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return out_channels * in_channels * kh * kw"""
ENDLESS = """def design_filters():
    while True:
        pass"""


def test_configure_sets_paths_seed_and_path(tmp_path, monkeypatch):
    config = pytest.importorskip("traitlets.config").Config()
    pytest.importorskip("nbgrader")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("AUTOGRADER_SEED", raising=False)
    configure(config, root=tmp_path)
    assert config.CourseDirectory.root == str(tmp_path)
    assert config.CourseDirectory.source_directory == "solutions"
    assert config.OverwriteCells.add_missing_cells is True
    seed = os.environ["AUTOGRADER_SEED"]
    assert os.environ["PATH"].endswith("/nowhere")
    assert len(os.environ["PATH"].split(os.pathsep)) == 2
    monkeypatch.delenv("AUTOGRADER_SEED")
    configure(config, root=tmp_path)
    assert os.environ["AUTOGRADER_SEED"] == seed
    monkeypatch.setenv("AUTOGRADER_SEED", "spring term")
    configure(config, root=tmp_path)
    assert os.environ["AUTOGRADER_SEED"] == "spring term"
    monkeypatch.delenv("AUTOGRADER_SEED")


def test_the_course_folder_is_found_from_below_and_its_absence_is_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    assert course_root(tmp_path / "notebooks" / "deep") == tmp_path
    outside = tmp_path / "solutions"
    (tmp_path / "solutions").rename(tmp_path / "other")
    with pytest.raises(UsageError, match="is not in a course folder"):
        course_root(tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    configure(object())
    assert "is not in a course folder" in capsys.readouterr().err
    assert not outside.exists()
    result = CliRunner().invoke(main, ["run", "04_small"])
    assert (result.exit_code, result.output.count("\n")) == (1, 1)


@pytest.mark.slow
def test_release_autograde_feedback_export(small_course):
    done = small_course.nbgrader("generate_assignment", small_course.unit)
    assert done.returncode == 0, done.stderr
    released = json.dumps(small_course.released)
    assert "raise NotImplementedError()" in released
    assert "np.outer" not in released
    small_course.submit("full", json.loads(small_course.source.read_text()))
    small_course.submit("part", fill(small_course.released, {"conv2d_parameters": NO_BIAS}))
    small_course.submit("blank", small_course.released)
    for command in ("autograde", "generate_feedback"):
        done = small_course.nbgrader(command, small_course.unit, module="nbgrader")  # as instructors type it
        assert done.returncode == 0, done.stderr
    done = small_course.nbgrader("export", "--to", "marks.csv")
    assert done.returncode == 0, done.stderr
    rows = csv.DictReader((small_course.root / "marks.csv").open())
    assert {row["student_id"]: float(row["score"]) for row in rows} == {"full": 6, "part": 0.5, "blank": 0}
    assert "a demo is not run" not in small_course.graded("full").replace("raise RuntimeError('a demo is not run", "")
    page = small_course.feedback("part")
    assert "The biases are not counted: one for each filter." in page
    assert "conv2d_parameters: wrong, 0.5 of 2 points" in page


@pytest.mark.slow
def test_course_grade_run_stops_for_nobody(small_course, monkeypatch):
    monkeypatch.chdir(small_course.root)
    runner = CliRunner()
    nothing = runner.invoke(main, ["run", small_course.unit])
    assert nothing.exit_code == 1
    assert "Nothing was handed in" in nothing.output

    assert small_course.nbgrader("generate_assignment", small_course.unit).returncode == 0
    (small_course.root / "autograder" / "gradebook.db").unlink()  # the release is in git, the gradebook is not
    release = small_course.released

    def submission(**answers):
        return fill(json.loads(json.dumps(release)), answers)

    solved = json.loads(small_course.source.read_text())
    small_course.submit("full", solved)
    small_course.submit("endless", submission(design_filters=ENDLESS))
    edited = submission()
    by_name = {cell["id"]: cell for cell in edited["cells"]}
    by_name["check-conv2d_parameters"]["source"] = "2"
    by_name["check-design_filters"]["metadata"]["tags"] = ["skip-execution"]
    small_course.submit("edited", edited)
    shortened = json.loads(json.dumps(solved))
    del shortened["cells"][-1]
    small_course.submit("shortened", shortened)
    small_course.submit("torn", release)
    (small_course.root / "autograder/submitted/torn" / small_course.unit / f"{small_course.unit}.ipynb").write_text("{")
    small_course.submit("dying", submission(conv2d_parameters="import os\nos._exit(1)"))

    done = runner.invoke(main, ["run", small_course.unit])
    assert done.exit_code == 0, done.output
    assert "Traceback" not in done.output
    assert done.output.count(": graded, in ") + done.output.count(": not graded, ") == 6
    path = small_course.root / "autograder" / "grades" / f"{small_course.unit}.csv"
    rows = {row["student"]: row for row in csv.DictReader(path.open())}
    assert {name: row["score"] for name, row in rows.items()} == {
        "full": "6.0",
        "endless": "0.0",
        "edited": "0.0",
        "shortened": "6.0",
        "torn": "",
        "dying": "0.0",
    }
    assert "not a notebook (it is no valid JSON)" in rows["torn"]["remarks"]
    assert "Kernel" in rows["dying"]["remarks"]
    assert "check-conv2d_parameters was edited; the original was run" in rows["edited"]["remarks"]
    assert "check-design_filters was missing and was put back" in rows["shortened"]["remarks"]
    assert "is there a loop that never ends?" in small_course.feedback("endless")
    assert release == small_course.released

    for student in ("endless", "dying"):  # the slow ones
        shutil.rmtree(small_course.root / "autograder" / "submitted" / student)
    assert runner.invoke(main, ["run", small_course.unit]).exit_code == 0
    again = {row["student"]: row for row in csv.DictReader(path.open())}
    assert again == {name: rows[name] for name in ("edited", "full", "shortened", "torn")}
