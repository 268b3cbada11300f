"""Groups, borders, transposed and locally connected layers: one thread and two give the same bits."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

import course
from course import functional as F


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)


X, SIGNALS = drawn(30, 12, 19, 17), drawn(60, 6, 400)
SAME = {"padding": "same", "groups": 3, "padding_mode": "reflect"}
UP = {"stride": 2, "output_padding": 1}

CALLS: dict[str, Callable[[], Iterable[np.ndarray]]] = {
    "groups": lambda: F.conv2d_backward(drawn(30, 9, 19, 17), X, drawn(9, 4, 3, 4), **SAME),
    "groups forward": lambda: [F.conv2d_forward(X, drawn(9, 4, 3, 4), drawn(9), **SAME)],
    "depthwise": lambda: F.conv2d_backward(drawn(30, 12, 17, 15), X, drawn(12, 1, 3, 3), groups=12),
    "pointwise": lambda: F.conv2d_backward(drawn(30, 8, 19, 17), X, drawn(8, 12, 1, 1)),
    "pointwise forward": lambda: [F.conv2d_forward(X, drawn(8, 12, 1, 1))],
    "signals": lambda: F.conv1d_backward(drawn(60, 5, 396), SIGNALS, drawn(5, 6, 5)),
    "transposed": lambda: F.conv_transpose2d_backward(drawn(30, 4, 40, 36), X, drawn(12, 4, 3, 3), **UP),
    "transposed forward": lambda: [F.conv_transpose2d_forward(X, drawn(12, 4, 3, 3), **UP)],
    "local": lambda: F.locally_connected2d_backward(drawn(30, 2, 17, 15), X, drawn(17, 15, 2, 12, 3, 3)),
    "local forward": lambda: [F.locally_connected2d_forward(X, drawn(17, 15, 2, 12, 3, 3))],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_one_thread_and_two(call: Callable[[], Iterable[np.ndarray]]) -> None:
    before = course.num_threads()
    found = []
    for n in (1, 2, 3):
        course.set_num_threads(n)
        found.append([a.tobytes() for a in call()])
    course.set_num_threads(before)
    assert found[0] == found[1] == found[2]
