"""The table of layers: what comes out of each, how many numbers it learns, and what it costs."""

import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from course import models
from course.insight import multiply_adds, summary
from course.models import lenet5
from course.nn import (
    BatchNorm2d,
    Concat,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    Identity,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    Module,
    Parameter,
    ReLU,
    Residual,
    Sequential,
)


def test_rows_are_what_the_layers_really_give() -> None:
    rows = summary(
        Sequential(Conv2d(3, 4, (3, 2), stride=2), Sequential(ReLU(), Conv2d(4, 2, 1, bias=False))), (3, 9, 8)
    )
    assert [tuple(row) for row in rows] == [
        ("0", "Conv2d", (4, 4, 4), 76, 16 * 72),
        ("1.0", "ReLU", (4, 4, 4), 0, 0),
        ("1.1", "Conv2d", (2, 4, 4), 8, 16 * 8),
    ]
    assert (rows.parameters, rows.multiply_adds) == (84, 1280)


def test_the_network_is_left_as_it_was(rng: np.random.Generator) -> None:
    model = Sequential(Conv2d(1, 2, 3), BatchNorm2d(2), Dropout(), Flatten(), Linear(8, 3))
    model[2].eval()
    x, grad_out, before = rng.normal(size=(2, 1, 4, 4)), rng.normal(size=(2, 3)), model.state_dict()
    expected, generators = model(x), [g.bit_generator.state for _, g in model.named_generators()]
    summary(model, (1, 4, 4))
    assert [layer.training for layer in (model, *(model[i] for i in range(5)))] == [True, True, True, False, True, True]
    assert not any("forward" in vars(layer) for _, layer in model.leaves())
    assert not any(p.grad is not None for p in model.parameters())
    assert generators == [g.bit_generator.state for _, g in model.named_generators()]
    model.backward(grad_out)  # the layers still remember the pass before the table
    grads = [p.grad for p in model.parameters()]
    model.load_state_dict(before)
    model.zero_grad()
    np.testing.assert_array_equal(model(x), expected)
    model.backward(grad_out)
    for p, grad in zip(model.parameters(), grads, strict=True):
        np.testing.assert_array_equal(p.grad, grad)


def test_an_image_that_does_not_fit_is_refused_by_its_layer() -> None:
    model = lenet5()
    with pytest.raises(ValueError, match=r"^linear: x has 784 features but weight is made for 400"):
        summary(model, (1, 36, 36))
    assert not any("forward" in vars(layer) for _, layer in model.leaves())  # and the network is itself again


def test_a_table_lines_up() -> None:
    lines = str(summary(Sequential(Linear(1000, 2000)), (1000,))).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split() == ["0", "Linear", "2000", "2,002,000", "2,000,000"]
    assert lines[-1].split() == ["total", "2,002,000", "2,000,000"]


def test_paths_that_meet() -> None:
    model = Sequential(
        Residual(Sequential(Conv2d(2, 2, 3, padding=1), BatchNorm2d(2)), activation=ReLU()),
        Concat(Identity(), Conv2d(2, 3, 1)),
    )
    rows = summary(model, (2, 5, 4))
    assert [row.name for row in rows] == ["0.body.0", "0.body.1", "0.activation", "1.0", "1.1"]
    assert [row.output for row in rows] == [(2, 5, 4)] * 4 + [(3, 5, 4)]
    assert rows.parameters == sum(p.size for p in model.parameters())


def test_a_layer_called_twice_counts_once() -> None:
    shared = Linear(3, 3)
    rows = summary(Sequential(shared, ReLU(), shared), (3,))
    assert [(row.name, row.parameters, row.multiply_adds) for row in rows] == [("0", 12, 9), ("1", 0, 0), ("0", 0, 9)]
    assert rows.parameters == 12
    tied, other = Linear(3, 3), Linear(3, 3)
    other.weight = tied.weight
    assert [row.parameters for row in summary(Sequential(tied, other), (3,))] == [12, 3]


