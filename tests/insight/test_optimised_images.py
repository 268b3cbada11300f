"""Images found by walking uphill: filter maximisation and Deep Dream."""

import numpy as np

from course.insight import activations, deep_dream, maximise
from course.models import lenet5
from course.nn import AvgPool2d, Conv2d, Module, ReLU, Sequential


def edge_detector() -> Sequential:
    """One filter that answers to brightness on the left, one to brightness on the right."""
    conv = Conv2d(1, 2, 3, bias=False)
    conv.weight.data = np.array([[[[1, 0, -1]] * 3], [[[-1, 0, 1]] * 3]], np.float32)
    return Sequential(conv, ReLU())


def test_the_best_image_is_the_filter_itself() -> None:
    """Where one window is all there is, the steepest way up is the filter."""
    found = maximise(edge_detector(), "0", 0, (1, 3, 3), steps=30, lr=0.5, blur=0)
    columns = found.image[0].mean(axis=0)
    assert columns[0] > 1 > abs(columns[1]) and columns[2] < -1
    np.testing.assert_allclose(found.image[0, :, 0], columns[0], rtol=0.1)


def test_activations_rise_and_are_the_units() -> None:
    model = lenet5(seed=2)
    found = maximise(model, "features.3", 4, (1, 28, 28), steps=20)
    assert found.activations.shape == (21,)
    assert found.activations[-1] - found.activations[0] > 0.25
    last = activations(model, found.image[None], ["features.3"])["features.3"][:, 4].mean()
    np.testing.assert_allclose(found.activations[-1], last, rtol=1e-5)
    logit = maximise(model, "classifier", 7, (1, 28, 28), steps=20, blur=0)
    assert logit.activations[-1] - logit.activations[0] > 0.25
    assert logit.image.dtype == np.float32


def test_regularisation_gives_smooth_and_small_images() -> None:
    def roughness(image: np.ndarray) -> float:
        return float((np.diff(image, axis=2) ** 2).mean() / image.var())

    model = lenet5()
    rough = maximise(model, "classifier", 3, (1, 28, 28), steps=40, decay=0, blur=0).image
    smooth = maximise(model, "classifier", 3, (1, 28, 28), steps=40, decay=0, blur=1.0).image
    small = maximise(model, "classifier", 3, (1, 28, 28), steps=40, decay=0.1, blur=0).image
    assert roughness(smooth) < 0.5 * roughness(rough)
    assert small.std() < 0.7 * rough.std()


def test_the_seed_decides() -> None:
    one, same, other = (maximise(edge_detector(), "0", 0, (1, 12, 12), 3, seed=s).image for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_unit_that_is_off_everywhere_stays_put() -> None:
    model = edge_detector()
    model[0].weight.data[:] = 0  # type: ignore[union-attr]
    found = maximise(model, "1", 0, (1, 5, 5), steps=3, decay=0, blur=0)
    np.testing.assert_array_equal(found.activations, 0)
    np.testing.assert_array_equal(found.image, maximise(model, "1", 0, (1, 5, 5), steps=0).image)


def strength(model: Module, image: np.ndarray) -> float:
    return float((activations(model, image[None], ["0"])["0"] ** 2).mean())


def test_a_dream_shows_more_of_what_is_there() -> None:
    image = np.random.default_rng(0).normal(size=(1, 40, 30))
    model = edge_detector()
    dreamt = deep_dream(model, image, "0", octaves=3, steps=5, lr=0.1)
    assert dreamt.shape == image.shape
    assert strength(model, dreamt) > 1.5 * strength(model, image)
    assert abs(dreamt - image).mean() < 3 * 5 * 0.1 * 1.5  # 15 steps that move a pixel by 0.1 on average
    np.testing.assert_array_equal(dreamt, deep_dream(model, image, "0", octaves=3, steps=5, lr=0.1))
    assert not np.array_equal(dreamt, deep_dream(model, image, "0", octaves=3, steps=5, lr=0.1, seed=1))


def test_what_is_dreamt_stays_where_it_was_seen() -> None:
    """Whatever the shift before a step, it is taken back."""
    image = np.zeros((1, 30, 40))
    image[:, :, 17] = 1
    change = deep_dream(edge_detector(), image, "0", octaves=1, steps=4, lr=0.1) - image
    inside = np.zeros(40, bool)
    inside[17 - 4 * 2 : 17 + 4 * 2 + 1] = True  # each step reaches two pixels further
    assert not change[:, :, ~inside].any()
    assert change[:, :, 17].all()


def test_more_octaves_dream_of_larger_things() -> None:
    def coarse(change: np.ndarray) -> float:
        return float(AvgPool2d(5)(change[None])[0].var() / change.var())

    image = np.random.default_rng(0).normal(size=(1, 60, 60))
    one, four = (deep_dream(edge_detector(), image, "0", octaves=n, scale=2, steps=5) - image for n in (1, 3))
    assert coarse(four) > 2 * coarse(one)


def test_no_steps_change_nothing() -> None:
    for dtype in (np.float32, np.float64):
        image = np.random.default_rng(0).normal(size=(1, 20, 20)).astype(dtype)
        image.setflags(write=False)
        out = deep_dream(edge_detector(), image, steps=0)
        assert out.dtype == dtype
        np.testing.assert_array_equal(out, image)
        assert not np.shares_memory(out, image)
