"""Each pooling layer is the function of its name with the arguments it was built with, and refuses bad ones at once."""

from collections.abc import Callable

import numpy as np
import pytest

from course import functional as F
from course.functional.max_pool import scatter_to_winners
from course.nn import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, MaxUnpool2d, Module

X = np.random.default_rng(5).normal(size=(3, 2, 7, 9))

LAYERS = [
    (MaxPool2d(2), "max_pool2d", (2,)),
    (MaxPool2d((3, 2), (2, 1), (1, 0)), "max_pool2d", ((3, 2), (2, 1), (1, 0))),
    (MaxPool2d(2, 2, 1, (2, 1)), "max_pool2d", (2, 2, 1, (2, 1))),
    (MaxPool2d((2, 3), (2, 3), (0, 1), ceil_mode=True), "max_pool2d", ((2, 3), (2, 3), (0, 1), 1, True)),
    (AvgPool2d(2), "avg_pool2d", (2,)),
    (AvgPool2d((3, 2), (2, 1), (1, 0)), "avg_pool2d", ((3, 2), (2, 1), (1, 0))),
    (AvgPool2d((2, 3), (2, 3), (0, 1), ceil_mode=True), "avg_pool2d", ((2, 3), (2, 3), (0, 1), True)),
    (AvgPool2d(2, 2, 1, count_include_pad=False), "avg_pool2d", (2, 2, 1, False, False)),
    (AdaptiveAvgPool2d((4, None)), "adaptive_avg_pool2d", ((4, None),)),
    (AdaptiveMaxPool2d((4, None)), "adaptive_max_pool2d", ((4, None),)),
    (AdaptiveAvgPool2d(1), "global_avg_pool2d", ()),
    (AdaptiveMaxPool2d(1), "global_max_pool2d", ()),
]


