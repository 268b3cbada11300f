"""How many numbers each network learns, as published, and that counting them draws none."""

import time
import tracemalloc

import numpy as np
import pytest

from course import models

PUBLISHED = {
    "lenet5": 61_706,
    "lenet5_bn": 62_158,
    "lenet5_rgb": 62_958,
    "mlp": 266_610,  # known as LeNet-300-100
    "locally_connected": 423_038,
    "net3": 1_226,  # LeCun 1989
    "alexnet": 61_100_840,  # torchvision's tables, as for all without a note
    "alexnet_two_towers": 60_965_224,  # Krizhevsky 2012
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "vgg11_bn": 132_868_840,
    "vgg13_bn": 133_053_736,
    "vgg16_bn": 138_365_992,
    "vgg19_bn": 143_678_248,
    "capsnet": 6_804_224,  # Sabour 2017: 6.8 million without reconstruction
    "signal_cnn": 264_962,  # windows of 8, 5 and 3: 1,152 + 164,096 + 98,432, batch norms 1,024, the last layer 258
    "googlenet": 6_624_904,
    "googlenet_with_heads": 13_004_888,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters(name: str) -> None:
    assert sum(p.size for p in getattr(models, name)().parameters()) == PUBLISHED[name]


def test_the_rgb_lenet_layer_by_layer() -> None:
    """A table with 208 and 416 for the convolutions forgets that filters are as deep as their input."""
    model = models.lenet5_rgb()
    sizes = [sum(p.size for p in layer.parameters()) for _, layer in model.leaves()]
    assert [n for n in sizes if n] == [608, 3_216, 48_120, 10_164, 850]


@pytest.mark.parametrize(
    "name, shape, millions",
    [("resnet20", (3, 32, 32), 0.27), ("resnet56", (3, 32, 32), 0.85), ("plain20", (3, 32, 32), 0.27)],
)
def test_he_et_al_table_6(name: str, shape: tuple[int, int, int], millions: float) -> None:
    assert round(sum(p.size for p in getattr(models, name)(input_shape=shape).parameters()) / 1e6, 2) == millions


@pytest.mark.parametrize("resnet, plain", [("resnet18", "plain18"), ("resnet34", "plain34")])
def test_a_plain_network_lacks_just_the_projections(resnet: str, plain: str) -> None:
    one, other = ({name: p.shape for name, p in getattr(models, name)().named_parameters()} for name in (resnet, plain))
    assert {name: shape for name, shape in one.items() if "downsample" not in name} == other
    assert len(one) - len(other) == 9  # three projections, each a weight and a batch norm's two


def test_the_papers_windows_in_googlenet() -> None:
    """5x5 for 3x3 in each third branch: 16 more weights for every pair of channels."""
    pairs = 16 * 32 + 32 * 96 + 16 * 48 + 24 * 64 + 24 * 64 + 32 * 64 + 32 * 128 + 32 * 128 + 48 * 128
    assert sum(p.size for p in models.GoogLeNet(large=5).parameters()) == 6_624_904 + 16 * pairs


def test_building_vgg16_takes_no_time_and_no_memory() -> None:
    models.vgg16()
    tracemalloc.start()
    began = time.perf_counter()
    model = models.vgg16()
    assert sum(p.size for p in model.parameters()) == 138_357_544
    took, (_, most) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20
    assert took < 1
    assert all(p._data is None for p in model.parameters())
    assert np.prod(model.classifier[0].weight.shape) == 25_088 * 4_096  # type: ignore[union-attr, operator]
