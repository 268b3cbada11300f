"""The table of layers: what comes out of each, and how many numbers it learns."""

import numpy as np
import pytest

from course.insight import summary
from course.models import lenet5
from course.nn import Conv2d, Linear, ReLU, Sequential


def test_rows_are_what_the_layers_really_give() -> None:
    rows = summary(
        Sequential(Conv2d(3, 4, (3, 2), stride=2), Sequential(ReLU(), Conv2d(4, 2, 1, bias=False))), (3, 9, 8)
    )
    assert [tuple(row) for row in rows] == [
        ("0", "Conv2d", (4, 4, 4), 76),
        ("1.0", "ReLU", (4, 4, 4), 0),
        ("1.1", "Conv2d", (2, 4, 4), 8),
    ]
    assert rows.parameters == 84


def test_the_network_is_left_as_it_was(rng: np.random.Generator) -> None:
    model = lenet5()
    x, before = rng.normal(size=(2, 1, 28, 28)).astype(np.float32), model.state_dict()
    out = model(x)
    summary(model, (1, 28, 28))
    assert not any("forward" in vars(layer) for _, layer in model.leaves())
    assert not any(p.grad is not None for p in model.parameters())
    np.testing.assert_array_equal(model(x), out)
    for name, a in model.state_dict().items():
        np.testing.assert_array_equal(a, before[name])


def test_an_image_that_does_not_fit_is_refused_by_its_layer() -> None:
    model = lenet5()
    with pytest.raises(ValueError, match=r"^linear: x has 784 features but weight is made for 400"):
        summary(model, (1, 36, 36))
    assert not any("forward" in vars(layer) for _, layer in model.leaves())  # and the network is itself again


def test_a_table_lines_up() -> None:
    lines = str(summary(Sequential(Linear(1000, 2000)), (1000,))).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split() == ["0", "Linear", "2000", "2,002,000"]
    assert lines[-1].split() == ["total", "2,002,000"]
