"""Speed as a ratio: our LeNet-5 training step beside PyTorch's, in one run on one machine, taking turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

import numpy as np

from course import set_num_threads
from course.data import DataLoader, mnist
from course.models import lenet5
from course.optim import Adam
from course.training import training_step

Step = Callable[[np.ndarray, np.ndarray], object]
BATCH = 64


class Speed(NamedTuple):
    """Images per second, and PyTorch's where it is installed, with the same number of threads."""

    threads: int
    ours: float
    pytorch: float | None


def lenet_steps(threads: tuple[int, ...] = (1, 2), rounds: int = 9) -> Iterator[Speed]:
    """Time training steps of LeNet-5 on real digits, batch 64, Adam; medians over `rounds` turns of 20 steps each."""
    batches = list(DataLoader(mnist()[: 20 * BATCH], BATCH))
    for n in threads:
        set_num_threads(n)
        contestants = [_our_step()] + ([theirs] if (theirs := _pytorch_step(n)) else [])
        for step in contestants:
            _seconds(step, batches)  # compile, fill caches
        turns = [[_seconds(step, batches) for step in contestants] for _ in range(rounds)]
        speeds = [20 * BATCH / median(times) for times in zip(*turns, strict=True)]
        yield Speed(n, speeds[0], speeds[1] if len(speeds) > 1 else None)


def _seconds(step: Step, batches: list[tuple[np.ndarray, np.ndarray]]) -> float:
    start = time.perf_counter()
    for images, labels in batches:
        step(images, labels)
    return time.perf_counter() - start


def _our_step() -> Step:
    model = lenet5()
    optimizer = Adam(model.parameters())
    return lambda images, labels: training_step(model, optimizer, images, labels)


def _pytorch_step(threads: int) -> Step | None:
    try:
        import torch
        from torch import nn
    except ImportError:
        return None
    torch.set_num_threads(threads)
    features = [
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
    ]
    classifier = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    model = nn.Sequential(*features, nn.Flatten(), *classifier)
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()

    def step(images: np.ndarray, labels: np.ndarray) -> None:
        optimizer.zero_grad()
        loss(model(torch.from_numpy(images)), torch.from_numpy(labels)).backward()
        optimizer.step()

    return step
