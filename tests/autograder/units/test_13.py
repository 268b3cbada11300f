"""Unit 13: right answers in other styles get all points."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.registry import find
from course import functional as F
from course.nn import Conv2d, ReLU, Residual, Sequential

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def checked(name, function, seed=1234, hidden=True):
    exercise, mistakes = find(name)
    return run(exercise, mistakes, partial(call_here, function), seed=seed, hidden=hidden)


def block_in_torch(x, weights, biases):
    torch = pytest.importorskip("torch")
    f, x = torch.nn.functional, torch.from_numpy(x.copy())
    for weight, bias in zip(weights, biases, strict=True):
        x = f.relu(f.conv2d(x, torch.from_numpy(weight), torch.from_numpy(bias), padding=1))
    return f.max_pool2d(x, 2).numpy()


def block_of_the_library(x, weights, biases):
    print("x", x.shape)
    for weight, bias in zip(weights, biases, strict=True):
        x = F.relu_forward(F.conv2d_forward(np.asfortranarray(x), weight, bias, padding=(1, 1)))
    return np.asfortranarray(F.max_pool2d_forward(x, (2, 2)))


def residual_in_torch(x, *parameters):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    x, w1, b1, w2, b2 = (torch.from_numpy(a.copy()) for a in (x, *parameters))
    return f.relu(f.conv2d(f.relu(f.conv2d(x, w1, b1, padding=1)), w2, b2, padding=1) + x).numpy()


def residual_backward_in_torch(grad_out, *arrays):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    x, w1, b1, w2, b2 = tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]
    out = f.relu(f.conv2d(f.relu(f.conv2d(x, w1, b1, padding=1)), w2, b2, padding=1) + x)
    out.backward(torch.from_numpy(grad_out.copy()))
    return tuple(tensor.grad.numpy() for tensor in tensors)


def residual_by_layers(x, weight1, bias1, weight2, bias2):
    """The layers of course.nn, filled with the given numbers."""
    convs = [Conv2d(w.shape[1], w.shape[0], 3, padding=1) for w in (weight1, weight2)]
    for conv, weight, bias in zip(convs, (weight1, weight2), (bias1, bias2), strict=True):
        conv.weight.data, conv.bias.data = weight.copy(), bias.copy()
    return Residual(Sequential(convs[0], ReLU(), convs[1]), None, ReLU()), convs, x


def residual_backward_by_layers(grad_out, *arrays):
    block, (one, two), x = residual_by_layers(*arrays)
    block(x)
    grad_x = block.backward(grad_out)
    return [grad_x, one.weight.grad, one.bias.grad, two.weight.grad, two.bias.grad]


def table_of_lists(configuration, input_shape=(3, 224, 224), hidden=4096, num_classes=1000):
    shape, rows = list(input_shape), []
    for entry in configuration:
        before = shape[0]
        shape = [shape[0], shape[1] // 2, shape[2] // 2] if entry == "M" else [entry, *shape[1:]]
        rows.append([*shape, 0 if entry == "M" else 9 * before * entry + entry])
    sizes = [int(np.prod(shape)), hidden, hidden, num_classes]
    rows += [[b, 1, 1, a * b + b] for a, b in pairwise(sizes)]
    return np.asfortranarray(rows, dtype=np.int32)


def choice_by_sorting(parameters, multiply_adds, errors, most_parameters=np.inf, most_multiply_adds=np.inf):
    order = np.lexsort((multiply_adds, errors))
    fits = order[(parameters[order] <= most_parameters) & (multiply_adds[order] <= most_multiply_adds)]
    return fits[0] if len(fits) else None  # a NumPy integer


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("vgg_block_forward", block_in_torch),
        ("vgg_block_forward", block_of_the_library),
        ("residual_block_forward", residual_in_torch),
        ("residual_block_forward", lambda *arrays: (made := residual_by_layers(*arrays))[0](made[2])),
        ("residual_block_backward", residual_backward_in_torch),
        ("residual_block_backward", residual_backward_by_layers),
        ("vgg_table", table_of_lists),
        ("choose_network", choice_by_sorting),
    ],
)
def test_right_answers_in_another_style(name, function):
    report = checked(name, function)
    assert report.status == "right", report.text


def test_gradients_of_the_second_layer_alone_get_their_points():
    exercise, _ = find("residual_block_backward")

    def half(*arrays):
        grad_x, grad_w1, grad_b1, grad_w2, grad_b2 = exercise.oracle(*arrays)
        return 0 * grad_x, 0 * grad_w1, 0 * grad_b1, grad_w2, grad_b2

    report = checked("residual_block_backward", half)
    assert [line.score for line in report.lines] == [0.5, 1.5, 0, 0, 0]
