"""Normalisation layers beside those of torch.nn: outputs, gradients and state over several batches, names, and how they print."""

from typing import Any

import numpy as np
import pytest

from course import nn

X = np.random.default_rng(5).normal(2, 3, (5, 6, 3, 4))
BATCH = {
    "BatchNorm2d": ({"num_features": 6}, (5, 6, 3, 4)),
    "BatchNorm2d average": ({"num_features": 6, "momentum": None}, (5, 6, 3, 4)),
    "BatchNorm2d fast": ({"num_features": 6, "momentum": 0.7, "eps": 0.1}, (5, 6, 3, 4)),
    "BatchNorm2d plain": ({"num_features": 6, "affine": False}, (5, 6, 3, 4)),
    "BatchNorm2d stateless": ({"num_features": 6, "track_running_stats": False}, (5, 6, 3, 4)),
    "BatchNorm2d stateless average": (
        {"num_features": 6, "track_running_stats": False, "momentum": None},
        (5, 6, 3, 4),
    ),
    "BatchNorm1d": ({"num_features": 6}, (5, 6)),
    "BatchNorm1d signal": ({"num_features": 6}, (5, 6, 7)),
}
OTHERS = {
    "LayerNorm": ({"normalized_shape": (6, 3, 4)}, (5, 6, 3, 4)),
    "LayerNorm vector": ({"normalized_shape": 6}, (5, 6)),
    "LayerNorm plain": ({"normalized_shape": 4, "elementwise_affine": False}, (5, 6, 3, 4)),
    "LayerNorm no bias": ({"normalized_shape": (3, 4), "bias": False, "eps": 0.1}, (5, 6, 3, 4)),
    "GroupNorm": ({"num_groups": 3, "num_channels": 6}, (5, 6, 3, 4)),
    "GroupNorm plain": ({"num_groups": 2, "num_channels": 6, "affine": False, "eps": 0.1}, (5, 6, 3, 4)),
    "InstanceNorm2d": ({"num_features": 6}, (5, 6, 3, 4)),
    "InstanceNorm2d affine": ({"num_features": 6, "affine": True, "eps": 0.1}, (5, 6, 3, 4)),
    "LocalResponseNorm": ({"size": 3, "alpha": 0.5, "beta": 0.6, "k": 2.0}, (5, 6, 3, 4)),
}
ALL = BATCH | OTHERS


