import numpy as np
import pytest

from course.explore import BackwardExplorer, backward_figure
from course.functional import conv2d_backward
from course.nn import Conv2d

IMAGE = np.array([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]])
KERNEL = np.array([[1, 2], [3, -1]])
G = np.array([[1, -2, 0], [3, 1, -1]])
RNG = np.random.default_rng(4)
VOLUME, FILTERS = RNG.integers(-3, 4, (2, 5, 6)), RNG.integers(-2, 3, (3, 2, 3, 3))
LAYERS = [
    (IMAGE[None], KERNEL[None, None], 1, 0),
    (VOLUME, FILTERS, 1, 1),
    (VOLUME, FILTERS, 2, 0),
    (VOLUME, FILTERS, (2, 3), (2, 1)),
]


def slow(grad_out, x, weight, stride, padding):
    """Gradients of an image and of the filters, every product of the forward pass on its own."""
    (sh, sw), (ph, pw) = (np.broadcast_to(value, 2) for value in (stride, padding))
    grad_x, grad_weight = np.zeros(x.shape), np.zeros(weight.shape)
    for f, i, j in np.ndindex(grad_out.shape):
        for c, u, v in np.ndindex(weight[0].shape):
            row, column = i * sh + u - ph, j * sw + v - pw
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                grad_x[c, row, column] += grad_out[f, i, j] * weight[f, c, u, v]
                grad_weight[f, c, u, v] += grad_out[f, i, j] * x[c, row, column]
    return grad_x, grad_weight


