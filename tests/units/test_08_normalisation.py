"""What unit 08 says of slopes, of the variance shift, of learning rates and of doubt."""

import numpy as np
import pytest

from course.data import DataLoader, fashion_sample, mnist
from course.explore.distributions.figure import make_state
from course.functional import batch_norm2d_forward, local_response_norm_forward
from course.insight import uncertainty
from course.models import lenet5, lenet5_bn
from course.nn import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from course.optim import SGD, Adam
from course.training import evaluate, train
from tests.units.seeds import SEEDS

TEST = mnist(train=False)[:2000]


def test_ten_sigmoids_lose_more_than_a_hundred_thousandth():
    assert make_state("sigmoid", 10, 1.0, False, None).gradients[0] < 1e-5
    assert 0.3 < make_state("ReLU", 10, 1.4, False, None).gradients[0] < 3
    with_norm = [make_state("sigmoid", 10, gain, True, None).gradients[0] for gain in (0.5, 1.0, 3.0)]
    assert max(with_norm) / min(with_norm) < 1.2, "with batch norm the size of the weights does not matter"


def test_relu_and_max_pooling_may_change_places():
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 4))
    assert np.array_equal(MaxPool2d(2)(ReLU()(x)), ReLU()(MaxPool2d(2)(x)))


def test_a_bias_before_batch_norm_has_no_gradient_and_dropout_before_it_shifts_the_variance():
    rng = np.random.default_rng(0)
    conv, norm = Conv2d(2, 3, 3, rng=rng), BatchNorm2d(3)
    out = norm(conv(rng.standard_normal((4, 2, 6, 5))))
    conv.backward(norm.backward(rng.standard_normal(out.shape)))
    assert np.abs(conv.bias.grad).max() < 1e-5
    norm, drop = BatchNorm2d(1), Dropout(0.5, rng=rng)
    for _ in range(200):
        norm(drop(rng.standard_normal((64, 1, 4, 4))))
    norm.eval()
    assert norm(rng.standard_normal((512, 1, 4, 4))).std() == pytest.approx(0.5**0.5, abs=0.03)


def test_the_two_readings_of_alpha():
    x = np.random.default_rng(0).standard_normal((1, 7, 2, 2))
    paper = local_response_norm_forward(x, 5, 0.1, 0.75, 2.0, divide_alpha=False)
    assert np.allclose(paper, local_response_norm_forward(x, 5, 0.5, 0.75, 2.0))


def test_one_one_three_three():
    x = np.array([1.0, 1, 3, 3]).reshape(4, 1, 1, 1)
    one, zero = np.ones(1), np.zeros(1)
    assert batch_norm2d_forward(x, one, zero, zero, one, True)[0].ravel().round(4).tolist() == [-1, -1, 1, 1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_batch_norm_makes_the_learning_rate_matter_less(seed):
    digits = mnist()[:6000]
    reached = {}
    for make in (lenet5, lenet5_bn):
        for lr in (0.003, 0.3):
            model = make(seed=seed)
            with np.errstate(all="ignore"):
                train(model, DataLoader(digits, 32, shuffle=True, seed=seed), SGD(model.parameters(), lr=lr))
                reached[make, lr] = evaluate(model, TEST).accuracy
    assert reached[lenet5, 0.003] < 0.5 < 0.65 < reached[lenet5_bn, 0.003]
    assert reached[lenet5_bn, 0.3] > reached[lenet5, 0.3]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clothes_are_doubted_more_than_digits(seed):
    rng = np.random.default_rng(seed)
    blocks = [
        layer
        for i, o in ((1, 8), (8, 16))
        for layer in (Conv2d(i, o, 3, padding=1, rng=rng), BatchNorm2d(o), ReLU(), MaxPool2d(2), Dropout(0.3, rng=rng))
    ]
    model = Sequential(*blocks, Flatten(), Linear(16 * 7 * 7, 10, rng=rng))
    train(model, DataLoader(mnist()[:6000], 64, shuffle=True, seed=seed), Adam(model.parameters(), lr=3e-3), epochs=2)
    known, strange = (
        uncertainty(model, TEST.normalize(images[:200]), samples=20).mutual_information.mean()
        for images in (TEST.images, fashion_sample(train=False).images)
    )
    assert strange > 2 * known
