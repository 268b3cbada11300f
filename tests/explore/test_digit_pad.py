"""The drawing pad: what it shows is the network's own, and nothing that a page sends can hurt."""

import numpy as np
import pytest

from course.data import centre_digit, mnist
from course.explore import DigitPad
from course.explore.digit_pad.canvas import from_text, to_text
from course.explore.digit_pad.figure import digit_figure
from course.insight import activations
from course.models import lenet5, mlp

TEST = mnist(train=False)
MODEL = lenet5(seed=2)


def shares(image):
    logits = np.asarray(MODEL(TEST.normalize(image[None, None])), dtype=float)[0]
    return np.exp(logits) / np.exp(logits).sum()


def test_a_drawn_digit_is_centred_and_answered(read):
    pad = DigitPad(MODEL)
    assert "Nothing is drawn yet." in pad.figure.value
    drawn = np.roll(TEST.images[3, 0], (4, -3), (0, 1))
    pad.pixels.value = to_text(drawn)
    assert np.array_equal(pad.state.drawn, drawn)
    assert np.array_equal(pad.state.seen, centre_digit(drawn))
    assert np.allclose(pad.state.probabilities, shares(centre_digit(drawn)), atol=1e-5)
    assert f"reads a {pad.state.probabilities.argmax()}" in read(pad.figure.value).sentences()
    pad.centre.value = False
    assert np.allclose(pad.state.probabilities, shares(drawn), atol=1e-5)


def test_every_layer_is_shown_with_its_numbers(read):
    pad = DigitPad(MODEL)
    pad.take.value = 3
    x = TEST.normalize(pad.state.seen[None, None])
    names = read(pad.figure.value).names()
    for (name, out), (expected, numbers) in zip(pad.state.layers, activations(MODEL, x).items(), strict=True):
        assert name.startswith(f"{expected} ")
        assert np.allclose(out, numbers[0])
    assert {"features.0 Conv2d", "features.5 MaxPool2d", "classifier.4 Linear", "seen", "answer"} <= names
    assert len(pad.figure.value) < 30_000


def test_a_test_digit_is_moved_and_a_stroke_of_ones_own_takes_its_place():
    pad = DigitPad(MODEL)
    pad.take.value = 5
    pad.right.value, pad.down.value = 6, -2
    assert np.array_equal(pad.state.drawn[:-2, 6:], TEST.images[5, 0][2:, :-6])
    assert to_text(pad.state.drawn) in pad.children[0].children[0].children[0].value
    assert f"It is a {TEST.labels[5]}." in pad.state.sentence
    pad.pixels.value = to_text(TEST.images[7, 0])
    assert (pad.take.value, pad.right.value, pad.down.value) == (-1, 0, 0)
    assert np.array_equal(pad.state.drawn, TEST.images[7, 0])
    assert "It is" not in pad.state.sentence
    pad.clear.click()
    assert not pad.state.drawn.any()
    assert pad.pixels.value == ""


def test_the_twin_shows_the_same():
    pad = DigitPad(MODEL)
    pad.take.value = 3
    assert digit_figure(MODEL, TEST.images[3, 0], label=int(TEST.labels[3])).html == pad.figure.value


def test_a_function_may_take_the_networks_place():
    logits = np.arange(10.0)
    pad = DigitPad(lambda x: logits[None])
    pad.take.value = 0
    assert "reads a 9, 63% sure; next comes 8 with 23%" in pad.state.sentence
    assert pad.state.layers == []


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (lambda x: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda x: np.zeros(3), "it returned 3 numbers instead of ten logits"),
        (lambda x: None, "stops with"),
    ],
)
def test_a_network_that_fails_is_told_in_a_sentence(network, words):
    pad = DigitPad(network)
    pad.take.value = 0
    assert words in pad.state.sentence


@pytest.mark.parametrize("text", ["", "zz", "00" * 783, "00" * 785, "<script>", "0" * 1567])
def test_what_is_no_picture_changes_nothing(text):
    pad = DigitPad(MODEL)
    pad.take.value = 1
    before = pad.figure.value
    pad.pixels.value = text
    assert pad.figure.value == before
    assert from_text(text) is None


def test_pixels_come_back_as_they_were():
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    assert np.array_equal(from_text(to_text(image)), image)


def test_a_dense_network_has_rows_of_numbers(read):
    names = read(digit_figure(mlp(), TEST.images[0, 0]).html).names()
    assert {"answer"} | {name for name in names if name.endswith(" Linear")} <= names
    assert sum(name.endswith(" Linear") for name in names) == sum(
        type(layer).__name__ == "Linear" for _, layer in mlp().leaves()
    )


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"needs \(28, 28\)"):
        digit_figure(MODEL, np.zeros((1, 28, 28), np.uint8))