def drawn_gradient(x, weight, stride, padding):
    """Random gradients of the output's shape."""
    sizes = zip(x.shape[1:], weight.shape[2:], np.broadcast_to(stride, 2), np.broadcast_to(padding, 2), strict=True)
    return np.random.default_rng(5).integers(-3, 4, (len(weight), *((n + 2 * p - k) // s + 1 for n, k, s, p in sizes)))


@pytest.mark.parametrize(("x", "weight", "stride", "padding"), LAYERS)
def test_every_view_ends_in_the_gradient_and_in_the_measured_slopes(read, x, weight, stride, padding):
    grad_out = drawn_gradient(x, weight, stride, padding)
    grad_x, grad_weight = slow(grad_out, x, weight, stride, padding)
    layer = {"x": x, "weight": weight, "grad_out": grad_out, "stride": stride, "padding": padding}
    c, f = len(x) - 1, len(weight) - 1
    views = {
        "scatter": ({"step": grad_out.size - 1}, grad_x[c]),
        "forward set": ({"step": 7}, grad_x[c]),
        "convolution": ({"step": 7, "flipped": True}, grad_x[c]),
        "weight": ({"filter": f, "step": 3}, grad_weight[f, c]),
    }
    for view, (more, right) in views.items():
        drawn = read(backward_figure(**layer, view=view, channel=c, **more).html)
        assert drawn.numbers("result").tolist() == drawn.numbers("slopes").tolist() == right.ravel().tolist()
        assert "wrong" not in drawn.names()
        assert f"ll {right.size} numbers of grad_" in drawn.sentences()


@pytest.mark.parametrize("step", [0, 3, 5])
def test_gradients_arrive_one_after_the_other(read, step):
    drawn = read(backward_figure(IMAGE, KERNEL, G, step=step).html)
    some = np.where(np.arange(6).reshape(1, 2, 3) <= step, G, 0)
    assert drawn.numbers("result").tolist() == slow(some, IMAGE[None], KERNEL[None, None], 1, 0)[0].ravel().tolist()
    assert drawn.numbers("products-0").tolist() == (G.flat[step] * KERNEL).ravel().tolist()
    i, j = divmod(step, 3)
    assert (drawn.frames("place")[0] / 40).tolist() == [j, i, 2, 2]
    left = 5 - step
    assert (f"{left} outputs have not" in drawn.sentences()) == (left > 1)


def test_products_on_the_padding_are_dropped(read):
    drawn = read(backward_figure(IMAGE, KERNEL, padding=1).html)  # the first window has one pixel inside
    assert "3 of the 4 products fall on the padding and are dropped." in drawn.sentences()
    assert (drawn.frames("place")[0] / 40).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("x", "weight", "stride", "padding"), LAYERS)
def test_the_forward_set_is_a_column_of_the_matrix(read, x, weight, stride, padding):
    """Oracle: the outputs that change when the pixel does."""
    from course.functional import conv2d_forward

    grad_out = drawn_gradient(x, weight, stride, padding)
    ones = np.ones_like(weight)
    for step in (0, 5, x[0].size - 1):
        pixel = np.zeros(x.shape)
        pixel[0].flat[step] = 1
        reached = np.argwhere(conv2d_forward(pixel[None], ones, stride=stride, padding=padding)[0, 0])
        figure = backward_figure(x, weight, grad_out, stride, padding, view="forward set", step=step)
        drawn = read(figure.html)
        row, column = divmod(step, x.shape[2])
        assert f"went into {len(reached)} output" in drawn.sentences()
        assert all(f"[{i}, {j}]" in drawn.sentences() for i, j in reached)
        sums = [drawn.numbers(f"sum-{f}")[0] for f in range(len(weight))]
        assert sum(sums) == slow(grad_out, x, weight, stride, padding)[0][0, row, column]
        for f in range(len(weight)):
            if len(reached):
                left, right = drawn.words(f"terms-{f}").replace("−", "-").replace("·", "*").split("=")
                assert left.count("*") == len(reached)
                assert eval(left) == float(right) == sums[f]


def test_a_weight_frames_the_pixels_that_it_met(read):
    drawn = read(backward_figure(VOLUME, FILTERS, stride=2, view="weight", filter=1, step=5).svg)  # row 1, column 2
    cell = 200 / 6
    rows, columns = (1, 3), (2, 4)
    path = next(drawn.part("taps-1").iter("{http://www.w3.org/2000/svg}path")).get("d", "")
    corners = [start.split("h")[0].split() for start in path.split("M")[1:]]
    places = {(round((float(y) - 1) / cell), round((float(x) - 1) / cell)) for x, y in corners}
    assert places == {(r, c) for r in rows for c in columns}
    grad = drawn.numbers("middle-1")
    assert drawn.numbers("products-1").tolist() == (VOLUME[0][np.ix_(rows, columns)].ravel() * grad).tolist()


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 0), (2, 1)])
def test_the_kernel_as_it_is_is_shown_wrong(read, stride, padding):
    grad_out = drawn_gradient(IMAGE[None], KERNEL[None, None], stride, padding)
    layer = {"x": IMAGE, "weight": KERNEL, "grad_out": grad_out, "stride": stride, "padding": padding}
    right = slow(grad_out, IMAGE[None], KERNEL[None, None], stride, padding)[0][0]
    unflipped = slow(grad_out, IMAGE[None], KERNEL[None, None, ::-1, ::-1], stride, padding)[0][0]
    drawn = read(backward_figure(**layer, view="convolution", step=5).html)
    assert drawn.numbers("result").tolist() == unflipped.ravel().tolist()
    assert drawn.numbers("slopes").tolist() == right.ravel().tolist()
    wrong = unflipped != right
    assert drawn.words("wrong").split() == ["≠"] * wrong.sum()
    assert f"With the kernel as it is, {wrong.sum()} of 12 numbers" in drawn.sentences()
    assert drawn.numbers("middle-0").tolist() == KERNEL.ravel().tolist()
    spread = drawn.numbers("left-0")
    assert sorted(spread[spread != 0]) == sorted(grad_out[grad_out != 0])
    assert f"2 − 1 − {padding} = {1 - padding} outside" in drawn.sentences()
    assert f"stride − 1 = {stride} − 1 = {stride - 1} between" in drawn.sentences()
    flipped = read(backward_figure(**layer, view="convolution", step=5, flipped=True).html)
    assert flipped.numbers("middle-0").tolist() == KERNEL[::-1, ::-1].ravel().tolist()
    assert "With the flipped kernel, all 12 numbers of grad_x equal the measured slopes." in flipped.sentences()


