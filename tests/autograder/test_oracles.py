"""The oracles agree with PyTorch and with the library, over shapes that hypothesis draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import oracles
from course import functional as F

torch = pytest.importorskip("torch")


@st.composite
def layers(draw):
    size = st.integers(1, 4)
    kernel, padding = (draw(size), draw(size)), (draw(st.integers(0, 3)), draw(st.integers(0, 3)))
    height, width = (draw(st.integers(max(1, k - 2 * p), 7)) for k, p in zip(kernel, padding, strict=True))
    n, channels, filters = draw(size), draw(size), draw(size)
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    x = rng.standard_normal((n, channels, height, width)).astype(dtype)
    weight = rng.standard_normal((filters, channels, *kernel)).astype(dtype)
    bias = rng.standard_normal(filters).astype(dtype) if draw(st.booleans()) else None
    stride = draw(st.one_of(size, st.tuples(size, size)))
    return x, weight, bias, stride, padding


@given(layers())
def test_conv2d_is_that_of_torch_and_of_the_library(case):
    x, weight, bias, stride, padding = case
    ours = oracles.conv2d(x, weight, bias, stride, padding)
    tensors = [None if a is None else torch.from_numpy(a) for a in (x, weight, bias)]
    theirs = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding).numpy()
    assert ours.dtype == theirs.dtype == x.dtype
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours, F.conv2d_forward(x, weight, bias, stride, padding), rtol=1e-4, atol=1e-5)


def test_counts_are_those_of_torch_layers():
    from autograder.registry import find

    def size(layer):
        return sum(parameter.numel() for parameter in layer.parameters())

    conv, dense = find("conv2d_parameters")[0].oracle, find("linear_parameters")[0].oracle
    assert conv(3, 16, 3) == 448 == size(torch.nn.Conv2d(3, 16, 3))
    assert conv(3, 8, 5) == 608 == size(torch.nn.Conv2d(3, 8, 5))
    assert conv(5, 7, (2, 3), bias=False) == size(torch.nn.Conv2d(5, 7, (2, 3), bias=False))
    assert dense((2, 3, 4), (3, 2, 5)) == size(torch.nn.Linear(24, 30))
    assert dense((2, 3, 4), (3, 2, 5), bias=False) == size(torch.nn.Linear(24, 30, bias=False))


def test_the_designed_filters_do_what_is_asked():
    from autograder.registry import find

    weight = find("design_filters")[0].oracle()
    image = np.random.default_rng(0).standard_normal((1, 3, 5, 6))
    out = F.conv2d_forward(image, weight, padding=1)[0]
    np.testing.assert_allclose(out[0], image[0].mean(axis=0))
    np.testing.assert_allclose(out[2], image[0, 0] - image[0, 2])
    ramp = np.tile(np.arange(6.0), (1, 3, 5, 1))  # brighter to the right by 1 in each column
    inside = F.conv2d_forward(ramp, weight, padding=1)[0, 1, 1:-1, 1:-1]
    np.testing.assert_allclose(inside, 2.0)  # Sobel / 4 of such a ramp: (1 + 2 + 1) * 2 / 4
