"""What a wrong argument is answered with: one line that names the operation, the argument and its value."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F


def zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape)


X, W = zeros(2, 3, 6, 5), zeros(4, 3, 3, 2)


def test_the_sentence(sentence: tuple[Callable[[], object], str]) -> None:
    call, words = sentence
    with pytest.raises(ValueError, match=rf"^{re.escape(words)}$"):
        call()


@pytest.mark.parametrize("padding", [0, 1, 2, 3])
def test_the_advice_on_padding_works(padding: int) -> None:
    x, weight = zeros(1, 1, 2, 3), zeros(1, 1, 10, 10)
    with pytest.raises(ValueError, match=r"use padding=\d") as caught:
        F.conv2d_forward(x, weight, padding=padding)
    advice = int(re.search(r"use padding=(\d+)", str(caught.value)).group(1))  # type: ignore[union-attr]
    assert F.conv2d_forward(x, weight, padding=advice).size


@pytest.mark.parametrize("size", [(0, 4), (4, 0)])
@pytest.mark.parametrize("pool", [F.max_pool2d_forward, F.avg_pool2d_forward])
def test_an_image_without_pixels_is_refused(pool: Callable[..., np.ndarray], size: tuple[int, int]) -> None:
    """PyTorch refuses it too; the loops would read a pixel that is not there."""
    with pytest.raises(ValueError, match="pool2d"):
        pool(zeros(1, 1, *size), 2, padding=1)


@pytest.mark.parametrize("how", [{"stride": 0}, {"dilation": 0}, {"padding": -1}])
def test_the_plain_version_refuses_what_the_fast_one_refuses(how: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=rf"^conv2d: {next(iter(how))} is "):
        F.conv2d_forward_plain(X, W, **how)
