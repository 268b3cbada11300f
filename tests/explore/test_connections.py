import numpy as np
import pytest

from course.explore import ConnectionsExplorer, connections_figure
from course.explore.connections.wiring import KINDS, count


def right_counts(image_shape, kernel_size):
    return {kind: count(kind, image_shape, kernel_size).parameters for kind in KINDS}


def test_matrices_and_lines_name_the_same_weights(read):
    drawn = read(connections_figure(7, 3, output=2).svg)
    words = {kind: drawn.words(f"{kind}-matrix").split() for kind in KINDS}
    assert words["dense"] == [str(n) for n in range(35)]
    assert words["local"] == [str(n) for n in range(15)]
    assert words["shared"] == ["a", "b", "c"] * 5
    assert drawn.words("dense-chosen").split() == [str(n) for n in range(14, 21)]
    assert drawn.words("local-chosen").split() == ["6", "7", "8"]
    assert drawn.words("shared-chosen").split() == ["a", "b", "c"]


def test_equal_letters_have_equal_colours_and_others_none(read):
    drawn = read(connections_figure(6, 3).svg)
    lines = drawn.part("shared-chosen").iter("{http://www.w3.org/2000/svg}path")
    chosen = [line.get("stroke") for line in lines]
    every = [line.get("stroke") for line in drawn.part("shared-lines").iter("{http://www.w3.org/2000/svg}path")]
    assert len(set(chosen)) == 3 and chosen == every
    dense = {line.get("stroke") for line in drawn.part("dense-lines").iter("{http://www.w3.org/2000/svg}path")}
    assert len(dense) == 1 and not dense & set(chosen)


@pytest.mark.parametrize(("image", "kernel"), [((28, 28), (5, 5)), ((4, 7), (2, 3)), ((1, 6), (1, 2))])
def test_counts_are_those_of_layers_made_one_weight_at_a_time(read, image, kernel):
    outputs = [(i, j) for i in range(image[0] - kernel[0] + 1) for j in range(image[1] - kernel[1] + 1)]
    dense = len(outputs) * image[0] * image[1]
    local = sum(1 for _ in outputs for _ in np.ndindex(kernel))
    expected = [
        ["dense", dense, len(outputs), dense + len(outputs), dense, len(outputs)],
        ["locally connected", local, len(outputs), local + len(outputs), local, len(outputs)],
        ["shared", kernel[0] * kernel[1], 1, kernel[0] * kernel[1] + 1, local, len(outputs)],
    ]
    table = list(read(connections_figure(image=image, kernel=kernel).html).root.iter("table"))[1]
    rows = [[cell.text for cell in row] for row in table.iter("tr")][1:]
    assert rows == [[name, *(f"{n:,}" for n in numbers)] for name, *numbers in expected]


def test_the_status_says_which_weights():
    html = connections_figure(8, 3, output=4).html
    assert "weights 32 to 39" in html and "inputs 4 to 6 through weights 12 to 14" in html
    assert "through a, b and c, the same at all 6 places" in html


def test_values_stand_in_the_inputs(read):
    drawn = read(connections_figure([1, -2.5, 3], 2).svg)
    assert sorted(drawn.numbers("local-inputs").tolist()) == [-2.5, 1, 3]


def test_a_students_counts_are_compared():
    assert "right_counts() agrees in all 6 counts" in connections_figure(fn=right_counts).html

    def no_bias(image_shape, kernel_size):
        return right_counts(image_shape, kernel_size) | {"shared": kernel_size[0] * kernel_size[1]}

    html = connections_figure(fn=no_bias).html
    assert "no_bias() differs ≠ in 2 of 6 counts: shared for 1×8 (3), shared for 28×28 (25)." in html


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (NotImplementedError(), "is not written yet"),
        (ZeroDivisionError("oh <b>"), "raised ZeroDivisionError: oh &lt;b&gt;"),
        (None, "returned NoneType, not a dict"),
        ({}, "differs ≠ in 6 of 6"),
    ],
)
def test_a_students_error_becomes_a_sentence(result, sentence):
    def fn(image_shape, kernel_size):
        if isinstance(result, Exception):
            raise result
        return result

    assert sentence in connections_figure(fn=fn).html


def test_the_explorer_shows_what_the_figure_does_and_counts_when_it_must():
    calls = []

    def fn(image_shape, kernel_size):
        calls.append(image_shape)
        return right_counts(image_shape, kernel_size)

    explorer = ConnectionsExplorer(8, 3, fn=fn)
    assert explorer.figure.value == connections_figure(8, 3, fn=right_counts).html.replace("right_counts", "fn")
    for output in range(6):
        explorer.output.value = output
    assert len(calls) == 2
    explorer.window.value = 5
    assert (explorer.output.max, explorer.output.value) == (3, 3)
    explorer.inputs.value = 3
    assert (explorer.window.value, explorer.output.value, explorer.state.outputs) == (3, 0, 1)
    assert explorer.figure.value == connections_figure(3, 3, fn=right_counts).html.replace("right_counts", "fn")


def test_the_largest_figure_is_a_short_message():
    assert max(len(connections_figure(10, k, output=0).html) for k in range(1, 6)) < 25_000


@pytest.mark.parametrize(
    "arguments",
    [{"x": 11}, {"x": 1}, {"x": np.ones((2, 2))}, {"window": 0}, {"window": 9}, {"output": 6}, {"x": 2.5},
     {"image": (4, 4)}, {"kernel": 5}, {"image": "28"}],
)  # fmt: skip
def test_bad_arguments_get_one_sentence(arguments):
    with pytest.raises(ValueError, match=r"^connections: [^\n]+$"):
        connections_figure(**arguments)
    with pytest.raises(ValueError, match=r"^connections: [^\n]+$"):
        ConnectionsExplorer(**arguments)
