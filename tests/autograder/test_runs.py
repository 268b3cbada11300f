"""Whole runs on a small class: killed and taken up again, against plain nbgrader, with manual marks, late rules, regrade."""

import contextlib
import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from autograder.books import open_gradebook
from autograder.cli import main
from autograder.demo_class import fill

pytestmark = pytest.mark.slow
nbgrader = pytest.importorskip("nbgrader")

NO_BIAS = """def conv2d_parameters(i, o, k, bias=True):
    kh, kw = k if isinstance(k, tuple) else (k, k)
    return o * i * kh * kw"""
RIGHT = NO_BIAS.replace("o * i * kh * kw", "o * (i * kh * kw + bias)")
WHY = {
    "grade": True,
    "solution": True,
    "locked": False,
    "task": False,
    "points": 3,
    "grade_id": "why",
    "schema_version": 3,
}


LATE = """[default]
per_day = 10
grace_minutes = 15
[due]
{0} = 2026-02-01T08:00:00+00:00
[extensions.{0}]
part = 3
"""


@pytest.fixture
def course(released_course, tmp_path, monkeypatch):
    """A copy of the released course."""
    monkeypatch.setenv("AUTOGRADER_SEED", "one seed for all copies")
    shutil.copytree(released_course.root, tmp_path / "course")
    copy = object.__new__(type(released_course))
    copy.root, copy.unit = tmp_path / "course", released_course.unit
    return copy


@pytest.fixture(scope="module")
def released_course(tmp_path_factory, make_course):
    """The small course with a question that is marked by hand, released, and five submissions."""
    small_course = make_course(tmp_path_factory.mktemp("released"))
    source = json.loads(small_course.source.read_text())
    question = {"cell_type": "markdown", "id": "question", "metadata": {}, "source": "## Why square kernels?"}
    answer = {"cell_type": "markdown", "id": "why", "metadata": {"nbgrader": WHY}, "source": "YOUR ANSWER HERE"}
    source["cells"] += [question, answer]
    small_course.source.write_text(json.dumps(source))
    assert small_course.nbgrader("generate_assignment", small_course.unit).returncode == 0
    release = small_course.released
    submit = small_course.submit
    submit("full", json.loads(small_course.source.read_text()))
    submit("part", fill(json.loads(json.dumps(release)), {"conv2d_parameters": NO_BIAS, "why": "Because."}))
    submit("blank", release)
    submit('o\'dd, "Jr" [1]', fill(json.loads(json.dumps(release)), {"conv2d_parameters": RIGHT}))
    submit("torn", release)
    (small_course.root / "autograder/submitted/torn" / small_course.unit / f"{small_course.unit}.ipynb").write_text("{")
    return small_course


def marks(root, unit):
    with open_gradebook(root) as gradebook:
        return {
            submission.student.id: {
                ("late", submission.late_submission_penalty),
                *((g.name, g.auto_score, g.needs_manual_grade) for part in submission.notebooks for g in part.grades),
            }
            for submission in gradebook.assignment_submissions(unit)
        }


def by_student(path):
    with Path(path).open() as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def start(course):
    command = [sys.executable, "-u", "-m", "autograder", "run", course.unit, "-j", "2"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(command, cwd=course.root, env=environment, stdout=subprocess.PIPE, text=True)


def graders_of(process):
    """The processes that grade; the one that watches over shared resources is none of them."""
    found = []
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.Error):
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def follow(process, until):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if until(line):
            break
    return lines