def test_twin_shows_the_same_figure_and_controls_change_it():
    explorer = BackwardExplorer(VOLUME, FILTERS, stride=2, padding=1)
    given = {"grad_out": explorer.state.backward.grad_out, "stride": 2, "padding": 1}
    assert explorer.figure.value == backward_figure(VOLUME, FILTERS, **given).html
    explorer.view.value, explorer.channel.value, explorer.step.value = "weight", 1, 4
    explorer.filter.value = 2
    explorer.step.value = 4
    figure = backward_figure(VOLUME, FILTERS, **given, view="weight", channel=1, filter=2, step=4)
    assert explorer.figure.value == figure.html
    explorer.view.value = "convolution"
    explorer.kernel.value, explorer.stride.value, explorer.filter.value = "flipped", 1, 2
    given |= {"grad_out": explorer.state.backward.grad_out, "stride": 1}
    figure = backward_figure(VOLUME, FILTERS, **given, view="convolution", channel=1, filter=2, flipped=True, step=4)
    assert explorer.figure.value == figure.html
    explorer.stride.value = 2
    assert explorer.step.max == 29


def test_given_gradients_are_kept_where_the_output_changes():
    explorer = BackwardExplorer(IMAGE, KERNEL, G)
    explorer.padding.value = 1
    assert explorer.state.backward.grad_out.shape == (1, 4, 5)
    assert np.array_equal(explorer.state.backward.grad_out[0, :2, :3], G)
    explorer.padding.value = 0
    assert np.array_equal(explorer.state.backward.grad_out[0], G)


def test_the_students_function_runs_when_the_layer_changes_only():
    calls = []

    def mine(grad_out, x, weight, stride=1, padding=0):
        calls.append((stride, padding))
        return conv2d_backward(grad_out, x, weight, stride, padding)

    explorer = BackwardExplorer(VOLUME, FILTERS, padding=1, fn=mine)
    for view in ("forward set", "weight", "convolution"):
        explorer.view.value = view
        explorer.step.value = 2
    explorer.stride.value = 2
    assert calls == [(1, 1), (2, 1)]


def conv2d_grad_input(grad_out, x, weight, stride=1, padding=0):
    return conv2d_backward(grad_out, x, weight, stride, padding)[0]


def conv2d_grad_weight(grad_out, x, weight, stride=1, padding=0):
    return 2 * conv2d_backward(grad_out, x, weight, stride, padding)[1]


def conv2d_grad_input_flipped(grad_out, weight, padding=0):
    x = np.zeros((1, 2, 5, 6))
    return conv2d_backward(grad_out, x, weight[:, :, ::-1, ::-1], 1, padding)[0]


def conv2d_grad_bias(grad_out):
    return grad_out.sum(axis=(0, 2, 3))


def overwrites(grad_out, x, weight, stride=1, padding=0):
    grad_x, grad_weight, grad_bias = conv2d_backward(grad_out, x, weight, stride, padding)
    grad_out[...] = 0
    grad_x[0, 1, 2, 3] += 1
    return grad_x, grad_weight, grad_bias * 2


def fails(grad_out, x, weight, stride=1, padding=0):
    raise IndexError("index <5> & more")


def unwritten(grad_out, x, weight, stride=1, padding=0):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("fn", "stride", "sentence"),
    [
        (
            conv2d_backward,
            2,
            "grad_x equals the measured slopes; grad_weight equals the measured slopes; grad_bias equals",
        ),
        (conv2d_grad_input, 2, "conv2d_grad_input(): grad_x equals the measured slopes."),
        (conv2d_grad_weight, 1, "conv2d_grad_weight(): grad_weight differs from the measured slopes in"),
        (conv2d_grad_input_flipped, 1, "conv2d_grad_input_flipped(): grad_x differs from the measured slopes in"),
        (conv2d_grad_input_flipped, 2, "is not compared: it takes no stride, so it is for stride 1."),
        (conv2d_grad_bias, 1, "is not compared: the figure shows the gradients of pixels and of weights."),
        (overwrites, 1, "grad_x differs from the measured slopes in 1 of 60, first at [0, 1, 2, 3]"),
        (overwrites, 1, "overwrites() also changed its input grad_out"),
        (fails, 1, "fails() raised IndexError: index <5> & more"),
        (unwritten, 1, "unwritten() is not written yet (NotImplementedError)."),
        (lambda *_, **__: None, 1, "returned None: is there a return at its end?"),
        (lambda *_, **__: (1, 2), 1, "returned 2 things; expected grad_x, grad_weight, grad_bias"),
        (lambda *_, **__: np.zeros((1, 2, 5)), 1, "grad_x has shape (1, 2, 5); expected (1, 2, 5, 6)"),
        (lambda *_, **__: "text", 1, "grad_x is str, not an array of numbers"),
    ],
)
def test_whatever_a_function_does_becomes_a_sentence(read, fn, stride, sentence):
    drawn = read(backward_figure(VOLUME, FILTERS, stride=stride, padding=1, fn=fn).html)
    assert sentence in drawn.sentences()


