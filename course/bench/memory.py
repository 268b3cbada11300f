"""How much memory a training step takes beyond the network and its images, ours and PyTorch's, each in a process of its own.

``python -m course.bench.memory course lenet5`` prints the bytes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from course.bench.rows import Step

STEPS = 4


def peak(contender: str, model: str) -> int | None:
    """Bytes at the worst moment of a few training steps above what was held before the first; None where /proc is missing."""
    command = [sys.executable, "-m", "course.bench.memory", contender, model]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return int(done.stdout) if done.returncode == 0 else None


def _measure(contender: str, model: str) -> int:
    from course.bench import pytorch

    rng = np.random.default_rng(0)
    N, shape = (64, (1, 28, 28)) if model == "lenet5" else (32, (3, 32, 32))
    images, labels = rng.standard_normal((N, *shape), np.float32), rng.integers(0, 10, N)
    step: Step
    if contender == "torch":
        torch = pytorch.torch_or_none(2)
        network = pytorch.lenet5(torch) if model == "lenet5" else pytorch.vgg11(torch)
        step = pytorch.training_step(torch, network, images, labels)
    else:
        from course.bench.rows import training, vgg11
        from course.kernels.warmup import tasks
        from course.models import lenet5

        for _, task in tasks():
            task()
        step = training(lenet5() if model == "lenet5" else vgg11(), images, labels)
    step(2)  # compiled, drawn, and the optimiser's state made: none of that is the step's
    before = _bytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark so far
    for _ in range(STEPS):
        step()
    return _bytes("VmHWM") - before


def _bytes(name: str) -> int:
    """A line of /proc/self/status: VmRSS is the memory in use, VmHWM its highest mark.

    Not `resource.getrusage`: its highest mark counts the process that started this one.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


if __name__ == "__main__":
    print(_measure(*sys.argv[1:]))
