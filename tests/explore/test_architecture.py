import numpy as np
import pytest

from course import nn
from course.explore import ArchitectureExplorer, architecture_figure, assemble
from course.explore.architecture.blocks import KINDS, parse
from course.explore.architecture.presets import NETWORKS
from course.insight import receptive_field, summary
from course.models import googlenet_small, lenet5, resnet18, resnet20, vgg16
from course.models.googlenet import Inception


def right_table(configuration, input_shape=(3, 224, 224), hidden=4096, num_classes=1000):
    C, H, W = input_shape
    rows = []
    for entry in configuration:
        H, W = (H // 2, W // 2) if entry == "M" else (H, W)
        rows.append((C if entry == "M" else entry, H, W, 0 if entry == "M" else entry * (9 * C + 1)))
        C = rows[-1][0]
    for before, units in ((C * H * W, hidden), (hidden, hidden), (hidden, num_classes)):
        rows.append((units, 1, 1, units * (before + 1)))
    return np.array(rows)


def test_known_networks_have_their_known_numbers():
    for name, model in (("VGG-16", vgg16()), ("ResNet-18", resnet18()), ("LeNet-5", lenet5())):
        state = ArchitectureExplorer(name).state
        table = summary(model, NETWORKS[name][0])
        assert (state.parameters, state.multiply_adds) == (table.parameters, table.multiply_adds)
    assert summary(assemble(NETWORKS["small ResNet"][1], (1, 28, 28)), (1, 28, 28)).parameters == sum(
        p.size for p in resnet20().parameters()
    )
    assert ArchitectureExplorer("AlexNet, one tower").state.parameters == 62_378_344


def test_an_inception_block_has_the_proportions_of_3a():
    [row, *_] = ArchitectureExplorer(["inception 256"], (192, 28, 28)).state.rows
    assert row.output == (256, 28, 28)
    assert row.parameters == sum(p.size for p in Inception(192, 64, 96, 128, 16, 32, 32).parameters())
    assert googlenet_small  # its modules are the same class


def test_fields_are_those_of_the_whole_network():
    shape, blocks = NETWORKS["VGG-16"]
    fields = {int(row.name.split(".")[0]): row.field.size[0] for row in receptive_field(assemble(blocks, shape), shape)}
    assert [row.field for row in ArchitectureExplorer("VGG-16").state.rows] == [fields[i] for i in range(len(blocks))]


def test_the_figure_shows_every_number(read):
    figure = read(architecture_figure("VGG-16", block=18).html)
    assert "138,357,544" in figure.words("total") and "15,470,264,320" in figure.words("total")
    assert "512×7×7" in figure.words("block-17") and "212×212" in figure.words("block-17")
    assert "102,764,544" in figure.words("block-19")
    assert "block 19 of 22, flatten: 512×7×7 becomes 25,088" in figure.sentences()
    [(_, y, _, height)] = figure.frames("chosen")
    assert y < 30 + 19.5 * 23 < y + height


@pytest.mark.parametrize(
    ("blocks", "broken", "words"),
    [
        (
            ["conv 16", "residual 32 s2", "mean"],
            1,
            "cannot be added: the convolutions give 32×14×14, the shortcut hands on 16×28×28",
        ),
        (["conv 16", "residual 8 s2 zeros"], 1, "can add channels, not take away any"),
        (["inception 64 unpadded"], 0, "16×28×28, 32×26×26, 8×24×24, 8×26×26"),
        (["conv 16", "inception 40"], 1, "multiple of 16"),
        (["conv 8", "dense 10"], 1, "6,272 numbers"),
        (["flatten", "conv 8"], 1, "neighbours are lost"),
        (["pool", "pool", "pool", "conv 4 k5 p0"], 3, "kernel 5x5 does not fit into input 3x3"),
        (["flatten", nn.Linear(5, 2)], 1, "5"),
    ],
)
def test_impossible_joins_are_explained(read, blocks, broken, words):
    state = ArchitectureExplorer(blocks).state
    assert state.broken == broken
    figure = read(architecture_figure(blocks, block=broken).html)
    assert words in figure.sentences()
    assert "✗" in figure.words(f"block-{broken}")
    assert "no network yet" in figure.words("total")
    assert all("not reached" in figure.words(f"block-{i}") for i in range(broken + 1, len(blocks)))
    with pytest.raises(ValueError, match=f"block {broken + 1}"):
        assemble(blocks, (1, 28, 28))


def test_controls_change_the_network():
    explorer = ArchitectureExplorer(["conv 8", "pool", "flatten", "dense 10"], fn=right_table)
    explorer.filters.value = 16
    explorer.norm.value = True
    assert str(explorer.blocks[0]) == "conv 16 bn"
    explorer.add.click()
    assert list(map(str, explorer.blocks)) == ["conv 16 bn", "conv 16 bn", "pool", "flatten", "dense 10"]
    assert explorer.block.value == 2
    explorer.kind.value = "residual"
    explorer.stride.value = 2
    assert explorer.state.broken == 1
    explorer.join.value = "1x1"
    assert explorer.state.broken is None and explorer.state.rows[1].output == (16, 14, 14)
    explorer.block.value = 1
    explorer.remove.click()
    assert explorer.state.rows[0].output == (16, 14, 14)
    network = explorer.build(seed=3)
    assert network(np.zeros((2, 1, 28, 28), np.float32)).shape == (2, 10)
    assert sum(p.size for p in network.parameters()) == explorer.state.parameters
    assert "agrees" not in explorer.figure.value and "is not compared" in explorer.figure.value
    explorer.network.value = "VGG-16"
    assert explorer.state.parameters == 138_357_544 and explorer.image.value == (3, 224, 224)
    assert "right_table() agrees in all 21 rows" in explorer.figure.value
    explorer.network.value = "your network"
    assert list(map(str, explorer.blocks)) == ["conv 8", "pool", "flatten", "dense 10"]


def test_a_module_of_ones_own_is_a_block():
    own = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh())
    state = ArchitectureExplorer([own, "mean", "dense 2"]).state
    assert state.rows[0].output == (4, 26, 26) and state.rows[0].parameters == 40


