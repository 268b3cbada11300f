"""`course` itself: its table, its warm-up, and how it is started."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from course import __version__, cli, models
from course.insight import summary
from course.training import recipes

Course = Callable[..., Result]


def test_what_is_on_offer_is_what_there_is() -> None:
    assert tuple(recipes.MODELS) == cli.MODELS
    assert tuple(recipes.RECIPES) == cli.DATA
    makers = {name: make for name in models.__all__ if inspect.isfunction(make := getattr(models, name))}
    networks = {name for name, make in makers.items() if "seed" in inspect.signature(make).parameters}
    assert networks == {*cli.MODELS, *cli.OTHERS}
    assert len(cli.MODELS + cli.OTHERS) == len(networks)


def test_summary(course: Course) -> None:
    result = course("summary")
    assert result.exit_code == 0
    assert result.stdout == str(summary(models.lenet5(), (1, 28, 28))) + "\n"
    assert result.stdout.splitlines()[-1].split() == ["total", "61,706", "416,520"]


@pytest.mark.parametrize("model", cli.OTHERS)
def test_summaries_of_the_large_ones(model: str, course: Course) -> None:
    """No weight is drawn and no pixel computed, so this takes no time worth mentioning."""
    result = course("summary", model)
    assert result.exit_code == 0, result.output
    parameters = {"vgg16": "138,357,544", "resnet50": "25,557,032", "googlenet": "6,624,904", "net3": "1,226"}
    assert result.stdout.splitlines()[-1].split()[:2] == ["total", parameters.get(model, result.stdout.split()[-2])]


def test_an_unknown_model_is_told_which_there_are(course: Course) -> None:
    result = course("summary", "vgg99")
    assert result.exit_code == 2
    assert "'vgg99' is not one of 'lenet5', 'lenet5_bn', " in result.stderr
    assert "Traceback" not in result.output


FROM_THE_CACHE = """
from course.kernels import columns, warmup
warmup.run_one("im2col float32")
stats = columns.im2col._ready.stats
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def test_warmup_compiles_for_every_later_process(course: Course, command: tuple[list[str], dict[str, str]]) -> None:
    pytest.importorskip("numba")
    result = course("warmup")
    assert result.exit_code == 0, result.output
    later = [sys.executable, "-c", FROM_THE_CACHE]
    done = subprocess.run(later, env=command[1], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("1 0\n", "")


def test_help_and_version(course: Course) -> None:
    for name in ("train", "predict", "export", "summary", "warmup"):
        assert name in course("--help").stdout
    assert course("--version").stdout.endswith(f"version {__version__}\n")


def test_python_minus_m_course(command: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    argv, env = command
    done = subprocess.run([*argv, "summary"], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "61,706" in done.stdout
    done = subprocess.run(
        [*argv, "predict", "none.png"], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: none.png: there is no such file.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_no_error(command: tuple[list[str], dict[str, str]], tmp_path: Path) -> None:
    """`course summary | true` must not end in a complaint about a pipe."""
    argv, env = command
    process = subprocess.Popen(
        [*argv, "summary"], env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()  # type: ignore[union-attr]
    assert process.stderr.read() == b""  # type: ignore[union-attr]
    process.wait(timeout=60)
