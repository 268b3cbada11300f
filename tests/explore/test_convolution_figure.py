import numpy as np
import pytest

from course.explore import convolution_figure
from course.explore.convolution.numbers import make_convolution

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def slow_output(x, weight, bias, stride, padding, dilation):
    """One number at a time, for (C, H, W) and (C_out, C, kH, kW); pairs throughout."""
    padded = np.pad(x, ((0, 0), (padding[0],) * 2, (padding[1],) * 2)).astype(float)
    C_out, C, kH, kW = weight.shape
    H_out = (padded.shape[1] - dilation[0] * (kH - 1) - 1) // stride[0] + 1
    W_out = (padded.shape[2] - dilation[1] * (kW - 1) - 1) // stride[1] + 1
    out = np.zeros((C_out, H_out, W_out))
    for f, i, j in np.ndindex(*out.shape):
        out[f, i, j] = 0.0 if bias is None else bias[f]
        for c, u, v in np.ndindex(C, kH, kW):
            out[f, i, j] += (
                weight[f, c, u, v] * padded[c, i * stride[0] + u * dilation[0], j * stride[1] + v * dilation[1]]
            )
    return out


@pytest.mark.parametrize("filter", [0, 1])
def test_every_number_of_the_demo_volume(read, demo, filter):
    padded = np.pad(demo["x"], ((0, 0), (1, 1), (1, 1)))
    out = slow_output(demo["x"], demo["weight"], demo["bias"], (2, 2), (1, 1), (1, 1))
    for step in range(9):
        row, column = divmod(step, 3)
        drawn = read(convolution_figure(**demo, filter=filter, step=step).svg)
        for c in range(3):
            window = padded[c, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            kernel = demo["weight"][filter, c]
            assert drawn.numbers(f"numbers-{c}").tolist() == demo["x"][c].ravel().tolist()
            assert drawn.numbers(f"kernel-{c}").tolist() == kernel.ravel().tolist()
            assert drawn.numbers(f"products-{c}").tolist() == (window * kernel).ravel().tolist()
            assert drawn.numbers(f"sum-{c}").tolist() == [(window * kernel).sum()]
        assert drawn.numbers("bias").tolist() == [demo["bias"][filter]]
        assert drawn.numbers("out").tolist() == out[filter].ravel().tolist()
        assert drawn.words("total").replace("−", "-").endswith(f"= {out[filter, row, column]:.0f}")


def test_window_and_output_frames_stand_where_they_should(read, demo):
    for step in range(9):
        row, column = divmod(step, 3)
        drawn = read(convolution_figure(**demo, step=step).svg)
        cell = 196 / 7
        for c in range(3):
            assert np.allclose(
                drawn.frames(f"window-{c}"), [[2 * column * cell, 2 * row * cell, 3 * cell, 3 * cell]], atol=0.06
            )
        assert np.allclose(drawn.frames("out-cell"), [[44 * column, 44 * row, 44, 44]], atol=0.06)


def test_dilated_taps_are_framed_one_by_one(read):
    figure = convolution_figure(np.arange(49).reshape(7, 7), SOBEL, dilation=2, step=4)  # row 1, column 1
    frames = read(figure.svg).frames("window-0")
    places = {(round(y / frames[0, 3]), round(x / frames[0, 2])) for x, y, _, _ in frames}
    assert places == {(1 + 2 * u, 1 + 2 * v) for u in range(3) for v in range(3)}


def test_terms_add_up_to_the_sum(read, demo):
    drawn = read(convolution_figure(**demo, step=4).svg)
    for c in range(3):
        left, right = drawn.words(f"terms-{c}").replace("−", "-").replace("·", "*").split("=")
        assert left.count("*") == 9
        assert eval(left) == float(right) == drawn.numbers(f"sum-{c}")[0]


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "padding", "dilation", "sentence"),
    [
        ((7, 7), (2, 2), 3, 0, 1, "input rows 2, 5 and 6; input columns 2, 5 and 6."),
        ((6, 5), (3, 3), 2, 0, 1, "(hatched): input row 5."),
        ((5, 5), (3, 3), 2, 1, 1, None),
        ((4, 4), (2, 2), 2, 1, 1, None),
        ((5, 5), (2, 2), 2, 1, 1, "1 padding row; 1 padding column."),
        ((9, 9), (3, 3), 4, 0, 2, "input rows 1, 3, 5 and 7; input columns 1, 3, 5 and 7."),
    ],
)
def test_unseen_rows_and_columns_are_named_and_hatched(read, shape, kernel, stride, padding, dilation, sentence):
    x, weight = np.ones(shape), np.ones(kernel)
    drawn = read(convolution_figure(x, weight, None, stride, padding, dilation).html)
    # The oracle: the input gradient of a sum is 0 exactly where no window reads.
    seen = np.zeros((shape[0] + 2 * padding, shape[1] + 2 * padding), dtype=bool)
    span = [dilation * (k - 1) + 1 for k in kernel]
    for i in range(0, seen.shape[0] - span[0] + 1, stride):
        for j in range(0, seen.shape[1] - span[1] + 1, stride):
            seen[i : i + span[0] : dilation, j : j + span[1] : dilation] = True
    convolution = make_convolution(x, weight, None, stride, padding, dilation)
    assert convolution.unseen(0) == np.flatnonzero(~seen.any(axis=1)).tolist()
    assert convolution.unseen(1) == np.flatnonzero(~seen.any(axis=0)).tolist()
    if sentence is None:
        assert "Never seen" not in drawn.sentences()
        assert "unseen-0" not in drawn.names()
    else:
        assert sentence in drawn.sentences()
        stripes = [node for node in drawn.part("unseen-0").iter() if node.tag.endswith("rect")]
        assert len(stripes) == (~seen.any(axis=1)).sum() + (~seen.any(axis=0)).sum()


