"""Writing in steps that can be repeated: whatever is in the way, the outcome is kept until it is written."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.one import Outcome
from autograder.store import Store, one_writer
from autograder.writer import empty_copy

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

OUTCOME = Outcome(
    "o'dd, [1]", "u", "key", scores={"a": (1.5, False), "b": (None, True)}, files={"autograded/u.ipynb": b"\x00{"}
)


@pytest.fixture(autouse=True)
def alembic_on_the_path(monkeypatch):
    """nbgrader calls it by its bare name when it makes a gradebook."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


def test_an_outcome_is_kept_whole_until_it_is_done(tmp_path):
    store = Store(tmp_path, "u")
    assert store.pending(OUTCOME.student) is None
    store.keep(OUTCOME)
    assert store.pending(OUTCOME.student) == OUTCOME
    (store.folder / f"{OUTCOME.student}.zip").write_bytes(b"PK torn")
    assert store.pending(OUTCOME.student) is None
    store.keep(OUTCOME)
    store.done(OUTCOME)
    assert store.pending(OUTCOME.student) is None
    record = store.record(OUTCOME.student)
    assert (record["key"], record["scores"]) == ("key", {"a": [1.5, False], "b": [None, True]})
    assert [path.suffix for path in store.folder.iterdir()] == [".json"]
    (store.folder / "torn.json").write_text("{")
    assert store.record("torn") is None


def test_a_second_run_says_that_it_has_to_wait(tmp_path):
    pytest.importorskip("fcntl")
    with one_writer(tmp_path), pytest.raises(UsageError, match="Another run is grading in"), one_writer(tmp_path):
        pass
    with one_writer(tmp_path):
        pass


def test_the_copy_that_is_sent_around_knows_no_student(tmp_path):
    api = pytest.importorskip("nbgrader.api")
    path = tmp_path / "gradebook.db"
    with api.Gradebook(f"sqlite:///{path}") as books:
        books.add_assignment("u")
        books.add_notebook("u", "u")
        books.add_grade_cell("a", "u", "u", max_score=2, cell_type="code")
        books.add_student("ada-the-secret")
        books.add_submission("u", "ada-the-secret").notebooks[0].grades[0].auto_score = 1.5
        books.db.commit()
    copy = empty_copy(path)
    assert b"ada-the-secret" not in copy
    Path(tmp_path / "copy.db").write_bytes(copy)
    with api.Gradebook(f"sqlite:///{tmp_path / 'copy.db'}") as books:
        assert (books.students, books.find_assignment("u").max_score) == ([], 2)


def test_a_gradebook_in_somebody_elses_hands_is_one_sentence(make_course, tmp_path, monkeypatch):
    from autograder import grading

    course = make_course(tmp_path)
    course.submit("torn", {})
    monkeypatch.setattr(grading, "register", lambda *args: None)

    def busy(*args):
        from sqlalchemy.exc import OperationalError

        raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(grading, "_Grading", busy)
    with pytest.raises(UsageError, match=r"The run stopped \(database is locked\); what is graded is kept"):
        grading.grade(course.root, course.unit)
