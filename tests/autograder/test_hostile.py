"""The hostile class, graded by nbgrader's own command under both sandboxes: everybody gets what the work is worth.

The whole class runs under each engine, with the same points: none of its submissions means something under one of them only.
Most of the time goes into starting a kernel for each (half a second) and into nbgrader's books; an endless call costs 1.2 s.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")
from autograder.outside.engines import available
from tests.autograder.conftest import SmallCourse, cell
from tests.autograder.hostile import cases

ENGINES = {engine.name: engine for engine in available() if engine.name != "none"}
# The second engine has a file of its own, so that the two can run side by side.
BEST = next((engine.name for engine in ENGINES.values() if engine.works), "")
SECOND = next((engine.name for engine in ENGINES.values() if engine.works and engine.name != BEST), "")
# Short limits, so that those who never end do not take the class's time (an honest call takes 4 ms, `import numba` a second);
# and the memory of the process that grades.
CONFIG = """
import atexit, re
from pathlib import Path
from autograder.config import configure
c = get_config()
configure(c, root={root!r}, engine={engine!r})
c.TrustedExecute.timeout = 5
c.TrustedExecute.call_seconds = 1.2
c.TrustedExecute.grace_seconds = 0.5
c.SandboxProvisioner.memory_mb = 1024
c.SandboxProvisioner.processes = 40
def peak():
    text = Path("/proc/self/status").read_text()
    Path({root!r}, "peak").write_text(re.search(r"VmHWM:\\s+(\\d+)", text)[1])
atexit.register(peak)
"""


class Canary:
    """Listens on every way out; nothing may arrive."""

    def __init__(self, root: Path) -> None:
        self.heard: list[str] = []
        self.sockets = [
            socket.socket(),
            socket.socket(type=socket.SOCK_DGRAM),
            *(socket.socket(socket.AF_UNIX) for _ in range(2)),
        ]
        tcp, udp, named, abstract = self.sockets
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", self.port))
        named.bind(str(root / "socket"))
        self.name = f"\0canary-{os.getpid()}-{self.port}"  # a second class in this process has a canary of its own
        abstract.bind(self.name)
        for number, one in enumerate(self.sockets):
            if one is not udp:
                one.listen()
            threading.Thread(target=self.listen, args=(one, number), daemon=True).start()

    def listen(self, one: socket.socket, number: int) -> None:
        try:
            (one.recv(10) if one.type == socket.SOCK_DGRAM else one.accept())
            self.heard.append(("tcp", "udp", "named", "abstract")[number])
        except OSError:
            pass

    def close(self) -> None:
        for one in self.sockets:
            one.close()


class HostileCourse(SmallCourse):
    """The small course with one submission for every case."""

    def __init__(self, root: Path, engine: str) -> None:
        super().__init__(root)
        self.canary = Canary(root)
        places = {"ROOT": root, "UNIT": self.unit, "REPOSITORY": Path(__file__).parents[2]}
        self.cases = cases(**places, PORT=self.canary.port, PID=os.getpid())
        (root / "nbgrader_config.py").write_text(CONFIG.format(root=str(root), engine=engine))
        self.config = str(root / "nbgrader_config")
        self.run("generate_assignment")
        release, solved = self.released, json.loads(self.source.read_text())
        for case in self.cases:
            notebook = json.loads(json.dumps(release))
            for part, answer in zip(notebook["cells"], solved["cells"], strict=True):
                marks = part["metadata"].get("nbgrader", {})
                if marks.get("solution"):
                    part["source"] = case.cells.get(marks["grade_id"], answer["source"])
            if "setup" in case.cells:
                notebook["cells"].insert(1, cell(case.cells["setup"].replace("\0canary", self.canary.name), "mine"))
            self.submit(case.name, notebook)
        folder = root / "autograder" / "submitted"
        (folder / "looks_around" / self.unit / "link.db").symlink_to(root / "autograder" / "gradebook.db")
        (folder / "a_right_answer" / self.unit / "numpy.py").write_text("raise ImportError('shadowed')\n")
        (folder / "noisy" / self.unit / "random.py").write_text("raise ImportError('shadowed')\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nbgrader", *arguments, self.unit, f"--JupyterApp.config_file={self.config}"]
        environment = os.environ | {"SECRET": "canary", "AUTOGRADER_SEED": "hostile"}
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=900, env=environment)
        assert done.returncode == 0, done.stderr[-3000:]
        return done

    def points(self) -> dict[str, dict[str, float]]:
        """Read the gradebook: what is in it counts, not what anybody says."""
        query = """
            select student.id, base_cell.name, grade.auto_score from grade
            join submitted_notebook on grade.notebook_id = submitted_notebook.id
            join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
            join student on submitted_assignment.student_id = student.id
            join base_cell on grade.cell_id = base_cell.id
        """
        found: dict[str, dict[str, float]] = {}
        with sqlite3.connect(self.root / "autograder" / "gradebook.db") as book:
            for student, name, score in book.execute(query):
                found.setdefault(student, {})[name] = score
        return found


def pages_are_clean(course: HostileCourse) -> None:
    """Write the feedback pages: small, offline, and nothing of a student's in them runs."""
    course.run("generate_feedback", "--student=script_*")
    names = [case.name for case in course.cases if case.name.startswith("script_")]
    assert len(names) == 5
    for name in names:
        page = course.feedback(name)
        assert len(page) < 500_000
        assert not re.search(r"default_rng\(\d{4,}\)", page)  # a seed of the grading run
        assert not re.search(r"<(script|iframe|svg|object|embed)|<[^>&]*\s(on\w+|href=.javascript)", page), name


def grade_and_compare(engine: str, tmp_path: Path) -> None:
    """Grade the class and hold everybody's points against what is deserved; then look for what was left behind."""
    course = HostileCourse(tmp_path, engine)
    assert len(course.cases) >= 50
    before = {path: path.read_bytes() for path in (tmp_path / "solutions").rglob("*.ipynb")}
    course.run("autograde")
    found = course.points()
    deserved = {
        case.name: dict(zip(("check-conv2d_parameters", "check-design_filters"), case.points, strict=True))
        for case in course.cases
    }
    assert {name: found.get(name) for name in deserved} == deserved

    pages_are_clean(course)
    assert course.canary.heard == []
    course.canary.close()
    assert {path: path.read_bytes() for path in before} == before
    survivors = subprocess.run(
        ["pgrep", "-f", f"sleep 98765.{os.getpid()}"], capture_output=True, text=True
    ).stdout.split()
    assert survivors == []
    assert not list(tmp_path.rglob("owned*"))
    assert int((tmp_path / "peak").read_text()) < 300 * 1024
    looks = course.graded("looks_around")
    assert "seen []" in looks
    assert "canary" not in course.graded("reads_the_environment").replace("in value", "").replace('\\"canary\\"', "")


@pytest.mark.slow
def test_everybody_gets_what_the_work_is_worth(tmp_path):
    if not BEST:
        pytest.skip("; ".join(engine.reason for engine in ENGINES.values()))
    grade_and_compare(BEST, tmp_path)