def test_size_formula_with_live_numbers(demo):
    assert "H_out = W_out = floor((5 + 2·1 − 1·(3 − 1) − 1) / 2) + 1 = 3" in convolution_figure(**demo).html
    figure = convolution_figure(np.ones((6, 9)), np.ones((3, 2)), stride=(1, 3), dilation=(2, 1))
    assert "H_out = floor((6 + 2·0 − 2·(3 − 1) − 1) / 1) + 1 = 2" in figure.html
    assert "W_out = floor((9 + 2·0 − 1·(2 − 1) − 1) / 3) + 1 = 3" in figure.html


@pytest.mark.parametrize("dilation", [1, 3])
def test_impossible_settings_become_a_sentence(read, dilation):
    kernel = 7 if dilation == 1 else 3
    figure = convolution_figure(np.ones((5, 5)), np.ones((kernel, kernel)), dilation=dilation)
    message = read(figure.svg).words("message")
    assert message.startswith(f"No output: the kernel's {kernel} rows ")
    assert "do not fit into 5 + 2·0 = 5 rows of padded input; use padding 1 or more" in message
    assert message in (read(figure.svg).root.get("aria-label") or "")
    assert "none, because −2 is below 0" in figure.html


@pytest.mark.parametrize("seed", range(8))
def test_odd_shapes_pairs_and_fractions(read, seed):
    rng = np.random.default_rng(seed)
    C, C_out, kH, kW = rng.integers(1, 4, 4)
    pairs = {"stride": rng.integers(1, 4, 2), "padding": rng.integers(0, 3, 2), "dilation": rng.integers(1, 3, 2)}
    pairs = {name: (int(pair[0]), int(pair[1])) for name, pair in pairs.items()}
    x, weight = rng.normal(size=(C, 6, 8)), rng.normal(size=(C_out, C, kH, kW))
    bias = rng.normal(size=C_out) if seed % 2 else None
    out = slow_output(x, weight, bias, **pairs)
    step = int(rng.integers(out[0].size))
    drawn = read(convolution_figure(x, weight, bias, **pairs, filter=int(C_out) - 1, step=step).svg)
    assert np.allclose(drawn.numbers("out"), out[-1].ravel(), atol=0.051)
    sums = sum(drawn.numbers(f"sum-{c}")[0] for c in range(C)) + (0 if bias is None else drawn.numbers("bias")[0])
    assert np.isclose(sums, out[-1].ravel()[step], atol=0.003)


