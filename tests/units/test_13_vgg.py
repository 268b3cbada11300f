"""What unit 13 says about known networks, about plain and residual nets, and about its three networks, holds."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from course.data import DataLoader, Dataset, fashion_sample
from course.data.augmentation import random_flip
from course.explore import assemble
from course.insight import summary
from course.interop import load_weights
from course.models import (
    AlexNet,
    PaddedBlock,
    PlainBlock,
    SmallResNet,
    alexnet,
    googlenet,
    resnet18,
    resnet34,
    resnet50,
    vgg11,
    vgg16,
)
from course.nn import CrossEntropyLoss
from course.optim import Adam
from course.training import Plan, Trainer, evaluate, training_step
from tests.units.seeds import SEEDS

SOURCE = (Path(__file__).parents[2] / "solutions" / "13_vgg.py").read_text()


def array_in_the_unit(name):
    [text] = re.findall(rf"^{name} = (np\.array\(.*?\n?\))(?:  #.*)?$", SOURCE, re.M | re.S)[:1]
    return eval(text, {"np": np})


def test_the_table_of_networks_is_what_the_library_counts():
    tables = [
        summary(make(), (3, 224, 224)) for make in (alexnet, vgg11, vgg16, googlenet, resnet18, resnet34, resnet50)
    ]
    np.testing.assert_array_equal(array_in_the_unit("PARAMETERS"), [table.parameters for table in tables])
    np.testing.assert_array_equal(array_in_the_unit("MULTIPLY_ADDS"), [table.multiply_adds for table in tables])


def test_numbers_of_the_prose():
    alex = summary(AlexNet((3, 227, 227), widths=(96, 256, 384, 384, 256), first=(11, 4, 0)), (3, 227, 227))
    dense = [row for row in alex if row.layer == "Linear"]
    assert sum(row.parameters for row in dense) == 58_631_144 and "58.6 million" in SOURCE
    assert round(1 - sum(row.multiply_adds for row in dense) / alex.multiply_adds, 2) == 0.95
    vgg = summary(vgg16(), (3, 224, 224))
    assert sum(row.parameters for row in vgg if row.layer == "Conv2d") == 14_714_688 and "14,714,688" in SOURCE
    assert round(vgg.parameters * 4 / 1e6) == 553
    assert round(102_764_544 / vgg.parameters, 2) == 0.74
    assert round(18 / 25, 2) == 0.72
    assert round(100 * (0.9 * 0.1 / 2000) ** 0.5, 2) == 0.67
    assert round((25 * 16 * 32 + 192 * 16) / 153_600, 1) == 0.1


def few_small_clothes(few):
    clothes = fashion_sample()
    halved = clothes.images[:few].reshape(few, 1, 14, 2, 14, 2).mean(axis=(3, 5)).astype(np.uint8)
    return Dataset(halved, clothes.labels[:few], clothes.classes, clothes.normalize)


def first_steps(block, n, seed):
    """As in the unit."""
    clothes = few_small_clothes(1000)
    network, loss = SmallResNet(block, n, (1, 14, 14), 10, np.random.default_rng(seed)), CrossEntropyLoss()
    x, y = next(iter(DataLoader(clothes, 64, shuffle=True, seed=seed)))
    network.train()
    loss(network(x), y)
    network.backward(loss.backward())
    norms = [float(np.linalg.norm(p.grad)) for p in network.parameters() if p.data.ndim == 4]
    optimizer, losses = Adam(network.parameters(), 2e-3), []
    for epoch in range(2):
        batches = DataLoader(clothes, 64, shuffle=True, seed=seed + epoch)
        losses.append(np.mean([training_step(network, optimizer, x, y, loss).loss for x, y in batches]))
    return norms, losses


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_plain_nets_degrade_and_shortcuts_mend_it(seed):
    (_, plain8), (grow, plain20), (even, shortcuts20) = (
        first_steps(block, n, seed) for block, n in ((PlainBlock, 1), (PlainBlock, 3), (PaddedBlock, 3))
    )
    assert plain20[1] > plain8[1] + 0.05, "a deep plain net must be worse on what it trains on"
    assert shortcuts20[1] < plain8[1] - 0.2, "with shortcuts the deep net must be the better one"
    assert grow[0] > 2 > 0.4 > grow[-1], "in a plain net the gradient grows on its way back"
    assert even[0] < 0.6 * grow[0]


def test_the_unit_trains_as_this_test_does():
    assert "Plan(epochs=1 if FAST else EPOCHS[name], held_out=100 if FAST else 1000, lr=4e-3)" in SOURCE


def networks_of_the_unit():
    text = re.search(r"^NETS = (\{.*?^\})", SOURCE, re.M | re.S).group(1)
    return {name: blocks.split(", ") for name, blocks in eval(text).items()}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("VGG", 0.70), ("Inception net", 0.70), ("ResNet", 0.70)])
def test_the_three_networks_learn(name, least, tmp_path):
    """A sixth of the images and two passes: what the unit does with them takes minutes, see the next test."""
    network = assemble(networks_of_the_unit()[name], (1, 28, 28), seed=1)
    plan = Plan(epochs=2, held_out=200, lr=4e-3, seed=1)
    Trainer(network, fashion_sample()[:1700], tmp_path, plan, augment=random_flip).fit()
    assert evaluate(network, fashion_sample(train=False)[:1000]).accuracy > least


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("COURSE_LONG"), reason="a quarter of an hour; COURSE_LONG=1 asks for it")
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", ["VGG", "Inception net", "ResNet"])
def test_the_promised_accuracies(name, seed, tmp_path):
    bands = re.search(
        r"Expect (\d+) % to (\d+) % for the VGG, (\d+) % to (\d+) % for the ResNet, and (\d+) % to (\d+) % for the Inception",
        SOURCE,
    )
    numbers = dict(zip(("VGG", "ResNet", "Inception net"), np.reshape(bands.groups(), (3, 2)).astype(int), strict=True))
    epochs = eval(re.search(r"^EPOCHS = (\{.*\})$", SOURCE, re.M).group(1))[name]
    network = assemble(networks_of_the_unit()[name], (1, 28, 28), seed=seed)
    plan = Plan(epochs=epochs, held_out=1000, lr=4e-3, seed=seed)
    trainer = Trainer(network, fashion_sample(), tmp_path, plan, augment=random_flip)
    trainer.fit()
    load_weights(trainer.best, network)
    low, high = numbers[name] / 100
    assert low <= evaluate(network, fashion_sample(train=False)).accuracy <= high
