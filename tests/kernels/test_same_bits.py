"""One thread and two give the same bits: how work is cut depends on shapes alone."""

import numpy as np

import course
from course import functional as F
from course.models import lenet5
from course.optim import Adam
from course.training import training_step


def with_threads(n: int, compute):  # type: ignore[no-untyped-def]
    before = course.num_threads()
    course.set_num_threads(n)
    try:
        return compute()
    finally:
        course.set_num_threads(before)


def same_bits(compute) -> None:  # type: ignore[no-untyped-def]
    one = with_threads(1, compute)
    for n in (2, 2, 3):
        for a, b in zip(one, with_threads(n, compute), strict=True):
            assert a.tobytes() == b.tobytes()


def test_operations(rng: np.random.Generator) -> None:
    x, weight = rng.normal(size=(50, 3, 21, 19)).astype(np.float32), rng.normal(size=(7, 3, 3, 5)).astype(np.float32)
    grad_out = rng.normal(size=(50, 7, 21, 19)).astype(np.float32)
    pooled = rng.normal(size=(50, 3, 10, 9)).astype(np.float32)
    same_bits(lambda: [F.conv2d_forward(x, weight, padding=(1, 2))])
    same_bits(lambda: F.conv2d_backward(grad_out, x, weight, padding=(1, 2)))
    same_bits(lambda: [F.max_pool2d_forward(x, 3, 2), F.max_pool2d_backward(pooled, x, 3, 2)])
    same_bits(lambda: [F.avg_pool2d_forward(x, 3, 2), F.avg_pool2d_backward(pooled, x, 3, 2)])


def test_training_steps(rng: np.random.Generator) -> None:
    batches = [(rng.normal(size=(64, 1, 28, 28)).astype(np.float32), rng.integers(10, size=64)) for _ in range(3)]

    def steps() -> list[np.ndarray]:
        model = lenet5(seed=2)
        optimizer = Adam(model.parameters(), lr=0.003)
        for images, labels in batches:
            training_step(model, optimizer, images, labels)
        return [p.data for p in model.parameters()]

    same_bits(steps)