def test_large_images_are_pictures_with_the_window_in_numbers(read):
    image = np.random.default_rng(0).integers(0, 256, (28, 30))
    figure = convolution_figure(image, SOBEL, step=28 * 5 + 7)  # row 5, column 7 of 26x28
    drawn = read(figure.svg)
    assert drawn.numbers("pixels-0").tolist() == image[5:8, 7:10].ravel().tolist()
    assert sum(node.tag.endswith("image") for node in drawn.root.iter()) == 2
    assert drawn.words("total").replace("−", "-") == f"out[5, 7] = {(image[5:8, 7:10] * SOBEL).sum()}"
    assert len(figure.html.encode()) < 30_000


def test_many_channels_share_a_line(read):
    rng = np.random.default_rng(2)
    x, weight = rng.integers(-3, 4, (20, 6, 6)), rng.integers(-1, 2, (2, 20, 3, 3))
    drawn = read(convolution_figure(x, weight, filter=1, step=5).svg)  # row 1, column 1
    products = x[:, 1:4, 1:4] * weight[1]
    assert [drawn.numbers(f"sum-{c}")[0] for c in range(4)] == products[:4].sum(axis=(1, 2)).tolist()
    assert "sum-4" not in drawn.names()
    assert drawn.numbers("sum-rest")[0] == products[4:].sum()


def test_nothing_moves_when_the_window_does(read, demo):
    sizes = {read(convolution_figure(**demo, step=step).svg).root.get("viewBox") for step in range(9)}
    assert len(sizes) == 1


def test_formula_says_why_nothing_fits():
    html = convolution_figure(np.ones((3, 9)), np.ones((7, 3)), padding=1).html
    assert "H_out = floor((3 + 2·1 − 1·(7 − 1) − 1) / 1) + 1 = none, because −2 is below 0" in html


def test_figure_names_itself_for_those_who_do_not_see_it(read, demo):
    drawn = read(convolution_figure(**demo, step=5).html)
    svg = next(node for node in drawn.root if node.tag.endswith("svg"))
    assert "3 channels of 5 by 5" in (svg.get("aria-label") or "")
    assert "rows 2 to 4 and columns 4 to 6 of the padded input" in (svg.get("aria-label") or "")
    status = [node for node in drawn.root if node.get("role") == "status"]
    assert [node.get("aria-live") for node in status] == ["polite"]


def test_demo_volume_is_light(demo):
    sizes = [len(convolution_figure(**demo, filter=f, step=step).html.encode()) for f in (0, 1) for step in range(9)]
    assert max(sizes) < 30_000


def test_inputs_are_not_kept(demo):
    x = demo["x"].astype(float)
    convolution = make_convolution(x, demo["weight"])
    x[:] = 9
    assert np.array_equal(convolution.x, demo["x"])


class Layer:
    """What a convolution layer shows of itself."""

    class Parameter:
        def __init__(self, data):
            self.data = data

    def __init__(self, weight, bias, stride, padding):
        self.weight, self.bias = self.Parameter(weight), None if bias is None else self.Parameter(np.asarray(bias))
        self.stride, self.padding = stride, padding


@pytest.mark.parametrize("bias", [None, [1, 0]])
def test_a_layer_stands_for_its_weights_and_settings(demo, bias):
    layer = Layer(demo["weight"], bias, 2, (1, 1))
    expected = convolution_figure(demo["x"], demo["weight"], bias, 2, 1, step=3)
    assert convolution_figure(demo["x"][None], layer, step=3) == expected


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x": np.ones(5)}, "x has shape"),
        ({"x": np.ones((2, 5, 5))}, "2 channels but weight of shape"),
        ({"x": np.ones((3, 0, 5))}, "no side of length 0"),
        ({"bias": [1, 2, 3]}, "2 filters need as many biases, got 3"),
        ({"stride": 0}, "stride must be an int of at least 1"),
        ({"padding": 0.5}, "padding must be an int of at least 0"),
        ({"dilation": (1, 2, 3)}, "dilation must be"),
        ({"filter": 2}, "filter must be 0 to 1, got 2"),
        ({"step": 9}, "step must be 0 to 8, got 9"),
    ],
)
def test_bad_arguments_get_one_sentence(demo, change, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        convolution_figure(**demo | change)
    assert "\n" not in str(error.value)