def test_parameters_beside_layers_and_layers_that_take_no_part() -> None:
    class Scaled(Module):
        def __init__(self) -> None:
            self.scale = Parameter(np.ones(1, np.float32))
            self.layer = Linear(4, 2)
            self.auxiliary = Linear(2, 7)

        def forward(self, x: np.ndarray) -> np.ndarray:
            return self.layer(x) * self.scale.data

    rows = summary(Scaled(), (4,))
    assert [tuple(row) for row in rows] == [
        ("layer", "Linear", (2,), 10, 8),
        ("", "Scaled", (2,), 1, 0),
        ("auxiliary", "Linear", None, 21, 0),
    ]
    assert "auxiliary  Linear  not used" in str(rows)


def counted_by_torch(layer: Any, x: Any) -> int:
    """PyTorch counts a multiplication and an addition as two."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        layer(x)
    return counter.get_total_flops() // 2


def test_pytorch_counts_alike() -> None:
    torch = pytest.importorskip("torch")
    n = torch.nn
    cases = [
        (Conv2d(4, 6, (3, 2), 2, 1, groups=2), n.Conv2d(4, 6, (3, 2), 2, 1, groups=2), (4, 9, 7)),
        (Conv2d(3, 5, 3, dilation=2, bias=False), n.Conv2d(3, 5, 3, dilation=2, bias=False), (3, 9, 7)),
        (ConvTranspose2d(4, 6, 3, 2, groups=2), n.ConvTranspose2d(4, 6, 3, 2, groups=2), (4, 5, 7)),
        (Conv1d(3, 5, 4, stride=3), n.Conv1d(3, 5, 4, stride=3), (3, 20)),
        (Linear(7, 3), n.Linear(7, 3), (7,)),
    ]
    for ours, theirs, shape in cases:
        assert summary(Sequential(ours), shape).multiply_adds == counted_by_torch(theirs, torch.zeros(1, *shape)), ours
    assert multiply_adds(MaxPool2d(2), (3, 4, 4), (3, 2, 2)) == 0
    assert summary(Sequential(LocallyConnected2d(2, 3, (6, 5), 3)), (2, 6, 5)).multiply_adds == 4 * 3 * 3 * 2 * 9


def test_a_table_of_vgg16_takes_a_moment_and_no_memory() -> None:
    started = time.perf_counter()
    tracemalloc.start()
    rows = summary(models.vgg16(), (3, 224, 224))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows.parameters == 138_357_544
    assert time.perf_counter() - started < 2  # a fiftieth of a second where nothing else runs
    assert peak < 1e9  # 553 MB of addresses that nobody writes to, so no page is handed out


# billions of multiply-adds that torchvision's documentation gives
PUBLISHED = {
    "alexnet": 0.71,
    "vgg11": 7.61,
    "vgg13_bn": 11.31,
    "vgg16": 15.47,
    "vgg19": 19.63,
    "googlenet": 1.50,
    "resnet18": 1.81,
    "resnet34": 3.66,
    "resnet50": 4.09,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_costs(name: str) -> None:
    rows = summary(getattr(models, name)(), (3, 224, 224))
    assert round(rows.multiply_adds / 1e9, 2) == PUBLISHED[name]


@pytest.mark.parametrize("name", models.MODELS)
def test_tables_of_all_models(name: str) -> None:
    model = models.MODELS[name]()
    rows = summary(model, (1, 28, 28))
    assert rows.parameters == sum(p.size for p in model.parameters())
    assert rows[-1].output == (10,)
    assert not [row.name for row in rows if row.output is None]


def test_heads_that_only_training_uses_are_listed() -> None:
    rows = summary(models.googlenet_with_heads(), (3, 224, 224))
    assert rows.parameters == 13_004_888
    assert {row.name.split(".")[0] for row in rows if row.output is None} == {"aux1", "aux2"}
