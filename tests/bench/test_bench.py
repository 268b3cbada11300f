"""The benchmark runs and says what it should; how fast anything is, no test asks."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from course import num_threads
from course.bench import Timing, take_turns
from course.bench.machine import Machine
from course.bench.memory import peak
from course.bench.rows import Row, rows, training_steps
from course.bench.run import TOO_NOISY, judge
from course.bench.scaling import scaling
from course.bench.table import row_line
from course.cli import main

QUICK = ["lenet5_train_step", "vgg_conv_forward", "vgg_conv_train", "vgg11_train_step"]
MACHINE = Machine(flops=1e11, bytes=1e10, spread=0.01)


def test_contenders_take_turns() -> None:
    order: list[str] = []
    found = take_turns({name: lambda name=name: order.append(name) for name in "ab"}, seconds=0, least=5)
    assert [len(timing.rounds) for timing in found.values()] == [5, 5]
    turns = [name for name, before in zip(order, [None, *order], strict=False) if name != before]
    assert turns == ["a", "b"] * 6  # a warm-up each, then five rounds


def test_a_ratio_is_taken_round_by_round() -> None:
    # the machine slowed down to half its speed: neither median alone shows that one is always three times as fast
    ours, theirs = Timing((1.0, 1.0, 2.0, 2.0, 2.0)), Timing((3.0, 3.0, 6.0, 6.0, 6.0))
    assert ours.times(theirs) == (3.0, 0.0)
    assert ours.spread == 0.5


def test_judgement() -> None:
    row = Row("row", 1.5, {}, flops=2e8, shares={"python": 0.01})
    timings = {"course": Timing((0.002,) * 5), "torch": Timing((0.003,) * 5), "python": Timing((0.1,) * 5)}
    result = judge(row, 2, timings, MACHINE)
    assert result.ratio_vs_torch == pytest.approx(1.5) and not result.noisy
    assert result.milliseconds["python"] == pytest.approx(10_000)
    assert result.share_of_peak == pytest.approx(1.0)
    shaky = judge(row, 2, {"course": timings["course"], "torch": Timing((0.003, 0.001, 0.009, 0.002, 0.02))}, MACHINE)
    assert shaky.noisy and shaky.spread > TOO_NOISY  # type: ignore[operator]
    assert "too noisy to judge" in row_line(shaky) and "100 x" not in row_line(shaky)
    alone = judge(row, 1, {"course": timings["course"]}, MACHINE)
    assert alone.ratio_vs_torch is None and "PyTorch" not in row_line(alone)


@pytest.mark.slow
def test_every_row_does_its_work() -> None:
    for row in rows(1):
        for work in row.ways.values():
            work()


def test_a_file_that_cannot_be_written_is_refused_before_a_minute_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.bench.command.results", lambda *_: pytest.fail("measured"))
    monkeypatch.setattr("course.bench.command.tasks", lambda: pytest.fail("compiled"))
    done = CliRunner().invoke(main, ["bench", "--json", str(tmp_path / "nowhere" / "bench.json")])
    assert done.exit_code == 1
    assert (
        done.output == f"Error: {tmp_path}/nowhere/bench.json: there is no folder {tmp_path}/nowhere; make it first.\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the highest mark")
def test_memory_is_that_of_the_step_alone() -> None:
    """64 digits and their maps are a few MB; this process and a compiler at work would be hundreds."""
    found = peak("course", "lenet5")
    assert found is not None and 2e6 < found < 50e6


@pytest.mark.slow
def test_what_two_threads_bring_is_measured_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []
    monkeypatch.setattr("course.bench.scaling.training_steps", lambda: {"step": lambda: used.append(num_threads())})
    before = num_threads()
    ((name, ratio, _),) = scaling(2, seconds=0.1)
    assert name == "step" and ratio > 0 and num_threads() == before
    turns = [n for n, last in zip(used, [None, *used], strict=False) if n != last]
    assert turns[:6] == [1, 2] * 3
    assert list(training_steps()) == [QUICK[0], QUICK[3]]


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    before = num_threads()
    done = CliRunner().invoke(main, ["bench", "--quick", "--threads", "1", "--json", str(tmp_path / "bench.json")])
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "bench.json").read_text())
    assert [row["name"] for row in found["rows"]] == QUICK
    assert all(row["ratio_vs_torch"] > 0 and row["threads"] == 1 for row in found["rows"])
    assert all(name in done.output for name in QUICK)
    assert num_threads() == before
