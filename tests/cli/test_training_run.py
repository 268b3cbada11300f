"""All of MNIST through the command line: stopped by Ctrl-C and taken up again, and trained to what the course promises."""

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from course.data import mnist
from course.training import evaluate, load_model

pytestmark = pytest.mark.slow

Command = tuple[list[str], dict[str, str]]


def read_until(terminal: int, pattern: str | None, seconds: float) -> str:
    """What a program writes to its terminal until `pattern` appears, or to its end."""
    text, end = "", time.monotonic() + seconds
    while pattern is None or not re.search(pattern, text):
        assert time.monotonic() < end, f"{pattern!r} did not come in {seconds} s:\n{text}"
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                chunk = os.read(terminal, 4096)
            except OSError:  # how Linux says that nobody writes any more
                break
            if not chunk:
                break
            text += chunk.decode()
    return text


def test_stopped_by_ctrl_c_and_resumed(command: Command, tmp_path: Path) -> None:
    termios = pytest.importorskip("termios", reason="needs a POSIX terminal")
    argv, env = command
    terminal, its_end = os.openpty()  # the progress bar shows on a terminal only
    termios.tcsetwinsize(its_end, (24, 120))
    process = subprocess.Popen(
        [*argv, "train", "lenet5", "--epochs", "1"], env=env, cwd=tmp_path, stdout=its_end, stderr=its_end
    )
    os.close(its_end)
    read_until(terminal, r"epoch 1/1: +[1-9]\d?%", 120)
    process.send_signal(signal.SIGINT)
    told = read_until(terminal, None, 60)
    os.close(terminal)
    assert process.wait(timeout=30) == 0
    best, last = (tmp_path / "runs" / "lenet5" / name for name in ("best.safetensors", "last.safetensors"))
    assert "Stopped. best weights so far: runs/lenet5/best.safetensors (" in told
    assert "Go on with: course train lenet5 --resume" in told
    assert "Traceback" not in told
    assert best.exists()
    assert last.exists()
    early = evaluate(load_model(best), mnist(train=False)).accuracy

    done = subprocess.run(
        [*argv, "train", "lenet5", "--resume"], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("weights: runs/lenet5/best.safetensors")
    final = evaluate(load_model(best), mnist(train=False)).accuracy
    assert final > max(early, 0.975)
    assert f"test: {final:.2%} of 10,000 images right" in done.stdout


def test_three_epochs_reach_what_the_course_promises(command: Command, tmp_path: Path) -> None:
    argv, env = command
    done = subprocess.run(
        [*argv, "train", "lenet5", "--seed", "0", "--out", "run"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("held out: loss") == 3
    assert evaluate(load_model(tmp_path / "run" / "best.safetensors"), mnist(train=False)).accuracy >= 0.989
