"""The augmentation figure shows what the library makes, and a student's function by its own result."""

import numpy as np
import pytest

from course.data import mnist, photo
from course.explore import AugmentationExplorer
from course.explore.augmentation.figure import CHANGES, COUNT, augmentation_figure, make_state
from course.models import lenet5

TEST = mnist(train=False)
DIGIT = TEST.images[0]


def test_versions_are_the_librarys_and_differ():
    for name in CHANGES:
        image = photo() if name == "colour" else DIGIT
        versions, trouble = make_state(image, name, None, 3, None, None, None).versions()
        assert versions.shape == (COUNT, *image.shape)
        assert not trouble
        assert len({version.tobytes() for version in versions}) > 1, name
        again, _ = make_state(image, name, None, 3, None, None, None).versions()
        assert np.array_equal(versions, again)


def test_strength_0_changes_nothing():
    for name in set(CHANGES) - {"cut out"}:
        versions, _ = make_state(photo(), name, 0.0, 1, None, None, None).versions()
        assert np.array_equal(versions[0], photo()), name


def test_answers_stand_below_and_changed_ones_are_marked(read):
    model = lenet5(seed=1)
    figure = read(augmentation_figure(DIGIT, "turn", 180, network=model, normalize=TEST.normalize).html)
    own = figure.words("original")
    answers = figure.words("versions").replace("✗", "").split()
    assert len(answers) == COUNT
    assert figure.words("versions").count("✗") == sum(answer != own for answer in answers)
    assert f"reads {sum(answer == own for answer in answers)} of 12" in figure.sentences()


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda x, rng: 1 / 0, "stops with ZeroDivisionError"),
        (lambda x, rng: x[:3], "of shape (3, 1, 28, 28)"),
        (lambda x, rng: None, "returns object"),
        (lambda x, rng: (_ for _ in ()).throw(NotImplementedError), "is not written yet"),
    ],
)
def test_a_function_that_fails_becomes_a_sentence(read, fn, words):
    assert words in read(augmentation_figure(DIGIT, "yours", fn=fn).html).sentences()


def test_the_explorer_shows_what_its_twin_shows_and_stays_small():
    explorer = AugmentationExplorer({"digit": DIGIT, "photo": photo()}, fn=lambda x, rng: x[..., ::-1])
    explorer.change.value = "turn"
    assert explorer.figure.value == augmentation_figure(DIGIT, "turn", fn=explorer.state.fn).html
    explorer.strength.value, explorer.image.value = 90, "photo"
    explorer.again.click()
    assert explorer.figure.value == augmentation_figure(photo(), "turn", 90, 1, fn=explorer.state.fn).html
    for name in CHANGES:
        explorer.change.value = name
        assert len(explorer.figure.value) < 30_000, name
    explorer.change.value = "yours"
    assert explorer.strength.disabled
    versions, _ = explorer.state.versions()
    assert np.array_equal(versions[0], photo()[..., ::-1])


@pytest.mark.parametrize(
    ("image", "change", "words"),
    [
        (DIGIT[0], "shift", "must be uint8"),
        (DIGIT / 255, "shift", "must be uint8"),
        (DIGIT, "melt", "no change 'melt'"),
    ],
)
def test_bad_arguments_get_a_sentence(image, change, words):
    with pytest.raises(ValueError, match=words):
        augmentation_figure(image, change)
    with pytest.raises(ValueError, match="no pictures"):
        AugmentationExplorer({})
