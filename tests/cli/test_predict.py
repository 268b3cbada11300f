"""`course predict`: a picture in, a digit out, or one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

from course.data import mnist
from course.models import lenet5
from course.training import checkpoint

Course = Callable[..., Result]


def one_sentence(result: Result, *words: str) -> None:
    """The command failed with code 1, one line beginning with "Error: ", and no traceback."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def drawn(path: Path, i: int) -> Path:
    """The i-th test digit as someone might draw it: large, dark on white, off centre."""
    canvas = np.full((300, 260), 255, np.uint8)
    canvas[15:239, 30:254] -= np.asarray(Image.fromarray(mnist(train=False).images[i, 0]).resize((224, 224)))
    Image.fromarray(canvas).save(path)
    return path


@pytest.mark.parametrize("i, digit", [(0, 7), (1, 2), (2, 1), (3, 0), (4, 4)])
def test_it_reads_a_drawn_digit(i: int, digit: int, course: Course, trained: Path, tmp_path: Path) -> None:
    result = course("predict", drawn(tmp_path / "digit.png", i), "--weights", trained / "best.safetensors")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"digit.png: {digit} (")
    shares = [float(word.strip("(),%\n").removesuffix("%")) for word in result.stdout.split() if "%" in word]
    assert len(shares) == 3
    assert 100.1 >= sum(shares) >= shares[0] >= shares[1] >= shares[2] >= 0


def test_no_picture(course: Course, trained: Path) -> None:
    one_sentence(
        course("predict", "none.png", "--weights", trained / "best.safetensors"), "none.png: there is no such file."
    )


def test_not_a_picture(course: Course, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("seven")
    one_sentence(course("predict", "text.png", "--weights", trained / "best.safetensors"), "not a picture")


def test_no_weights(course: Course, tmp_path: Path) -> None:
    drawn(tmp_path / "digit.png", 0)
    one_sentence(course("predict", "digit.png"), "there are no weights here; `course train` makes some.")


def test_damaged_weights(course: Course, trained: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "digit.png", 0)
    (tmp_path / "half.safetensors").write_bytes((trained / "best.safetensors").read_bytes()[:5000])
    one_sentence(course("predict", "digit.png", "--weights", "half.safetensors"), "not a whole safetensors file.")


def test_the_state_of_a_run_in_place_of_weights(course: Course, trained: Path, tmp_path: Path) -> None:
    drawn(tmp_path / "digit.png", 0)
    one_sentence(course("predict", "digit.png", "--weights", trained / "last.safetensors"), "the state dict lacks")


def test_weights_that_know_no_digits(course: Course, tmp_path: Path) -> None:
    drawn(tmp_path / "digit.png", 0)
    checkpoint.save("clothes.safetensors", lenet5().state_dict(), {"model": "lenet5", "data": "fashion_sample"})
    one_sentence(
        course("predict", "digit.png", "--weights", "clothes.safetensors"),
        "clothes.safetensors: this network was trained on fashion_sample, and `course predict` reads digits.",
    )
