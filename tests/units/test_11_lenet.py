"""What unit 11 promises of its training, of moved digits and of badly prepared pixels holds from other starts too."""

import re
from pathlib import Path

import numpy as np
import pytest

from course import functional as F
from course.data import DataLoader, Dataset, centre_digit, mnist
from course.models import lenet5
from course.training import Plan, Trainer, evaluate, load_model
from tests.units.seeds import SEEDS

SOURCE = (Path(__file__).parents[2] / "solutions" / "11_lenet.py").read_text()
TEST = mnist(train=False)


def test_the_unit_trains_as_this_test_does():
    assert "Plan(epochs=1, held_out=1000) if FAST else Plan(epochs=3)" in SOURCE
    assert (
        'lenet5(seed=0), digits[:5000] if FAST else digits, tempfile.mkdtemp(), plan, facts={"model": "lenet5"}'
        in SOURCE
    )


@pytest.fixture(scope="module", params=SEEDS)
def model(request, tmp_path_factory):
    trainer = Trainer(
        lenet5(seed=request.param),
        mnist(),
        tmp_path_factory.mktemp("run"),
        Plan(seed=request.param),
        {"model": "lenet5"},
    )
    trainer.fit()
    return load_model(trainer.best)


@pytest.mark.slow
def test_the_promised_accuracy_and_what_harms_it(model):
    low, high = map(float, re.search(r"between ([\d.]+) % and ([\d.]+) % is what this cell", SOURCE).groups())
    assert low / 100 <= evaluate(model, TEST).accuracy <= high / 100

    few = TEST[:1000]
    moved = np.pad(few.images, ((0, 0), (0, 0), (0, 0), (8, 0)))[..., :28]
    centred = np.stack([centre_digit(image[0])[None] for image in moved])
    harmed, mended = (
        evaluate(model, Dataset(images, few.labels, few.classes, few.normalize)).accuracy for images in (moved, centred)
    )
    assert harmed < 0.5 < 0.85 < mended

    def right(x):
        return (model(x.astype(np.float32)).argmax(axis=1) == few.labels).mean()

    assert right(few.images / 255) > 0.95, "a factor must cost little"
    assert right(few.images) > 0.95, "a factor must cost little"
    assert right(few.normalize(255 - few.images)) < 0.7, "black on white must be another world"


def test_the_history_comes_out():
    """The paper's C3 joins 6 filters to 3 maps, 9 to 4 and 1 to all 6."""
    assert 6 * (3 * 25 + 1) + 9 * (4 * 25 + 1) + (6 * 25 + 1) == 1516
    assert "1,516 parameters" in SOURCE
    assert round((156 + 2416) / 61706, 2) == 0.04


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_lenet_of_plain_functions_learns_as_promised(seed):
    """The unit's own cells, run as they stand, from other starts and in other orders."""
    low, high = map(int, re.search(r"one pass over 6,000 digits gives between (\d+) % and (\d+) %", SOURCE).groups())
    cells = re.split(r"^# %%.*$", SOURCE, flags=re.M)
    own, train = (next(cell for cell in cells if text in cell) for text in ("class Weighted(Module)", "def own_lenet("))
    train = train.replace("own_lenet(),", f"own_lenet({seed}),").replace("shuffle=True)", f"shuffle=True, seed={seed})")
    assert f"seed={seed})" in train
    names = {
        "np": np,
        "F": F,
        "DataLoader": DataLoader,
        "digits": mnist(),
        "test": TEST,
        "evaluate": evaluate,
        "FAST": False,
    }
    exec(own + train, names)
    assert low / 100 <= evaluate(names["mine"], TEST[:1000]).accuracy <= high / 100
