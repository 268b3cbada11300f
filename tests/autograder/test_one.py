"""One submission: what the machine does wrong is tried again, what the submission does wrong is not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import graders

from autograder import one


@pytest.mark.parametrize(
    ("reason", "tries"),
    [
        ("", 1),
        ("nbgrader stopped with DeadKernelError: Kernel died", 1),
        ("nbgrader stopped with RuntimeError: Kernel died before replying to kernel_info", 2),
    ],
)
def test_a_kernel_that_did_not_start_is_started_again(monkeypatch, reason, tries):
    folders = []

    def grade(job, root, outcome):
        folders.append(root)
        assert list(root.iterdir()) == []
        (root / "left").write_text("something")
        outcome.reason = reason if len(folders) == 1 else ""

    monkeypatch.setattr(one, "_grade", grade)
    outcome = one.grade_one(graders.job("ada"))
    assert len(folders) == tries
    assert outcome.reason == ("" if tries == 2 else reason)
    assert not any(folder.exists() for folder in folders)


def test_an_error_in_between_is_a_reason(monkeypatch):
    monkeypatch.setattr(one, "_grade", lambda job, root, outcome: 1 / 0)
    assert one.grade_one(graders.job("ada")).reason == "grading stopped with ZeroDivisionError: division by zero"