def test_killed_writer_and_killed_grader_lose_nothing_and_marks_are_those_of_nbgrader(course):
    for student in ("full", "part"):
        stamp = course.root / "autograder" / "submitted" / student / course.unit / "timestamp.txt"
        stamp.write_text("2026-02-02 12:00:00 UTC")
    (course.root / "autograder" / "late.toml").write_text(LATE.format(course.unit))
    first = start(course)
    said = follow(first, lambda line: ": graded, in" in line)
    graders = graders_of(first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    _, alive = psutil.wait_procs(graders, timeout=30)
    assert not alive
    assert any(": graded, in" in line for line in said)

    second = start(course)
    deadline = time.monotonic() + 60
    while not (graders := graders_of(second)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(2)
    graders[0].kill()
    said = "".join(follow(second, lambda line: False))
    assert second.wait(timeout=60) == 0
    assert said.count("unchanged") >= 1
    assert said.count(": graded, in") + said.count(": unchanged") == 4
    assert "torn: not graded, 04_small.ipynb is not a notebook (it is no valid JSON)" in said
    ours = marks(course.root, course.unit)
    assert sorted(ours) == ["blank", "full", 'o\'dd, "Jr" [1]', "part"]

    assert ("late", 1.2) in ours["full"]  # two days begun, 20 % of 6 points
    assert ("late", 0) in ours["part"]

    # The same by nbgrader's own command, with an empty gradebook. It trips over names with brackets.
    shutil.rmtree(course.root / "autograder" / "submitted" / "torn")
    os.rename(course.root / 'autograder/submitted/o\'dd, "Jr" [1]', course.root / "autograder/submitted/odd")
    for room in ("autograded", "feedback"):
        shutil.rmtree(course.root / "autograder" / room)
    with sqlite3.connect(course.root / "autograder/gradebook.db") as books:
        for table in ("grade", "comment", "submitted_notebook", "submitted_assignment", "student"):
            books.execute(f"DELETE FROM {table}")
    done = course.nbgrader("autograde", course.unit)
    assert done.returncode == 0, done.stderr
    plain = marks(course.root, course.unit)
    assert plain.pop("odd") == ours.pop('o\'dd, "Jr" [1]')
    assert plain == ours


def test_dask_gives_the_same_marks(course):
    distributed = pytest.importorskip("distributed")
    runner = CliRunner()
    with contextlib.chdir(course.root):
        assert runner.invoke(main, ["run", course.unit, "-j", "2"]).exit_code == 0
        here = marks(course.root, course.unit)
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as dask:
            done = runner.invoke(main, ["run", course.unit, "--again", "--scheduler", dask.scheduler_address])
    assert done.exit_code == 0, done.output
    assert done.output.count(": graded, in") == 4
    assert marks(course.root, course.unit) == here


def test_a_class_through_the_term(course, monkeypatch):
    """Graded, marked by hand, skipped, late, reported, exported, and regraded after a check has changed."""
    monkeypatch.chdir(course.root)
    runner = CliRunner()

    def call(*arguments):
        done = runner.invoke(main, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    unit, submitted = course.unit, course.root / "autograder" / "submitted"
    (submitted / "full" / unit / "timestamp.txt").write_text("2026-02-02 12:00:00 UTC")
    said = call("run", unit, "-j", "2")
    assert "to be marked by hand: why" in said
    rows = by_student(f"autograder/grades/{unit}.csv")
    assert (rows["part"]["score"], rows["part"]["why"], rows["blank"]["why"]) == ("0.5", "", "0.0")
    assert rows["torn"]["score"] == ""

    # Somebody marks by hand, as formgrader does: through the gradebook.
    with open_gradebook(course.root) as books:
        grade = books.find_grade("why", unit, unit, "part")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        books.find_comment("why", unit, unit, "part").manual_comment = "Almost: say what a row more would cost."
        books.db.commit()
    said = call("run", unit, "-j", "2")
    assert said.count(": unchanged") == 4
    assert ": graded, in" not in said
    assert call("regrade", unit).splitlines()[-1].startswith("Nothing has changed since the last run")
    for answer, look in (("Because.", False), ("Because of symmetry.", True)):
        submission = fill(json.loads(json.dumps(course.released)), {"conv2d_parameters": NO_BIAS, "why": answer})
        course.submit("part", submission)
        assert "1 of 1  part: graded" in call("run", unit, "--again", "--student", "part")
        with open_gradebook(course.root) as books:
            grade = books.find_grade("why", unit, unit, "part")
            assert (grade.manual_score, grade.auto_score, grade.needs_manual_grade) == (2.5, None, look)
    assert "Almost: say what a row more would cost." in course.feedback("part")

    (course.root / "autograder" / "late.toml").write_text(
        f"[default]\nper_day = 10\ngrace_minutes = 15\n[due]\n{unit} = 2026-02-01T08:00:00+00:00\n"
    )
    (course.root / "autograder" / "students.csv").write_text(
        "student,first_name,last_name,email,lms_id\nfull,=cmd(),Smith,f@x.org,4711\n"
    )
    call("export", unit, "--to", "marks.csv")
    rows = by_student("marks.csv")
    assert (rows["full"]["score"], rows["full"]["late_penalty"], rows["full"]["name"]) == (
        "4.8",
        "1.2",
        "'=cmd() Smith",
    )
    assert (rows["part"]["score"], rows["part"]["status"]) == ("3.0", "to be marked by hand")
    assert (rows["torn"]["score"], rows["torn"]["status"]) == ("", "not graded")
    with (course.root / "autograder" / "late.toml").open("a") as file:
        file.write(f"[extensions.{unit}]\nfull = 1\n")
    call("export", unit, "--to", "marks.csv")
    rows = by_student("marks.csv")
    assert rows["full"]["score"] == "5.4"

    call("report", unit)
    page = (course.root / "autograder" / "grades" / f"{unit}-report.html").read_text()
    for text in ("bias missing", "torn", "to be marked by hand: why", "5 handed in; 4 are graded, 1 could not be"):
        assert text in page

    # What a broken check gave is found, and nothing is written before --yes.
    with open_gradebook(course.root) as books:
        books.find_grade("check-conv2d_parameters", unit, unit, "blank").auto_score = 2
        books.db.commit()
    before = (course.root / "autograder" / "gradebook.db").read_bytes()
    said = call("regrade", unit, "-j", "2")
    assert "1 of 1 graded submissions change:\nblank  2 -> 0\n         conv2d_parameters: 2 -> 0\n" in said
    assert (course.root / "autograder" / "gradebook.db").read_bytes() == before
    said = call("regrade", unit, "--yes")
    assert "blank: graded before" in said
    assert said.endswith("Written.\n")
    assert ("check-conv2d_parameters", 0, False) in marks(course.root, unit)["blank"]
    assert not list((course.root / "autograder/grades" / unit).glob("*.zip"))
