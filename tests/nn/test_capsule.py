"""Capsule layers: shapes of the paper, the functions behind them, the gradient of a whole small network, and that it learns."""

import numpy as np
import pytest

from course import functional as F
from course.nn import CapsuleLayer, CapsuleLengths, Conv2d, MarginLoss, PrimaryCapsules, ReLU, Sequential
from course.optim import Adam


def small(seed: int = 0) -> Sequential:
    """(N, 1, 7, 8) -> (N, 3): 2 kinds of capsules at 2x3 places, then 3 capsules."""
    rng = np.random.default_rng(seed)
    return Sequential(
        Conv2d(1, 4, 3, rng=rng),
        ReLU(),
        PrimaryCapsules(4, 2, 3, kernel_size=2, stride=2, rng=rng),
        CapsuleLayer(2 * 2 * 3, 3, 3, 4, rng=rng),
        CapsuleLengths(),
    )


def test_the_papers_sizes() -> None:
    model = Sequential(Conv2d(1, 256, 9), ReLU(), PrimaryCapsules(256, 32, 8, 9, 2), CapsuleLayer(1152, 8, 10, 16))
    assert model(np.zeros((1, 1, 28, 28), np.float32)).shape == (1, 10, 16)
    assert sum(p.size for p in model.parameters()) == 20_992 + 5_308_672 + 1_474_560


def test_a_primary_capsule_is_a_place_of_one_kind(rng: np.random.Generator) -> None:
    layer = PrimaryCapsules(2, 3, 4, kernel_size=(2, 3), stride=(1, 2), padding=1, rng=rng)
    x = rng.normal(size=(2, 2, 4, 5))
    maps = layer.conv(x)  # (2, 12, 5, 3)
    v = layer(x)
    assert v.shape == (2, 3 * 5 * 3, 4)
    for kind, h, w in np.ndindex(3, 5, 3):
        s = maps[1, 4 * kind : 4 * kind + 4, h, w]
        np.testing.assert_allclose(v[1, (kind * 5 + h) * 3 + w], F.squash_forward(s), rtol=1e-12)


def test_a_layer_is_prediction_and_routing(rng: np.random.Generator) -> None:
    layer, u, grad_out = (
        CapsuleLayer(5, 3, 2, 4, iterations=2, rng=rng),
        rng.normal(size=(6, 5, 3)),
        rng.normal(size=(6, 2, 4)),
    )
    u_hat = F.capsule_predictions_forward(u, layer.weight.data)
    np.testing.assert_array_equal(layer(u), F.routing_forward(u_hat, 2))
    grad_u_hat = F.routing_backward(grad_out, u_hat, 2)
    grad_u, grad_weight = F.capsule_predictions_backward(grad_u_hat, u, layer.weight.data)
    np.testing.assert_array_equal(layer.backward(grad_out), grad_u)
    np.testing.assert_array_equal(layer.weight.grad, grad_weight)
    layer.backward(grad_out)
    np.testing.assert_array_equal(layer.weight.grad, 2 * grad_weight)
    assert repr(layer) == "CapsuleLayer(5, 3, 2, 4, iterations=2)"


def test_the_whole_way_back_by_differences(rng: np.random.Generator) -> None:
    model, loss = small(), MarginLoss(m_plus=0.8, m_minus=0.05)
    for p in model.parameters():
        p.data = p.data.astype(np.float64)
    x, labels = rng.normal(size=(2, 1, 7, 8)), np.array([2, 0])
    loss(model(x), labels)
    grad_x = model.backward(loss.backward())
    places = [(x, grad_x)] + [(p.data, p.grad) for p in model.parameters()]
    for array, grad in places:
        for place in rng.permutation(array.size)[:6]:
            spot = np.unravel_index(place, array.shape)
            kept, values = array[spot], []
            for step in (1e-6, -1e-6):
                array[spot] = kept + step
                values.append(loss(model(x), labels))
            array[spot] = kept
            assert grad[spot] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5, abs=1e-8)


def test_it_learns_where_the_bar_stands(rng: np.random.Generator) -> None:
    """Upright, lying or slanted: three classes of drawn bars, nine in ten right after sixty steps."""
    model, loss = small(seed=1), MarginLoss()
    optimizer = Adam(model.parameters(), lr=0.02)

    def batch(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels, images = rng.integers(3, size=n), rng.normal(0, 0.1, (n, 1, 7, 8)).astype(np.float32)
        for image, label in zip(images[:, 0], labels, strict=True):
            i = rng.integers(2, 5)
            if label == 0:
                image[:, i] += 1
            elif label == 1:
                image[i] += 1
            else:
                image[np.arange(7), np.arange(7)] += 1
        return images, labels

    for _ in range(60):
        images, labels = batch(40)
        optimizer.zero_grad()
        loss(model(images), labels)
        model.backward(loss.backward())
        optimizer.step()
    images, labels = batch(200)
    lengths = model(images)
    assert lengths.dtype == np.float32
    assert (lengths.argmax(axis=1) == labels).mean() > 0.9


def test_the_loss_and_its_gradient(rng: np.random.Generator) -> None:
    loss, lengths, labels = MarginLoss(0.8, 0.2, 0.7), rng.uniform(0, 1, (4, 3)), np.array([0, 2, 1, 1])
    assert loss(lengths, labels) == F.margin_loss_forward(lengths, labels, 0.8, 0.2, 0.7)
    np.testing.assert_array_equal(loss.backward(), F.margin_loss_backward(lengths, labels, 0.8, 0.2, 0.7))


def test_no_images() -> None:
    model = small()
    assert model(np.zeros((0, 1, 7, 8), np.float32)).shape == (0, 3)
    assert model.backward(np.zeros((0, 3), np.float32)).shape == (0, 1, 7, 8)


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (
            lambda: CapsuleLayer(0, 1, 1, 1),
            r"^CapsuleLayer: in_capsules is 0; it must be a whole number of at least 1\.$",
        ),
        (
            lambda: CapsuleLayer(1, 1, 1, 1, 0),
            r"^CapsuleLayer: iterations is 0; it must be a whole number of at least 1\.$",
        ),
        (
            lambda: PrimaryCapsules(1, 1, 0, 3),
            r"^PrimaryCapsules: dim is 0; it must be a whole number of at least 1\.$",
        ),
        (
            lambda: MarginLoss(down_weight=-1),
            r"^MarginLoss: down_weight is -1; it must be a finite number of at least 0\.$",
        ),
    ],
)
def test_wrong_arguments_get_a_sentence(wrong, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=sentence):
        wrong()