def test_every_block_is_read_as_it_is_written():
    for _, texts in NETWORKS.values():
        for text in texts:
            assert parse(str(parse(text))) == parse(text)
    for kind in KINDS:
        explorer = ArchitectureExplorer(["conv 16", "conv 16", "mean", "dense 10"], block=1)
        explorer.kind.value = kind
        assert parse(str(explorer.blocks[1])) == explorer.blocks[1]


def raises(*_):
    raise KeyError("<channels>")


@pytest.mark.parametrize(
    ("fn", "sentence"),
    [
        (lambda *a: right_table(*a)[:-1], "returned shape"),
        (lambda *a: np.add(right_table(*a), [0, 0, 0, 1]), "differs (≠) in 21 of 21 rows"),
        (raises, "raised KeyError: '<channels>'"),
        (lambda *a: "text", "returned shape ()"),
        (lambda *a: [[1], [1, 2]], "raised ValueError"),
    ],
)
def test_errors_of_a_students_table_become_sentences(read, fn, sentence):
    assert sentence in read(architecture_figure("VGG-16", fn=fn).html).sentences()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"network": "VGG-17"}, "network must be one of"),
        ({"network": 5}, "a name or a list"),
        ({"network": []}, "1 to 28 blocks"),
        ({"network": ["convolution 5"]}, "unknown block"),
        ({"network": ["conv"]}, "needs a number"),
        ({"network": ["flatten 5"]}, "takes no number"),
        ({"network": ["conv 8 k0"]}, "kernel"),
        ({"network": ["conv 8 s9"]}, "strides"),
        ({"network": ["residual 8 k5"]}, "means nothing"),
        ({"network": [3]}, "a text"),
        ({"network": "VGG-16", "block": 22}, "block must be 0 to 21"),
        ({"input_shape": (28, 28)}, "input_shape must be"),
        ({"input_shape": (1, 0, 28)}, "input_shape must be"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, words):
    for make in (ArchitectureExplorer, architecture_figure):
        with pytest.raises(ValueError, match=words):
            make(**arguments)