@pytest.mark.parametrize("layer, name, arguments", LAYERS, ids=[repr(layer) for layer, _, _ in LAYERS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_layer_is_the_function(
    layer: Module, name: str, arguments: tuple, dtype: type, rng: np.random.Generator
) -> None:
    x = X.astype(dtype)
    out = layer(x)
    np.testing.assert_array_equal(out, getattr(F, f"{name}_forward")(x, *arguments))
    grad_out = rng.normal(size=out.shape).astype(dtype)
    grad_x = layer.backward(grad_out)
    assert grad_x.dtype == dtype
    np.testing.assert_array_equal(grad_x, getattr(F, f"{name}_backward")(grad_out, x, *arguments))
    assert layer(x[:0]).shape == (0, *out.shape[1:])
    assert layer.backward(grad_out[:0]).shape == (0, 2, 7, 9)


@pytest.mark.parametrize("look", [False, True])
def test_2x2_windows_side_by_side_find_their_winners_when_asked(look: bool, rng: np.random.Generator) -> None:
    x, grad_out = rng.integers(0, 3, (3, 2, 6, 9)).astype(float), rng.normal(size=(3, 2, 3, 4))  # with ties
    pool = MaxPool2d(2)
    out, where = F.max_pool2d_with_indices(x, 2)
    np.testing.assert_array_equal(pool(x), out)
    if look:
        np.testing.assert_array_equal(pool.indices, where)
    expected = scatter_to_winners("max_pool", grad_out, where, x.shape)
    np.testing.assert_array_equal(pool.backward(grad_out), expected)


@pytest.mark.parametrize("layer, name, arguments", LAYERS, ids=[repr(layer) for layer, _, _ in LAYERS])
def test_a_gradient_of_another_shape_is_refused(layer: Module, name: str, arguments: tuple) -> None:
    out = layer(X)
    with pytest.raises(ValueError, match=r": grad_out has shape \(3, 2, 1, 5\), but the output has shape \("):
        layer.backward(np.zeros((3, 2, 1, 5)))
    assert out.shape != (3, 2, 1, 5)


def test_unpooling_puts_back_what_a_pooling_found(rng: np.random.Generator) -> None:
    pool, unpool = MaxPool2d(2), MaxUnpool2d(2)
    out = pool(X)
    back = unpool(out, pool.indices, X.shape)
    np.testing.assert_array_equal(back, F.max_unpool2d_forward(out, pool.indices, 2, output_size=(7, 9)))
    np.testing.assert_array_equal(back[back != 0], X[back != 0])
    np.testing.assert_array_equal(pool(back), np.maximum(out, 0))  # where the largest is negative, a zero beats it
    grad_out = rng.normal(size=X.shape)
    pool(X)
    expected = F.max_unpool2d_backward(grad_out, out, pool.indices, 2, output_size=(7, 9))
    np.testing.assert_array_equal(unpool.backward(grad_out), expected)
    assert unpool(out[:, :, :, :], pool.indices % 24, (6, 8)).shape == (3, 2, 6, 8)


WHOLE = "it must be a whole number of at least 1, or a pair (h, w) of them"
BAD: dict[str, tuple[Callable[[], object], str]] = {
    "kernel 0": (lambda: MaxPool2d(0), f"MaxPool2d: kernel_size is 0; {WHOLE}."),
    "stride 0": (lambda: MaxPool2d(2, 0), f"MaxPool2d: stride is 0; {WHOLE}."),
    "dilation 0": (lambda: MaxPool2d(2, dilation=(1, 0)), f"MaxPool2d: dilation is (1, 0); {WHOLE}."),
    "padding of max": (
        lambda: MaxPool2d(2, padding=2),
        "MaxPool2d: padding (2, 2) is more than half of kernel (2, 2), so a window could lie wholly outside; use less.",
    ),
    "padding of avg": (
        lambda: AvgPool2d((3, 2), padding=(1, 2)),
        "AvgPool2d: padding (1, 2) is more than half of kernel (3, 2), so a window could lie wholly outside; use less.",
    ),
    "kernel of avg": (lambda: AvgPool2d(2.5), f"AvgPool2d: kernel_size is 2.5; {WHOLE}."),
    "kernel of unpool": (lambda: MaxUnpool2d("2"), f"MaxUnpool2d: kernel_size is '2'; {WHOLE}."),
    "size of avg": (
        lambda: AdaptiveAvgPool2d(0),
        f"AdaptiveAvgPool2d: output_size is 0; {WHOLE}, with None for a side that is kept.",
    ),
    "size of max": (
        lambda: AdaptiveMaxPool2d((1, 2, 3)),
        f"AdaptiveMaxPool2d: output_size is (1, 2, 3); {WHOLE}, with None for a side that is kept.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_argument_is_refused_at_once(name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == sentence


def test_how_they_print() -> None:
    assert [repr(layer) for layer, _, _ in LAYERS] == [
        "MaxPool2d(kernel_size=2, stride=2, padding=0)",
        "MaxPool2d(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))",
        "MaxPool2d(kernel_size=2, stride=2, padding=1, dilation=(2, 1))",
        "MaxPool2d(kernel_size=(2, 3), stride=(2, 3), padding=(0, 1), ceil_mode=True)",
        "AvgPool2d(kernel_size=2, stride=2, padding=0)",
        "AvgPool2d(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))",
        "AvgPool2d(kernel_size=(2, 3), stride=(2, 3), padding=(0, 1), ceil_mode=True)",
        "AvgPool2d(kernel_size=2, stride=2, padding=1, count_include_pad=False)",
        "AdaptiveAvgPool2d(output_size=(4, None))",
        "AdaptiveMaxPool2d(output_size=(4, None))",
        "AdaptiveAvgPool2d(output_size=1)",
        "AdaptiveMaxPool2d(output_size=1)",
    ]
    assert repr(MaxUnpool2d(2, 1)) == "MaxUnpool2d(kernel_size=2, stride=1, padding=0)"
