"""`check` as a notebook uses it, and what nbgrader makes of its answer."""

import logging
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from autograder import check, in_kernel
from autograder.errors import UsageError
from autograder.exercise import Behaviour, Case, Exercise
from autograder.in_kernel import grading_seed
from autograder.registry import exercises, find, units


def right(in_channels, out_channels, kernel_size, bias=True):
    kh, kw = np.broadcast_to(kernel_size, 2)
    return int(out_channels * (in_channels * kh * kw + bias))


def no_bias(in_channels, out_channels, kernel_size, bias=True):
    return right(in_channels, out_channels, kernel_size, False)


def stub(in_channels, out_channels, kernel_size, bias=True):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "status", "score"), [(right, "right", 2), (no_bias, "wrong", 0.5), (stub, "not attempted", 0)]
)
def test_check_shows_and_returns_the_report(function, status, score, capsys):
    report = check("conv2d_parameters", function)
    assert (report.status, report.score, report.max_score) == (status, score, 2)
    assert capsys.readouterr().out == report.text + "\n"
    assert report.text.startswith(f"conv2d_parameters: {status}, {score:g} of 2 points")
    assert repr(report) == f"{score:g}"


def test_a_student_may_warn_print_and_log_without_losing_points(capsys):
    def noisy(*args, **kwargs):
        print("out")
        print("err", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        logging.getLogger("student").warning("logged")
        np.log(np.array(-1.0))
        return right(*args, **kwargs)

    report = check("conv2d_parameters", noisy)
    assert report.status == "right"
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == report.text + "\n"


def test_an_exercise_may_have_a_limit_of_its_own(monkeypatch, capsys):
    exercise = Exercise("nap", lambda: 1, [Behaviour("values", 1, [Case()])], seconds=0.1)
    monkeypatch.setattr(in_kernel, "find", lambda name: (exercise, []))

    def nap():
        time.sleep(5)

    check("nap", nap)
    assert "stopped after 0.1 seconds, the limit for one call" in capsys.readouterr().out


def test_unknown_names_and_results_get_one_sentence():
    with pytest.raises(
        UsageError, match=r"no check named 'conv2d_foward'. Did you mean 'conv2d_forward'\? Known names:"
    ):
        check("conv2d_foward", right)
    with pytest.raises(UsageError, match=r"wants the function itself: check\('conv2d_parameters', conv2d_parameters\)"):
        check("conv2d_parameters", right(3, 16, 3))
    try:
        find("nothing like it")
    except UsageError as error:
        assert error._render_traceback_() == [str(error)]
        assert "Did you mean" not in str(error)


def test_the_html_says_what_the_text_says_and_escapes_what_students_write():
    def evil(*args, **kwargs):
        raise ValueError("<script>alert(1)</script>")

    report = check("conv2d_parameters", evil)
    assert "<script>" in report.text
    assert "<script>" not in report.html
    assert "&lt;script&gt;" in report.html
    for line in report.lines:
        assert line.title in report.html
    assert report.headline in report.html


def test_a_grading_run_is_what_nbgrader_calls_autograde(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("AUTOGRADER_SEED", "4711")
    assert grading_seed() is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert grading_seed() is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    seed = grading_seed()
    assert seed >= 1000
    assert "default_rng" not in check("conv2d_parameters", no_bias).text
    layer = next(m for m in find("conv2d_forward")[1] if m.name == "flipped_kernel").function
    assert f"default_rng({seed + 4})" in check("conv2d_forward", layer).text
    monkeypatch.setenv("AUTOGRADER_SEED", "spring term")
    assert grading_seed() not in (None, seed)


def test_importing_the_checks_needs_no_nbgrader():
    code = (
        "import sys; sys.modules['nbgrader'] = None; from autograder import check; import autograder.cli;"
        "check('conv2d_parameters', len); print(sorted(m for m in sys.modules if m.startswith('nbgrader.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    assert done.stderr == ""


def test_every_unit_has_unique_names():
    names = [exercise.name for unit in units() for exercise in exercises(unit)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("function", "points"), [(right, 2), (no_bias, 0.5), (stub, 0)])
def test_nbgrader_reads_the_score_of_a_cell(function, points):
    nbformat = pytest.importorskip("nbformat")
    utils = pytest.importorskip("nbgrader.utils")
    report = check("conv2d_parameters", function)
    shown = nbformat.v4.new_output("display_data", {"text/plain": report.text, "text/html": report.html})
    answer = nbformat.v4.new_output("execute_result", {"text/plain": repr(report)})
    cell = nbformat.v4.new_code_cell("check(...)", outputs=[shown, answer])
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "locked": True, "points": 2, "grade_id": "check"}
    assert utils.determine_grade(cell) == (points, 2)
