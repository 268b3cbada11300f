"""The descent figure walks where the optimisers walk, says who leaves, and holds a student's step against ours."""

from dataclasses import replace

import numpy as np
import pytest

from course.explore import DescentExplorer, descent_figure
from course.explore.descent.figure import make_state
from course.explore.descent.surfaces import SURFACES
from course.explore.descent.walk import NAMES
from course.optim import adam_step, rmsprop_step, sgd_step


def state_of(surface="valley", start=None, lr=0.03, momentum=0.9, noise=0.0, walkers=NAMES, steps=60, fn=None):
    return make_state(surface, start, lr, momentum, noise, walkers, steps, fn, "test")


@pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda s: s.name)
def test_gradients_are_those_of_the_heights_and_minima_are_flat(surface):
    measured = replace(surface, gradient=None)
    for place in np.random.default_rng(0).uniform(-1.5, 1.5, (5, 2)):
        assert np.allclose(surface.slope(place), measured.slope(place), atol=1e-6)
    for lowest in surface.lowest:
        assert np.allclose(surface.slope(np.array(lowest)), 0, atol=1e-6)
    heights = [surface.height(*lowest) for lowest in surface.lowest]
    assert heights == sorted(heights), "the deepest comes first"


def test_plain_descent_in_the_valley_multiplies_by_two_fixed_numbers():
    path = state_of(lr=0.07, walkers=["SGD"], steps=20).paths["SGD"]
    steps = np.arange(21)
    assert np.allclose(path, np.column_stack([-2.5 * 0.93**steps, (-0.75) ** steps]))


def test_a_turned_valley_changes_nothing_for_momentum_and_much_for_adam():
    ends = {}
    for name in ("valley", "slanted valley"):
        state = state_of(name)
        ends[name] = {walker: state.surface.height(*path[-1]) for walker, path in state.paths.items()}
    straight, slanted = ends["valley"], ends["slanted valley"]
    for walker in ("SGD", "momentum", "Nesterov"):
        assert np.isclose(straight[walker], slanted[walker])
    assert slanted["Adam"] > 4 * straight["Adam"]
    assert slanted["RMSprop"] > 100 * straight["RMSprop"]


def test_what_the_unit_tells_of_the_surfaces():
    hollows = state_of("two hollows").paths
    assert hollows["momentum"][-1, 0] < 0 < hollows["SGD"][-1, 0]
    plateau = state_of("plateau")
    heights = {name: plateau.surface.height(*path[-1]) for name, path in plateau.paths.items()}
    assert heights["SGD"] > 0.9
    assert heights["Adam"] < 0.1


def test_who_leaves_is_named_and_the_numbers_are_written(read):
    figure = read(descent_figure("valley", lr=0.084, walkers=["SGD", "Adam"], step=3).html)
    assert "has left" not in figure.sentences()
    x, y = -2.5 * 0.916**3, (1 - 25 * 0.084) ** 3
    assert f"{x:.2f}, {y:.2f}".replace("-", "−") in figure.words("table")
    figure = read(descent_figure("valley", lr=0.084, walkers=["SGD", "Adam"]).html)
    assert "SGD has left the picture at step 8." in figure.sentences()
    assert "Adam is lowest" in figure.sentences()
    assert {"surface", "paths", "table", "heights", "path of SGD", "path of Adam"} <= figure.names()
    assert "all walkers are outside" in descent_figure("valley", lr=5.0, walkers=["SGD"]).html


def test_noise_is_the_same_for_all():
    def own(param, grad, velocity, lr, momentum=0.0):
        return sgd_step(param, grad, velocity, lr, momentum)

    state = state_of(noise=1.0, fn=own)
    assert np.array_equal(state.paths["own()"], state.paths["momentum"])
    assert not np.array_equal(state.paths["own()"], state_of(fn=own).paths["own()"])


@pytest.mark.parametrize(("fn", "model"), [(sgd_step, "momentum"), (rmsprop_step, "RMSprop"), (adam_step, "Adam")])
def test_a_right_step_walks_where_ours_walks(fn, model):
    assert f"{fn.__name__}() walks exactly where {model} walks." in descent_figure(fn=fn).html


def uncorrected(param, grad, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
    return param - lr * m / (np.sqrt(v) + 1e-8), m, v


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (uncorrected, "leaves Adam's path at step 1 (≠)"),
        (lambda param, grad, velocity, lr, momentum: 1 / 0, "raised ZeroDivisionError"),
        (lambda param, grad, velocity, lr, momentum: param, "must return 2 arrays"),
        (lambda param, grad, velocity, lr, momentum: (param[0], velocity), "returned shape ()"),
        (lambda param, grad, velocity, lr, momentum: ("a", velocity), "no array of numbers"),
        (lambda param, grad, velocity, lr, momentum: (_ for _ in ()).throw(NotImplementedError), "not written yet"),
        (lambda param, grad: param, "which step is it?"),
    ],
)
def test_a_wrong_step_becomes_a_sentence(read, fn, words):
    assert words in read(descent_figure(fn=fn).html).sentences()


def test_the_explorer_shows_what_its_twin_shows():
    explorer = DescentExplorer("banana", lr=0.02, fn=adam_step)
    assert explorer.figure.value == descent_figure("banana", lr=0.02, fn=adam_step).html
    explorer.surface.value = SURFACES["valley"]
    explorer.lr.value, explorer.noise.value, explorer.x.value = 0.05, 0.5, 1.5
    explorer.walkers["SGD"].value = False
    explorer.step.value = 7
    rest = [name for name in NAMES if name != "SGD"]
    wanted = descent_figure("valley", (1.5, 1.0), 0.05, noise=0.5, walkers=rest, step=7, fn=adam_step)
    assert explorer.figure.value == wanted.html
    for surface in SURFACES.values():
        explorer.surface.value = surface
        assert len(explorer.figure.value.encode()) < 30_000


def test_a_surface_of_ones_own():
    def bowl(x, y):
        return x**2 + y**2

    state = state_of(bowl, lr=0.1, walkers=["SGD"], steps=5)
    assert np.allclose(state.paths["SGD"][-1], np.array([-2.5, 1.0]) * 0.8**5, atol=1e-6)
    assert "bowl, seen from above" in descent_figure(bowl).html
    assert DescentExplorer(bowl).surface.value.name == "bowl"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"surface": "hill"}, "no surface 'hill'"),
        ({"surface": lambda x, y: 1.0}, "finite height for every x"),
        ({"start": (9, 0)}, "start must be a pair"),
        ({"lr": -1.0}, "lr must be 0 to 10"),
        ({"momentum": 1.0}, "momentum must be"),
        ({"walkers": ["Adagrad"]}, "walkers is a list of names"),
        ({"steps": 0}, "steps must be 1 to 120"),
        ({"fn": 3}, "fn must be a function"),
    ],
)
def test_bad_arguments_get_a_sentence(settings, words):
    with pytest.raises(ValueError, match=words):
        descent_figure(**settings)
    with pytest.raises(ValueError, match=words):
        DescentExplorer(**settings)
    with pytest.raises(ValueError, match="step must be 0 to 60"):
        descent_figure(step=61)
