import numpy as np
import pytest

from course import nn
from course.explore import EquivarianceExplorer, equivariance_figure
from course.explore.equivariance.state import make_motion
from course.functional import conv2d_forward

RNG = np.random.default_rng(5)
IMAGE = RNG.random((12, 12))
KERNEL = RNG.normal(size=(3, 3))


def slow_gap(image, kernel, shift, stride, border):
    """f(T(x)) - T(f(x)) by the library's convolution."""

    def f(x):
        x = np.pad(x, 1, mode="wrap" if border == "wrap" else "constant") if border != "none" else x
        return conv2d_forward(x[None, None], kernel[None, None], stride=stride)[0, 0]

    after = np.roll(f(image), (shift[0] // stride, shift[1] // stride), axis=(0, 1))
    return f(np.roll(image, shift, axis=(0, 1))) - after


@pytest.mark.parametrize("border", ["zeros", "wrap", "none"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("shift", [(0, 0), (1, 2), (-3, 6)])
def test_the_difference_is_that_of_the_library(border, stride, shift):
    motion = make_motion(IMAGE, KERNEL, down=shift[0], across=shift[1], stride=stride, border=border)
    right = slow_gap(IMAGE, KERNEL, shift, stride, border)
    assert np.allclose(motion.difference, right, atol=1e-12)
    if border != "none":  # without padding, windows that tile the image have no border either
        follows = shift == (0, 0) or (border == "wrap" and all(n % stride == 0 for n in shift))
        assert follows == (not motion.difference.any())


def test_the_sentence_counts_and_measures():
    right = slow_gap(IMAGE, KERNEL, (1, 2), 1, "zeros")
    count = (abs(right) > 1e-9).sum()
    html = equivariance_figure(IMAGE, KERNEL, down=1, across=2).html
    assert f"differ ≠ in {count} of 144 pixels, by up to {abs(right).max():.3f}".rstrip("0") in html
    assert "f(T(x)) = T(f(x)) in all 36 pixels outside a margin of 3" in equivariance_figure(
        IMAGE, KERNEL, down=1, across=2, margin=3
    ).html  # fmt: skip
    assert "leaves nothing of a map of 12×12" in equivariance_figure(IMAGE, KERNEL, margin=6).html


def test_a_stride_that_does_not_divide_the_shift_is_explained():
    html = equivariance_figure(IMAGE, KERNEL, across=3, stride=2, border="wrap").html
    assert "have to move by 0 down and 3/2 across" in html
    html = equivariance_figure(IMAGE, KERNEL, across=-2, then="pool", border="wrap").html
    assert "parts of a pixel" not in html and "equivariant to this move" in html


def test_the_largest_of_all_is_invariant():
    assert (
        "f is invariant to this move"
        in equivariance_figure(IMAGE, KERNEL, across=4, border="wrap", then="largest").html
    )
    assert "f is invariant" not in equivariance_figure(IMAGE, KERNEL, move="turn", border="wrap", then="largest").html


@pytest.mark.parametrize("then", ["nothing", "relu"])
def test_turns_spare_a_kernel_that_looks_the_same_turned(then):
    cross = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    assert "equivariant to this move" in equivariance_figure(IMAGE, cross, move="turn", then=then).html
    assert "differ ≠" in equivariance_figure(IMAGE, KERNEL, move="turn", then=then).html
    assert "differ ≠" in equivariance_figure(IMAGE, cross, move="zoom", then=then).html


def test_layers_and_functions_take_the_place_of_the_kernel(read):
    layer = nn.Conv2d(1, 1, 3, padding=1, rng=np.random.default_rng(0))
    motion = make_motion(IMAGE, layer, across=2)
    right = slow_gap(IMAGE, layer.weight.data[0, 0].astype(float), (0, 2), 1, "zeros")
    assert np.allclose(motion.difference, right, atol=1e-5)
    names = read(equivariance_figure(IMAGE, lambda x: x[::2, ::2], across=2, stride=2).svg).names()
    assert names == {"x", "moved", "map", "after", "before", "difference"}


def wrong_shape(x):
    return x.sum(axis=0)


def broken(x):
    return x[0, 0, 0]


def unwritten(x):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("f", "sentence"),
    [
        (wrong_shape, "wrong_shape() returned shape (12,)"),
        (broken, "broken() raised IndexError"),
        (unwritten, "unwritten() is not written yet"),
        (lambda x: "map", "your function raised ValueError"),
    ],
)
def test_a_functions_error_becomes_a_sentence_in_the_figure(read, f, sentence):
    figure = equivariance_figure(IMAGE, f, across=1)
    assert sentence in read(figure.html).words("message").replace("  ", " ")
    assert sentence in figure.html


def test_the_function_cannot_change_the_image():
    def spoil(x):
        x[:] = 0
        return x + 1

    motion = make_motion(IMAGE, spoil, across=1)
    assert not motion.difference.any() and np.array_equal(motion.image, IMAGE)


def right_error(fn, image, shift, margin=0, stride=1):
    gap = np.abs(fn(np.roll(image, shift, (0, 1))) - np.roll(fn(image), [n // stride for n in shift], (0, 1)))
    H, W = gap.shape
    return gap[margin : H - margin, margin : W - margin].max()


@pytest.mark.parametrize("settings", [{}, {"border": "wrap"}, {"margin": 2}, {"stride": 2}, {"then": "pool"}])
def test_a_students_number_is_compared(settings):
    html = equivariance_figure(IMAGE, KERNEL, down=2, across=-4, fn=right_error, **settings).html
    assert "right_error() agrees" in html

    def half(*args, **kwargs):
        return right_error(*args, **kwargs) / 2 + 0.01

    assert "half() differs ≠" in equivariance_figure(IMAGE, KERNEL, down=2, across=-4, fn=half, **settings).html


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (NotImplementedError(), "not written yet"),
        (KeyError("k"), "raised KeyError"),
        (None, "returned NoneType"),
        (True, "bool"),
    ],
)
def test_a_students_error_becomes_a_sentence(result, sentence):
    def fn(fn, image, shift, margin=0, stride=1):
        if isinstance(result, Exception):
            raise result
        return result

    assert sentence in equivariance_figure(IMAGE, KERNEL, across=1, fn=fn).html


def test_the_explorer_shows_what_the_figure_does():
    explorer = EquivarianceExplorer(IMAGE, KERNEL, across=2, fn=right_error)
    assert explorer.figure.value == equivariance_figure(IMAGE, KERNEL, across=2, fn=right_error).html
    explorer.down.value, explorer.stride.value, explorer.border.value = -1, 2, "wrap"
    explorer.then.value, explorer.margin.value = "pool", 1
    settings = {"down": -1, "across": 2, "stride": 2, "border": "wrap", "then": "pool", "margin": 1}
    assert explorer.figure.value == equivariance_figure(IMAGE, KERNEL, **settings, fn=right_error).html
    explorer.kernel.value, explorer.move.value = "blur", "turn"
    settings = settings | {"move": "turn"}
    assert explorer.figure.value == equivariance_figure(IMAGE, np.full((3, 3), 1 / 9), **settings, fn=right_error).html
    assert explorer.down.disabled and explorer.across.disabled
    explorer.kernel.value = "own numbers"
    assert np.array_equal(explorer.state.kernel, KERNEL)


def test_a_function_has_no_controls_of_a_kernel():
    explorer = EquivarianceExplorer(IMAGE, lambda x: x * x, across=1)
    assert len(explorer.children[0].children) == 1
    explorer.across.value = 5
    assert explorer.state.across == 5 and "equivariant" in explorer.figure.value


@pytest.mark.parametrize("move", ["shift", "turn", "zoom"])
def test_the_message_stays_short(move):
    noise = np.random.default_rng(0).random((32, 32))
    assert len(equivariance_figure(noise, KERNEL, move=move, across=3, down=2).html) < 29_000


@pytest.mark.parametrize(
    "arguments",
    [{"image": np.ones(5)}, {"image": np.ones((200, 200))}, {"image": np.ones((3, 9))}, {"move": "jump"}, {"border": 1},
     {"then": "x"}, {"stride": 0}, {"margin": -1}, {"down": 1.5}, {"f": np.ones((30, 30))}, {"f": np.ones(3)}],
)  # fmt: skip
def test_bad_arguments_get_one_sentence(arguments):
    arguments = {"image": IMAGE} | arguments
    for build in (equivariance_figure, EquivarianceExplorer):
        with pytest.raises(ValueError, match=r"^equivariance: [^\n]+$"):
            build(**arguments)
