"""The command line in this process, and as a process of its own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from course.cli import main
from course.data import mnist
from course.models import lenet5
from course.training import Plan, Trainer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """course("predict", "digit.png") -> the result of the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(main, [str(a) for a in args])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run of LeNet-5: good enough to tell most digits."""
    folder = tmp_path_factory.mktemp("run")
    Trainer(lenet5(), mnist()[:3000], folder, Plan(epochs=2, batch_size=32, held_out=200), {"model": "lenet5"}).fit()
    return folder


@pytest.fixture
def command() -> tuple[list[str], dict[str, str]]:
    """`python -m course` as a list, and an environment in which it finds the library from anywhere."""
    return [sys.executable, "-m", "course"], {**os.environ, "PYTHONPATH": str(ROOT)}