def test_wrong_numbers_of_the_student_are_marked(read):
    drawn = read(backward_figure(VOLUME, FILTERS, padding=1, channel=1, fn=overwrites).svg)
    assert drawn.words("student-wrong") == "≠"
    assert (drawn.numbers("student") - drawn.numbers("slopes")).nonzero()[0].tolist() == [2 * 6 + 3]
    assert "student" not in read(backward_figure(VOLUME, FILTERS, padding=1, view="weight", fn=overwrites).svg).names()


def test_layers_and_large_arrays(read):
    layer = Conv2d(1, 20, 5, stride=2, padding=2)
    x = np.random.default_rng(0).standard_normal((28, 28))
    for view in ("scatter", "forward set", "weight", "convolution"):
        figure = backward_figure(x, layer, view=view, flipped=True)
        assert len(figure.html.encode()) < 30_000
    assert "filters 2 to 19 in the same way" in figure.html
    assert "all 784 numbers of grad_x[0] equal the measured slopes" in figure.html


@pytest.mark.parametrize("view", ["scatter", "forward set", "weight", "convolution"])
def test_messages_stay_small_and_nothing_moves(read, view):
    x, weight = RNG.integers(-30, 30, (3, 8, 8)), RNG.standard_normal((4, 3, 3, 3))
    figures = [
        backward_figure(x, weight, stride=2, padding=1, view=view, step=step, fn=lambda *_, **__: x[None]).html
        for step in (0, 4, 8)
    ]
    assert all(len(figure.encode()) < 30_000 for figure in figures)
    boxes = [next(node for node in read(f).root if node.tag.endswith("svg")).get("viewBox") for f in figures]
    assert len(set(boxes)) == 1


@pytest.mark.parametrize(
    ("arguments", "more", "sentence"),
    [
        ((IMAGE, np.ones((5, 5))), {}, "does not fit"),
        ((IMAGE, KERNEL, np.ones((3, 3))), {}, "the output has shape (1, 2, 3)"),
        ((IMAGE, KERNEL, G, 1, 2), {}, "give at most (1, 1)"),
        ((np.ones((40, 40)), KERNEL), {}, "sides of at most 28"),
        ((IMAGE, KERNEL), {"view": "sideways"}, "view must be one of 'scatter'"),
        ((IMAGE, KERNEL), {"step": 6}, "step must be an int from 0 to 5"),
        ((IMAGE, KERNEL), {"channel": 1}, "channel must be an int from 0 to 0"),
        ((IMAGE, "text"), {}, "numbers"),
        ((IMAGE, KERNEL, "text"), {}, "grad_out must be an array of numbers"),
        ((VOLUME, KERNEL), {}, "channels"),
        ((VOLUME, Conv2d(2, 3, 3, dilation=2)), {}, "dilation"),
    ],
)
def test_impossible_arguments_get_one_sentence(arguments, more, sentence):
    with pytest.raises(ValueError, match="backward figure") as error:
        backward_figure(*arguments, **more)
    assert sentence in str(error.value)
    if "step" not in more and "channel" not in more:
        with pytest.raises(ValueError, match="ackward"):
            BackwardExplorer(*arguments, **more)


def test_figure_names_itself_for_those_who_do_not_see_it(read):
    drawn = read(backward_figure(IMAGE, KERNEL, G, view="convolution", step=5).html)
    svg = next(node for node in drawn.root if node.tag.endswith("svg"))
    assert svg.get("role") == "img"
    assert "11 of 12 numbers of grad_x differ" in (svg.get("aria-label") or "")
    [status] = [node for node in drawn.root if node.get("role") == "status"]
    assert "The measured slope at pixel [1, 1] is 0: 5 differs." in (status.text or "")
