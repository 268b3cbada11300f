"""The masked copy of the course: answers are gone, their text too, and the rest works."""

import subprocess
import sys

import pytest
from traitlets.config import Config

from autograder.masking import _definition, _resolve, answers, overlay, prepare
from autograder.registry import units

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def run_in(folder, code):
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


def test_what_answers_an_exercise_raises_a_sentence_and_has_no_text():
    folder = overlay({"course.functional.conv2d_forward": "conv2d_forward", "course.functional.softmax": "softmax"})
    done = run_in(
        folder,
        "import numpy as np, inspect, course; from course import functional as F, nn\n"
        "print(course.__file__, np.allclose(F.relu_forward(np.array([-1.0, 2.0])), [0, 2]))\n"
        "print('einsum' in inspect.getsource(F.conv2d_forward), len(inspect.getsource(F.conv2d_forward)) < 900)\n"
        "try: F.conv2d_forward(np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 2, 2)))\n"
        "except RuntimeError as error: print(error)",
    )
    assert done.returncode == 0, done.stderr
    where, einsum, sentence = done.stdout.splitlines()
    assert where == f"{folder}/course/__init__.py True"
    assert einsum == "False True"
    assert (
        sentence
        == "course.functional.conv2d_forward is not there while conv2d_forward is graded: it does what you are asked to write."
    )


@pytest.mark.parametrize("unit", units())
def test_every_answer_of_the_course_is_found_and_the_copy_can_be_imported(unit):
    masked = answers(unit)
    for name in masked:
        if name.startswith("course."):
            assert _resolve(name) is not None, f"{name}, named in answered_by, is not there"
            assert _definition(name) is not None, f"{name} is neither a function nor a class"
    code = "import autograder, course.functional, course.nn, course.models, course.insight, course.explore, course.data"
    done = run_in(overlay(masked), f"{code}; print(autograder.check('any', len)); course.data.mnist(train=False)")
    assert (done.returncode, done.stdout) == (0, "None\n"), done.stderr


def test_the_sandbox_is_told(monkeypatch):
    config = Config()
    prepare("04_convolution_layer", config)
    sandbox = config.SandboxProvisioner
    assert sandbox.readable[0].endswith("course/data/files")
    assert any(path.endswith("solutions") for path in sandbox.hidden)
    assert not any(name.startswith("course.") for name in sandbox.forbidden)
