"""The distributions figure tells the numbers of a network that anybody can build, and uses the student's batch norm."""

import numpy as np
import pytest

from course.explore import DistributionsExplorer
from course.explore.distributions.figure import IMAGES, SEED, WIDTH, distributions_figure, make_state
from course.functional import batch_norm2d_forward


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "ReLU"])
def test_gradients_are_those_of_a_numerical_derivative(activation, norm):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(SEED)
    x = torch.from_numpy(rng.standard_normal((IMAGES, WIDTH)))
    weights = [torch.from_numpy(rng.standard_normal((WIDTH, WIDTH)) * 1.3 / np.sqrt(WIDTH)) for _ in range(4)]
    function = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}[activation]
    outs = []
    for weight in weights:
        z = (outs[-1] if outs else x) @ weight
        z = torch.nn.functional.batch_norm(z, None, None, training=True) if norm else z
        outs.append(function(z).requires_grad_())
    upstream = torch.from_numpy(np.random.default_rng(SEED + 1).standard_normal((IMAGES, WIDTH)))
    gradients = torch.autograd.grad(outs[-1], outs, upstream)
    state = make_state(activation, 4, 1.3, norm, None)
    assert np.allclose(state.gradients, [float(g.std(unbiased=False)) for g in gradients])
    assert np.allclose(state.layers[-1], outs[-1].detach().numpy())


def test_each_layers_two_deviations_are_written(read):
    state = make_state("tanh", 5, 1.0, False, None)
    figure = read(distributions_figure("tanh", 5).html)
    for i, (values, gradient) in enumerate(zip(state.layers, state.gradients, strict=True), 1):
        words = figure.words(f"layer-{i}").split()[2:]
        assert [float(word) for word in words] == pytest.approx([values.std(), gradient], abs=6e-4)


def test_a_students_batch_norm_is_used(read):
    right = distributions_figure(norm=True, fn=batch_norm2d_forward).html
    assert right == distributions_figure(norm=True).html

    def no_root(x, weight, bias, mean, var, training):
        return (x - x.mean((0, 2, 3), keepdims=True)) / (x.var((0, 2, 3), keepdims=True) + 1e-5), mean, var

    figure = read(distributions_figure(norm=True, fn=no_root).html)
    assert "no_root() gives other numbers than batch norm" in figure.sentences()


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda *a: 1 / 0, "stops with ZeroDivisionError"),
        (lambda x, *a: (x[0],), "returns shape"),
        (lambda *a: (_ for _ in ()).throw(NotImplementedError), "is not written yet"),
    ],
)
def test_one_that_fails_becomes_a_sentence(read, fn, words):
    assert words in read(distributions_figure(norm=True, fn=fn).html).sentences()


def test_the_explorer_shows_what_its_twin_shows():
    explorer = DistributionsExplorer("tanh", depth=3)
    assert explorer.figure.value == distributions_figure("tanh", 3).html
    explorer.depth.value, explorer.gain.value, explorer.norm.value = 12, 2.0, True
    explorer.activation.value = "ReLU"
    assert explorer.figure.value == distributions_figure("ReLU", 12, 2.0, norm=True).html
    assert len(explorer.figure.value) < 30_000


@pytest.mark.parametrize(
    ("arguments", "words"), [(("elu",), "no activation"), (("tanh", 13), "1 to 12"), (("tanh", 3, 0), "gain")]
)
def test_bad_arguments_get_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        distributions_figure(*arguments)
