"""How much memory a training step takes beyond the network and its images, ours and PyTorch's, each in a process of its own.

``python -m course.bench.memory course lenet5`` prints the bytes.
"""

from __future__ import annotations

import resource
import subprocess
import sys

import numpy as np

STEPS = 4


def peak(contender: str, model: str) -> int | None:
    """Bytes at the worst moment of a few training steps above what was held before the first; None where it cannot run."""
    command = [sys.executable, "-m", "course.bench.memory", contender, model]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return int(done.stdout) if done.returncode == 0 else None


def _measure(contender: str, model: str) -> int:
    from course.bench import pytorch

    rng = np.random.default_rng(0)
    N, shape = (64, (1, 28, 28)) if model == "lenet5" else (32, (3, 32, 32))
    images, labels = rng.standard_normal((N, *shape), np.float32), rng.integers(0, 10, N)
    if contender == "torch":
        torch = pytorch.torch_or_none(2)
        network = pytorch.lenet5(torch) if model == "lenet5" else pytorch.vgg11(torch)
        step = pytorch.training_step(torch, network, images, labels)
        one = pytorch.training_step(torch, network, images[:2], labels[:2])
    else:
        from course.bench.rows import training, vgg11
        from course.models import lenet5

        ours = lenet5() if model == "lenet5" else vgg11()
        step, one = training(ours, images, labels), training(ours, images[:2], labels[:2])
    one()  # compiled, drawn, and the optimiser's state made: none of that is the step's
    before = _resident()
    for _ in range(STEPS):
        step()
    return _highest() - before


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _highest() -> int:
    """The highest so far, which includes the time before; so what is measured is never too small."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(_measure(*sys.argv[1:]))
