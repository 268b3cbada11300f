"""`course train`: runs that are kept apart, taken up again, and told about in one sentence when that cannot be."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from course.data import Dataset, mnist
from course.training import Trainer, checkpoint, command

Course = Callable[..., Result]


@pytest.fixture(autouse=True)
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run on 5,400 images: 400 to train on beside the 5,000 held out, and 300 to test."""

    def few(train: bool = True) -> Dataset:
        return mnist(True)[:5400] if train else mnist(False)[:300]

    monkeypatch.setattr(command, "mnist", few)


def test_a_run_says_what_it_does_and_where_the_weights_are(course: Course) -> None:
    result = course("train", "--epochs", 1, "--seed", 4)
    assert result.exit_code == 0, result.output
    first, *_, last = result.stdout.splitlines()
    assert first == "lenet5: 61,706 parameters; 400 images to train on, 5,000 held out to choose the best weights"
    assert "epoch 1: loss " in result.stdout
    assert "\ntest: " in result.stdout
    assert last.endswith("weights: runs/lenet5/best.safetensors")
    facts = checkpoint.load("runs/lenet5/best.safetensors")[1]
    assert facts["model"] == "lenet5"
    assert facts["plan"] == {"epochs": 1, "batch_size": 64, "lr": 0.003, "held_out": 5000, "seed": 4}


def test_the_number_of_test_images_is_counted(course: Course) -> None:
    assert "of 300 images right" in course("train", "--epochs", 1).stdout


def test_an_earlier_run_is_moved_aside(course: Course, tmp_path: Path) -> None:
    for name, content in (("lenet5.1", b"the first run"), ("lenet5", b"the second run")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "last.safetensors").write_bytes(content)
    result = course("train", "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("kept the earlier run as runs/lenet5.2\n")
    kept = {path.parent.name: path.read_bytes() for path in tmp_path.glob("runs/*/last.safetensors")}
    assert kept.pop("lenet5")[:20] != b"the second run"
    assert kept == {"lenet5.1": b"the first run", "lenet5.2": b"the second run"}


def test_a_complete_run_is_not_taken_up(course: Course, tmp_path: Path) -> None:
    course("train", "--epochs", 1, "--out", "here")
    before = (tmp_path / "here" / "last.safetensors").read_bytes()
    result = course("train", "--resume", "--out", "here")
    assert result.exit_code == 0
    assert result.stdout == "The run in here is complete: here/best.safetensors\n"
    assert (tmp_path / "here" / "last.safetensors").read_bytes() == before


def test_the_folder_one_stands_in(course: Course, tmp_path: Path) -> None:
    """It cannot be moved away, so either its files are kept in another way or the answer says what to do."""
    (tmp_path / "best.safetensors").write_bytes(b"earlier")
    result = course("train", "--epochs", 1, "--out", ".")
    if result.exit_code == 0:
        assert "kept the earlier run" in result.stdout
    else:
        assert "PosixPath" not in result.stderr
        assert (tmp_path / "best.safetensors").read_bytes() == b"earlier"


def fails(result: Result, sentence: str) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.stdout, result.stderr) == ("", f"Error: {sentence}\n")


def test_nothing_to_resume(course: Course) -> None:
    fails(
        course("train", "--resume"),
        "runs/lenet5: there is no run to go on with; start one with: course train lenet5",
    )


@pytest.mark.parametrize("facts", [{}, {"model": "alexnet", "plan": {}}, {"model": "lenet5"}], ids=str)
def test_what_is_no_state_of_a_run(facts: checkpoint.Facts, course: Course, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "runs" / "lenet5" / "last.safetensors", {}, facts)
    fails(
        course("train", "--resume"),
        "runs/lenet5/last.safetensors: this is not the state of a lenet5 run.",
    )


def test_the_state_of_another_version(course: Course, tmp_path: Path) -> None:
    """A plan with a part that this version does not know."""
    facts = {"model": "lenet5", "plan": {"epochs": 1, "cut_out": 7}, "progress": {}}
    checkpoint.save(tmp_path / "runs" / "lenet5" / "last.safetensors", {}, facts)
    result = course("train", "--resume")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.startswith("Error: runs/lenet5/last.safetensors: ")


def test_ctrl_c_before_the_first_step(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = command._fit_with_bar

    def impatient(trainer: Trainer) -> None:
        signal.raise_signal(signal.SIGINT)
        fit(trainer)

    monkeypatch.setattr(command, "_fit_with_bar", impatient)
    result = course("train", "--epochs", 1)
    assert result.exit_code == 0
    assert "Stopped." in result.stdout


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_diverges_is_told_so(course: Course) -> None:
    result = course("train", "--epochs", 1, "--lr", 1e9)
    assert "there are no weights here; `course train` makes some" not in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "wrong", [["--epochs", "0"], ["--lr", "0"], ["--batch-size", "-1"], ["--seed", "x"], ["vgg99"]]
)
def test_numbers_that_make_no_sense(wrong: list[str], course: Course, tmp_path: Path) -> None:
    result = course("train", *wrong)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
