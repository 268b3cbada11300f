"""LeNet-5: its size, and weights that depend on the seed alone."""

import numpy as np

from course.models import MODELS, lenet5


def test_61706_parameters() -> None:
    sizes = {name: p.data.size for name, p in lenet5().named_parameters()}
    assert sum(sizes.values()) == 61_706
    assert sizes["features.3.weight"] == 2400
    assert {p.data.dtype for p in lenet5().parameters()} == {np.dtype(np.float32)}


def test_the_same_for_a_seed_and_different_for_another() -> None:
    one, same, other = lenet5(7).state_dict(), lenet5(7).state_dict(), lenet5(8).state_dict()
    for name, a in one.items():
        np.testing.assert_array_equal(a, same[name])
        assert not np.array_equal(a, other[name]), name


def test_shapes_in_and_out(rng: np.random.Generator) -> None:
    model = lenet5()
    out = model(rng.normal(size=(3, 1, 28, 28)).astype(np.float32))
    assert (out.shape, out.dtype) == ((3, 10), np.float32)
    assert model.backward(out).shape == (3, 1, 28, 28)


def test_models_are_found_by_name() -> None:
    assert MODELS["lenet5"] is lenet5
