"""Two doctors: for the machine that grades, and for students before they hand in."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import doctor
from autograder.cli import main
from autograder.self_test import CHEATS, Verdict, self_test

ROOT = Path(__file__).parents[2]
UNIT = "04_convolution_layer"
RELEASE = ROOT / "notebooks" / UNIT / f"{UNIT}.ipynb"
NO_NBGRADER = """
import sys
sys.modules.update(dict.fromkeys(["nbgrader", "nbformat", "nbconvert", "sqlalchemy"]))
from autograder.cli import main
main(["doctor", sys.argv[1] if len(sys.argv) > 1 else {path!r}])
"""


def test_students_need_no_nbgrader_and_nothing_is_written(tmp_path, run_python):
    path = tmp_path / f"{UNIT} (1).ipynb"
    notebook = json.loads(RELEASE.read_text())
    notebook["cells"] = [
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "check-conv2d_forward"
    ]
    path.write_text(json.dumps(notebook))
    before = path.read_bytes()
    said = run_python(NO_NBGRADER.format(path=str(path)))
    assert said.splitlines() == [
        f"The file should be called {UNIT}.ipynb.",
        "Would be repaired before grading: the cell check-conv2d_forward was missing and was put back.",
        "Not answered yet: correlate_volume, conv2d_forward, conv2d_parameters, linear_parameters, design_filters.",
        f"{UNIT} (1).ipynb can be handed in for {UNIT}; nothing was changed.",
    ]
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_handed_in_is_a_sentence_and_exit_status_1(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # outside of the course folder
    runner = CliRunner()
    Path(f"{UNIT}.ipynb").write_text("{")
    done = runner.invoke(main, ["doctor", f"{UNIT}.ipynb"])
    assert (done.exit_code, done.output) == (
        1,
        f"This cannot be graded: {UNIT}.ipynb is not a notebook (it is no valid JSON).\n",
    )
    Path("homework.ipynb").write_text(RELEASE.read_text())
    done = runner.invoke(main, ["doctor", "homework.ipynb"])
    assert done.exit_code == 1
    assert "homework.ipynb does not say which unit it is: add --unit with one of" in done.output
    assert "can be handed in" in runner.invoke(main, ["doctor", "homework.ipynb", "--unit", UNIT]).output
    assert "There is no file gone.ipynb." in runner.invoke(main, ["doctor", "gone.ipynb"]).output


def test_the_machine_is_looked_at(tmp_path, monkeypatch):
    (tmp_path / "autograder").mkdir()
    sound = doctor.examine(tmp_path)
    assert all(finding.good for finding in sound if not finding.sentence.startswith("Engine"))
    assert any("nbgrader 0.9" in finding.sentence for finding in sound)
    (tmp_path / "autograder" / "gradebook.db").write_bytes(b"no database" * 100)
    monkeypatch.setattr(doctor.sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(doctor, "_NEEDED", {"nbgrader": (99,), "no-such-package": (1,)})
    bad = " ".join(finding.sentence for finding in doctor.examine(tmp_path) if not finding.good)
    for words in (
        "cannot be read",
        "needs the program alembic",
        "nbgrader 0.9.6 is too old",
        "no-such-package is not installed",
    ):
        assert words in bad
    sqlite3.connect(tmp_path / "ok.db").close()


def test_a_cheat_is_fair_only_if_it_brings_nothing():
    assert Verdict("x", "", 0.0, 0.0).fair
    assert Verdict("x", "", None, 0.0).fair
    assert not Verdict("x", "", 0.5, 0.0).fair
    assert not Verdict("honest", "", 19.5, 20.0).fair
    assert len({cheat.name for cheat in CHEATS}) == 10


@pytest.mark.slow
def test_the_self_test_tells_the_honest_from_the_others():
    pytest.importorskip("nbgrader")
    verdicts = self_test(ROOT, 2, lambda line: None)
    assert len(verdicts) == 11
    assert verdicts[0].points == verdicts[0].deserved == 20
    unfair = {verdict.name for verdict in verdicts if not verdict.fair}
    if doctor.engine().good:
        assert not unfair
    else:  # without a sandbox these are told as what they are: not caught
        assert unfair <= {"reference", "oracle", "neighbour"}
