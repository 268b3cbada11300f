"""`course train`: runs that are kept apart, taken up again, and told about in one sentence when that cannot be."""

import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from course.data import Dataset, brain, fashion_sample, mnist
from course.nn import CrossEntropyLoss, MarginLoss
from course.training import Plan, Trainer, checkpoint, command, load_model, mean_dice, recipes
from course.training.recipes import RECIPES, Sets

Course = Callable[..., Result]


@pytest.fixture(autouse=True)
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """240 digits or clothes, 24 of them held out, and 100 to test; of the brain a few slices."""

    def few(name: str, sets: Callable[[], Sets]) -> None:
        monkeypatch.setitem(RECIPES, name, RECIPES[name]._replace(sets=sets))

    few("mnist", lambda: Sets(mnist()[:240], mnist(train=False)[:100]))
    few("fashion_sample", lambda: Sets(fashion_sample()[:240], fashion_sample(train=False)[:100]))
    few("brain", lambda: Sets(brain()[:4], brain("test")[:2], brain("validation")[:2]))


def test_a_run_says_what_it_does_and_where_the_weights_are(course: Course) -> None:
    result = course("train", "--epochs", 1, "--seed", 4)
    assert result.exit_code == 0, result.output
    first, *_, last = result.stdout.splitlines()
    assert first == "lenet5: 61,706 parameters; 216 images of mnist to train on, 24 held out to choose the best weights"
    assert "epoch 1: loss " in result.stdout
    assert "\ntest: " in result.stdout
    assert last.endswith("weights: runs/lenet5/best.safetensors")
    facts = checkpoint.load("runs/lenet5/best.safetensors")[1]
    assert facts["model"] == "lenet5"
    assert facts["arguments"] == {"input_shape": [1, 28, 28], "num_classes": 10}
    assert (facts["data"], facts["augment"]) == ("mnist", False)
    assert Plan(**facts["plan"]) == Plan(epochs=1, batch_size=64, lr=0.003, held_out=24, seed=4)