def pair(name: str, torch: Any, dtype: type, rng: np.random.Generator) -> tuple[nn.Module, Any]:
    """Our layer and PyTorch's, in one dtype, with the same numbers, none of which is the one that layers start with."""
    kind, how = name.split()[0], ALL[name][0]
    ours, theirs = getattr(nn, kind)(**how), getattr(torch.nn, kind)(**how)
    for _, value in ours._places():
        if value.dtype != np.int64:
            value.data = rng.uniform(0.5, 2, value.shape).astype(dtype)
    theirs = theirs.to(torch.float64 if dtype is np.float64 else torch.float32)
    theirs.load_state_dict({key: torch.tensor(a) for key, a in ours.state_dict().items()}, strict=True)
    return ours, theirs


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-10), (np.float32, 2e-5)])
@pytest.mark.parametrize("name", ALL)
def test_batch_after_batch_and_in_use(name: str, dtype: type, tolerance: float, rng: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    ours, theirs = pair(name, torch, dtype, rng)
    for training in (True, True, False, True, False):
        ours.train(training)
        theirs.train(training)
        x, grad_out = (rng.normal(1, 3, ALL[name][1]).astype(dtype) for _ in range(2))
        tensor = torch.tensor(x, requires_grad=True)
        ours.zero_grad()
        theirs.zero_grad()
        wanted = theirs(tensor)
        wanted.backward(torch.tensor(grad_out))
        out = ours(x)
        grad_x = ours.backward(grad_out)
        assert (out.dtype, grad_x.dtype) == (dtype, dtype)
        np.testing.assert_allclose(out, wanted.detach().numpy(), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(grad_x, tensor.grad.numpy(), rtol=tolerance, atol=5 * tolerance)
        their_gradients = dict(theirs.named_parameters())
        for key, p in ours.named_parameters():
            np.testing.assert_allclose(
                p.grad, their_gradients[key].grad.numpy(), rtol=tolerance, atol=50 * tolerance, err_msg=key
            )
        state = theirs.state_dict()
        for key, a in ours.state_dict().items():
            assert isinstance(a, np.ndarray), key  # counting in NumPy turns an array of one into a bare number
            assert a.dtype == state[key].numpy().dtype, key
            np.testing.assert_allclose(a, state[key].numpy(), rtol=tolerance, err_msg=key)


@pytest.mark.parametrize("name", ALL)
def test_state_dicts_have_pytorchs_names_shapes_and_dtypes(name: str) -> None:
    torch = pytest.importorskip("torch")
    kind, how = name.split()[0], ALL[name][0]
    theirs = {key: a.numpy() for key, a in getattr(torch.nn, kind)(**how).state_dict().items()}
    ours = getattr(nn, kind)(**how).state_dict()
    assert list(ours) == list(theirs)
    for key, a in ours.items():
        assert isinstance(a, np.ndarray)
        assert (a.shape, a.dtype) == (theirs[key].shape, theirs[key].dtype)
        np.testing.assert_array_equal(a, theirs[key])  # what a layer starts with


def test_running_statistics_are_saved_and_not_trained(rng: np.random.Generator) -> None:
    layer, other = nn.BatchNorm2d(6), nn.BatchNorm2d(6)
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    layer(X)
    other.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(layer.eval()(X), other.eval()(X))
    assert int(other.num_batches_tracked.data) == 1  # type: ignore[union-attr]
    before = layer.state_dict()
    layer(X)
    for name, a in layer.state_dict().items():  # use changes nothing
        np.testing.assert_array_equal(a, before[name])


def test_without_momentum_the_running_mean_is_the_plain_average(rng: np.random.Generator) -> None:
    layer, batches = nn.BatchNorm1d(3, momentum=None), rng.normal(size=(4, 10, 3))
    for batch in batches:
        layer(batch)
    np.testing.assert_allclose(layer.running_mean.data, batches.mean(axis=(0, 1)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.running_var.data, batches.var(axis=1, ddof=1).mean(axis=0), rtol=1e-5)


def test_double_precision_in_leaves_the_buffers_as_they_are() -> None:
    layer = nn.BatchNorm2d(6)
    assert layer(X).dtype == np.float64
    assert {name: a.dtype for name, a in layer.state_dict().items()} == {
        **dict.fromkeys(("weight", "bias", "running_mean", "running_var"), np.dtype(np.float32)),
        "num_batches_tracked": np.dtype(np.int64),
    }


def test_the_gradient_belongs_to_the_mode_of_the_forward_pass(rng: np.random.Generator) -> None:
    layer, grad_out = nn.BatchNorm2d(6), rng.normal(size=X.shape)
    layer.eval()(X)
    layer.train()
    np.testing.assert_allclose(layer.backward(grad_out), grad_out / np.sqrt(1 + 1e-5), rtol=1e-6)  # variance 1 at first


@pytest.mark.parametrize("name", ALL)
def test_gradients_add_up_and_no_images_add_nothing(name: str, rng: np.random.Generator) -> None:
    kind, (how, shape) = name.split()[0], ALL[name]
    layer = getattr(nn, kind)(**how)
    x, grad_out = rng.normal(size=shape), rng.normal(size=shape)
    layer(x)
    layer.backward(grad_out)
    once = [p.grad for p in layer.parameters()]
    layer.backward(grad_out)
    empty = np.zeros((0, *shape[1:]), np.float32)
    assert layer(empty).shape == empty.shape
    assert layer.backward(empty).shape == empty.shape
    for p, a in zip(layer.parameters(), once, strict=True):
        np.testing.assert_array_equal(p.grad, 2 * a)


def test_alexnets_reading_of_alpha(rng: np.random.Generator) -> None:
    paper, torchs = (
        nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0, divide_alpha=False),
        nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0),
    )
    np.testing.assert_allclose(paper(100 * X), torchs(100 * X), rtol=1e-12)
    np.testing.assert_allclose(paper.backward(X), torchs.backward(X), rtol=1e-10)


def test_how_they_print() -> None:
    assert [
        repr(layer)
        for layer in (
            nn.BatchNorm2d(6),
            nn.BatchNorm1d(6, affine=False, track_running_stats=False),
            nn.LayerNorm((6, 4)),
            nn.LayerNorm(4, elementwise_affine=False),
            nn.GroupNorm(2, 6, affine=False),
            nn.InstanceNorm2d(6),
            nn.LocalResponseNorm(5, k=2.0, divide_alpha=False),
        )
    ] == [
        "BatchNorm2d(6, eps=1e-05, momentum=0.1)",
        "BatchNorm1d(6, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)",
        "LayerNorm((6, 4), eps=1e-05)",
        "LayerNorm((4,), eps=1e-05, elementwise_affine=False)",
        "GroupNorm(2, 6, eps=1e-05, affine=False)",
        "InstanceNorm2d(6, eps=1e-05, affine=False)",
        "LocalResponseNorm(5, alpha=0.0001, beta=0.75, k=2.0, divide_alpha=False)",
    ]


SENTENCES = {
    r"^BatchNorm2d: num_features is 0; it must be a whole number of at least 1\.$": lambda: nn.BatchNorm2d(0),
    r"^BatchNorm1d: num_features is 2\.5; it must be a whole number of at least 1\.$": lambda: nn.BatchNorm1d(2.5),
    r"^batch_norm2d: weight has shape \(3,\), but x has 6 channels; ": lambda: nn.BatchNorm2d(3)(X),
    r"^LayerNorm: normalized_shape is 0; it must be a whole number of at least 1\.$": lambda: nn.LayerNorm((3, 0)),
    r"^GroupNorm: num_groups 4 does not divide num_channels 6\.$": lambda: nn.GroupNorm(4, 6),
    r"^GroupNorm: num_groups is 0; it must be a whole number of at least 1\.$": lambda: nn.GroupNorm(0, 6),
    r"^InstanceNorm2d: num_features is -1; it must be a whole number of at least 1\.$": lambda: nn.InstanceNorm2d(-1),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_wrong_arguments_get_a_sentence(sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SENTENCES[sentence]()
