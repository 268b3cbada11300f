"""Which sandbox is taken, and what is said where none works."""

import subprocess
import sys

import pytest

pytest.importorskip("nbgrader")
from traitlets.config import Config

from autograder.outside import engines
from autograder.outside.engines import EngineError, available, choose
from autograder.outside.setup import use
from autograder.outside.verdict import Verdict, noted, outputs, points


def broken(monkeypatch):
    monkeypatch.setattr(engines, "_bubblewrap", lambda: "bubblewrap is not installed (no command bwrap)")
    monkeypatch.setattr(engines, "_landlock", lambda: "the kernel has no Landlock, or it is not switched on")


def test_a_sandbox_that_does_not_work_is_not_taken(monkeypatch):
    broken(monkeypatch)
    assert [(engine.name, engine.works) for engine in available()] == [
        ("bubblewrap", False),
        ("landlock", False),
        ("none", True),
    ]
    with pytest.raises(EngineError, match=r"No sandbox works here .*no command bwrap.*so nothing is graded"):
        choose("auto")
    with pytest.raises(EngineError, match="landlock does not work here: the kernel has no Landlock"):
        choose("landlock")
    with pytest.raises(EngineError, match="no engine named 'docker'"):
        choose("docker")
    assert choose("none") == "none"
    monkeypatch.setattr(engines, "_landlock", lambda: "")
    assert choose("auto") == "landlock"


def test_no_isolation_is_only_by_choice_and_is_said_everywhere(monkeypatch):
    broken(monkeypatch)
    monkeypatch.delenv("AUTOGRADER_ENGINE", raising=False)
    with pytest.raises(EngineError):
        use(Config())
    monkeypatch.setenv("AUTOGRADER_ENGINE", "none")
    config = Config()
    assert use(config) == "none"
    assert config.TrustedExecute.note.startswith("Not isolated")
    verdict = noted(Verdict(1, 2, "right", "<p>right</p>"), config.TrustedExecute.note)
    assert "Not isolated" in verdict.text
    assert "Not isolated" in verdict.html


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict(1, 2), 2),
        (Verdict(float("nan"), 2), 0),
        (Verdict(float("inf"), 2), 0),
        (Verdict(5, 2), 4),
        (Verdict(-1, 2), 0),
        (Verdict(1, 0), 0),
        (Verdict(2, 2, error=("KernelLost", "gone")), 0),
    ],
)
def test_points_are_finite_and_within_range_and_nbgrader_reads_them(verdict, expected):
    from nbformat.v4 import new_code_cell
    from nbgrader.utils import determine_grade

    assert points(verdict, 4) == expected
    cell = new_code_cell("check()")
    cell.outputs = [type(cell)(output) for output in outputs(verdict, 4)]
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True, "points": 4, "grade_id": "check"}
    assert determine_grade(cell) == (expected, 4)


@pytest.mark.slow
def test_the_room_does_without_the_course():
    code = (
        "import sys; sys.modules['course'] = None\n"
        "from traitlets.config import Config\n"
        "import autograder.outside.setup as setup, autograder.outside.trusted, autograder.outside.provisioner\n"
        "import autograder.outside.page\n"
        "c = Config(); print(setup.use(c, engine='none'), c.TrustedExecute.kernel_name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "none outside-sandbox\n"), done.stderr


def test_links_are_removed_and_what_they_point_at_stays(tmp_path):
    from autograder.outside.links import remove_links

    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "ada" / "unit"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "mine.csv").write_text("1,2")
    (folder / "link.db").symlink_to(tmp_path / "secret")
    (folder / "data" / "up").symlink_to(tmp_path)
    remove_links(notebooks=[str(folder / "unit.ipynb")])
    assert sorted(path.name for path in folder.rglob("*")) == ["data", "mine.csv"]
    assert (tmp_path / "secret").read_text() == "secret"
