"""The softmax figure tells true numbers, also where the plain formula fails, and marks a student's wrong ones."""

import numpy as np
import pytest

from course.explore import SoftmaxExplorer, softmax_figure
from course.functional import cross_entropy_backward, cross_entropy_forward, softmax

LOGITS = np.array([5.0, 6.0, 1.0, 2.0])


def test_shares_loss_and_gradient_are_right(read):
    figure = read(softmax_figure(LOGITS, label=2).html)
    for share in softmax(LOGITS):
        assert f"{share:.2%}" in figure.words("shares")
    assert f"a loss of {cross_entropy_forward(LOGITS[None], np.array([2])):.3f}" in figure.sentences()
    gradient = [
        float(word.replace("−", "-"))
        for word in figure.words("gradient").replace("raise z", "").replace("lower z", "").split()
    ]
    assert np.allclose(gradient, cross_entropy_backward(LOGITS[None], np.array([2]))[0], atol=1e-3)
    assert figure.words("gradient").count("raise z") == 1


@pytest.mark.parametrize("shift", [1e3, -1e3, 1e4, -1e4])
def test_without_subtracting_large_logits_fail_and_the_figure_says_so(read, shift):
    plain = read(softmax_figure(LOGITS + shift, stable=False).html)
    assert "nan" in plain.words("shares")
    assert "Subtract the largest logit first" in plain.sentences()
    stable = read(softmax_figure(LOGITS + shift).html)
    assert stable.words("shares") == read(softmax_figure(LOGITS).html).words("shares")


def test_a_students_softmax_is_compared(read):
    right = read(softmax_figure(LOGITS, fn=softmax).html)
    assert "softmax() agrees" in right.sentences()
    assert "own" not in right.names()

    def naive(logits):
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    assert "naive() agrees" in read(softmax_figure(LOGITS, fn=naive).html).sentences()
    figure = read(softmax_figure(LOGITS + 1e4, fn=naive).html)
    assert "naive() differs" in figure.sentences()
    assert figure.words("own").count("✗") == 4


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda z: 1 / 0, "stops with ZeroDivisionError"),
        (lambda z: z[0], "returns shape (4,)"),
        (lambda z: (_ for _ in ()).throw(NotImplementedError), "is not written yet"),
    ],
)
def test_a_function_that_fails_becomes_a_sentence(read, fn, words):
    assert words in read(softmax_figure(LOGITS, fn=fn).html).sentences()


def test_the_explorer_shows_what_its_twin_shows():
    names = ["cat", "dog", "horse", "bird"]
    explorer = SoftmaxExplorer(LOGITS, label=0, classes=names)
    assert explorer.figure.value == softmax_figure(LOGITS, 0, classes=names).html
    explorer.sliders[0].value, explorer.label.value, explorer.stable.value = 8.0, 3, False
    changed = LOGITS.copy()
    changed[0] = 8
    assert explorer.figure.value == softmax_figure(changed, 3, stable=False, classes=names).html
    assert len(explorer.figure.value) < 30_000


def test_steps_downhill_make_the_right_class_win():
    explorer = SoftmaxExplorer(LOGITS, label=0)
    before = explorer.state.loss
    for _ in range(10):
        explorer.step.click()
        assert explorer.state.loss < before
        before = explorer.state.loss
    assert explorer.state.logits.argmax() == 0


@pytest.mark.parametrize(
    ("logits", "label", "words"),
    [([1.0], 0, "2 to 10"), (np.zeros((2, 2)), 0, "2 to 10"), ([1, np.inf], 0, "finite"), ([1, 2], 2, "0 to 1")],
)
def test_bad_arguments_get_a_sentence(logits, label, words):
    with pytest.raises(ValueError, match=words):
        softmax_figure(logits, label)
    with pytest.raises(ValueError, match="2 names for 3"):
        softmax_figure([1, 2, 3], classes=["a", "b"])