def same_in_the_end(one: str, other: str) -> None:
    for name in ("best", "last"):
        (arrays, _), (others, _) = (checkpoint.load(f"{folder}/{name}.safetensors") for folder in (one, other))
        assert arrays.keys() == others.keys()
        for key, a in arrays.items():
            assert a.tobytes() == others[key].tobytes(), key


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ["lenet5_bn", "--data", "fashion_sample", "--augment", "--patience", 7, "--lr", 0.01],
        ["unet_small", "--augment", "--batch-size", 2],
        ["capsnet_small", "--batch-size", 128],
    ],
    ids=lambda options: options[0],
)
def test_resume_needs_no_options(options: list[str], course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a run was started with is in its folder."""
    how = [*options, "--epochs", 2, "--seed", 3]
    assert course("train", *how, "--out", "whole").exit_code == 0
    fit = command._fit_with_bar

    def stopped_at_once(trainer: Trainer) -> None:
        trainer.stop()
        fit(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(command, "_fit_with_bar", stopped_at_once)
        stopped = course("train", *how, "--out", "parts")
        assert stopped.stdout.endswith(f"Go on with: course train {options[0]} --resume --out parts\n")
    resumed = course("train", options[0], "--resume", "--out", "parts")
    assert resumed.exit_code == 0, resumed.output
    same_in_the_end("whole", "parts")


def test_augment(course: Course) -> None:
    for options in ((), ("--augment",)):
        course("train", "--epochs", 1, "--out", f"run{''.join(options)}", *options)
    (plain, _), (augmented, facts) = (checkpoint.load(f"{run}/last.safetensors") for run in ("run", "run--augment"))
    assert facts["augment"]
    assert any(not np.array_equal(a, augmented[name]) for name, a in plain.items())


def test_segmentation(course: Course) -> None:
    result = course("train", "unet_small", "--epochs", 2)
    assert result.exit_code == 0, result.output
    first, *_, test, last = result.stdout.splitlines()
    assert "; 4 images of brain to train on, 2 held out to choose the best weights" in first
    assert result.stdout.count(", mean Dice 0.") == 3  # two epochs and the test
    assert re.fullmatch(
        r"test: \d\d\.\d\d% of the pixels of 2 images right, mean Dice 0\.\d{3}, with the .* epoch 2", test
    )
    assert load_model("runs/unet_small/best.safetensors").eval()(np.zeros((1, 1, 96, 80), np.float32)).shape[1] == 3


@pytest.mark.parametrize(
    "model, data, sentence",
    [
        (
            "unet_small",
            "mnist",
            "unet_small names the class of every pixel, which mnist has no labels for; train it with --data brain.",
        ),
        (
            "lenet5",
            "brain",
            "lenet5 gives one answer for an image, which brain has no labels for; train it with --data mnist.",
        ),
    ],
)
def test_data_of_another_kind(model: str, data: str, sentence: str, course: Course, tmp_path: Path) -> None:
    fails(course("train", model, "--data", data), sentence)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_gets_no_better_ends_early(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "finished", property(lambda trainer: trainer.progress.epoch >= 1))
    result = course("train", "--epochs", 9, "--patience", 1)
    assert "\nended after epoch 1: 1 in a row without better weights\n" in result.stdout


def test_every_recipe_for_every_network(rng: np.random.Generator) -> None:
    """A network of each kind takes a batch of each set that it fits, and its loss takes the answer."""
    for name, make in recipes.MODELS.items():
        data = recipes.usual_data(name)
        train_set: Dataset = RECIPES[data].sets().train[:2]
        network = make(seed=0, input_shape=train_set.images.shape[1:], num_classes=len(train_set.classes))
        loss = recipes.loss_for(network)
        assert np.isfinite(loss(network.eval()(train_set.normalize(train_set.images)), train_set.labels))
        assert type(loss) is (MarginLoss if name == "capsnet_small" else CrossEntropyLoss)
        assert recipes.metric_for(train_set) is (mean_dice if data == "brain" else None)


@pytest.mark.parametrize("data", ["mnist", "fashion_sample", "brain"])
def test_augmentation_keeps_the_form_of_a_batch(data: str, rng: np.random.Generator) -> None:
    part = RECIPES[data].sets().train[:4]
    batch = (part.images, part.labels) if data == "brain" else part.images
    moved = RECIPES[data].augment(batch, rng)
    for one, other in zip(batch, moved, strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
    assert any(not np.array_equal(one, other) for one, other in zip(batch, moved, strict=True))


def test_colour_photographs_are_cropped_to_their_size(rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (3, 3, 32, 32), np.uint8)
    assert RECIPES["cifar10"].augment(images, rng).shape == images.shape


def test_a_network_for_colour_photographs(
    monkeypatch: pytest.MonkeyPatch, course: Course, rng: np.random.Generator
) -> None:
    images, labels = rng.integers(0, 256, (40, 3, 32, 32), np.uint8), rng.integers(0, 10, 40)
    data = Dataset(images, labels, tuple("0123456789"), mnist().normalize)
    monkeypatch.setitem(RECIPES, "cifar10", RECIPES["cifar10"]._replace(sets=lambda: Sets(data, data)))
    assert course("train", "lenet5", "--data", "cifar10", "--epochs", 1, "--augment").exit_code == 0
    assert load_model("runs/lenet5/best.safetensors").state_dict()["features.0.weight"].shape == (6, 3, 5, 5)


def test_the_number_of_test_images_is_counted(course: Course) -> None:
    assert "of 100 images right" in course("train", "--epochs", 1).stdout


def test_an_earlier_run_is_moved_aside(course: Course, tmp_path: Path) -> None:
    for name, content in (("lenet5.1", b"the first run"), ("lenet5", b"the second run")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "last.safetensors").write_bytes(content)
    result = course("train", "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("kept the earlier run as runs/lenet5.2\n")
    kept = {path.parent.name: path.read_bytes() for path in tmp_path.glob("runs/*/last.safetensors")}
    assert kept.pop("lenet5")[:20] != b"the second run"
    assert kept == {"lenet5.1": b"the first run", "lenet5.2": b"the second run"}


def test_a_complete_run_is_not_taken_up(course: Course, tmp_path: Path) -> None:
    course("train", "--epochs", 1, "--out", "here")
    before = (tmp_path / "here" / "last.safetensors").read_bytes()
    result = course("train", "--resume", "--out", "here")
    assert result.exit_code == 0
    assert result.stdout == "The run in here is complete: here/best.safetensors\n"
    assert (tmp_path / "here" / "last.safetensors").read_bytes() == before


def test_the_folder_one_stands_in(course: Course, tmp_path: Path) -> None:
    """It cannot be moved away, so either its files are kept in another way or the answer says what to do."""
    (tmp_path / "best.safetensors").write_bytes(b"earlier")
    result = course("train", "--epochs", 1, "--out", ".")
    if result.exit_code == 0:
        assert "kept the earlier run" in result.stdout
    else:
        assert "PosixPath" not in result.stderr
        assert (tmp_path / "best.safetensors").read_bytes() == b"earlier"


@pytest.mark.slow
def test_on_the_workers_of_a_scheduler(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within float error as in one process; stopped and resumed, the same bits, also when there are other workers by then."""
    distributed = pytest.importorskip("distributed")
    how = ["--epochs", 2, "--augment", "--seed", 3]  # 216 images are 64, 64, 64 and 24
    assert course("train", *how, "--out", "one").exit_code == 0
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        whole = course("train", *how, "--out", "whole", "--scheduler", address)
        assert whole.exit_code == 0, whole.output
        assert whole.stdout.splitlines()[1] == f"2 workers at {address}, each batch in 2 parts"
        with monkeypatch.context() as patch:
            patch.setattr(Trainer, "finished", property(lambda trainer: trainer.progress.epoch >= 1))
            course("train", *how, "--out", "parts", "--scheduler", address)
        cluster.sync(cluster.workers[0].close)
        resumed = course("train", "--resume", "--out", "parts", "--scheduler", address)
        assert f"\n1 worker at {address}, each batch in 2 parts\n" in resumed.stdout
        with_statistics = course("train", "lenet5_bn", "--epochs", 1, "--scheduler", address)
        assert with_statistics.exit_code == 0, with_statistics.output
    same_in_the_end("whole", "parts")
    (one, _), (shared, facts) = (checkpoint.load(f"{folder}/last.safetensors") for folder in ("one", "whole"))
    assert facts["parts"] == 2
    # Adam divides by the gradient's own size, so where a gradient is next to nothing, its error is not
    for name, a in one.items():
        difference = abs(shared[name] - a)
        assert np.mean(difference < 1e-5) > 0.999, name
        assert difference.max() < 0.003, name  # a step of the learning rate


def test_no_scheduler(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    fails(
        course("train", "--scheduler", "tcp://127.0.0.1:9"),
        "A Dask scheduler needs dask.distributed: pip install 'sobel-to-vgg[scale]'.",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_no_scheduler_answers(course: Course, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    fails(
        course("train", "--scheduler", "tcp://127.0.0.1:9"), "No Dask scheduler answers at tcp://127.0.0.1:9 (OSError)."
    )
    assert list(tmp_path.iterdir()) == []


def fails(result: Result, sentence: str) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.stdout, result.stderr) == ("", f"Error: {sentence}\n")


def test_nothing_to_resume(course: Course) -> None:
    fails(
        course("train", "--resume"),
        "runs/lenet5: there is no run to go on with; start one with: course train lenet5",
    )


RUN = {"model": "lenet5", "data": "mnist", "arguments": {}, "augment": False, "plan": {}, "progress": {}}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {**RUN, "model": "alexnet_small"},
        {**RUN, "data": "letters"},
        *({name: fact for name, fact in RUN.items() if name != left_out} for left_out in RUN),
    ],
    ids=str,
)
def test_what_is_no_state_of_a_run(facts: checkpoint.Facts, course: Course, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "runs" / "lenet5" / "last.safetensors", {}, facts)
    fails(
        course("train", "--resume"),
        "runs/lenet5/last.safetensors: this is not the state of a lenet5 run.",
    )


def test_the_state_of_another_version(course: Course, tmp_path: Path) -> None:
    """A plan with a part that this version does not know."""
    facts = {**RUN, "plan": {"epochs": 1, "cut_out": 7}, "progress": {}, "generators": {}}
    checkpoint.save(tmp_path / "runs" / "lenet5" / "last.safetensors", {}, facts)
    fails(
        course("train", "--resume"),
        "runs/lenet5/last.safetensors: this run was started by another version of the course.",
    )


def test_ctrl_c_before_the_first_step(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = command._fit_with_bar

    def impatient(trainer: Trainer) -> None:
        signal.raise_signal(signal.SIGINT)
        fit(trainer)

    monkeypatch.setattr(command, "_fit_with_bar", impatient)
    result = course("train", "--epochs", 1)
    assert result.exit_code == 0
    assert "Stopped." in result.stdout


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_run_that_diverges_is_told_so(course: Course) -> None:
    result = course("train", "--epochs", 3, "--lr", 1e30)
    assert result.exit_code == 1
    error = result.stderr.splitlines()[-1]
    assert re.match(
        r"Error: .* epoch 1, so the weights are lost; start again with a smaller learning rate than 1e\+30", error
    )
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "wrong", [["--epochs", "0"], ["--lr", "0"], ["--batch-size", "-1"], ["--seed", "x"], ["vgg99"]]
)
def test_numbers_that_make_no_sense(wrong: list[str], course: Course, tmp_path: Path) -> None:
    result = course("train", *wrong)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []
