"""Training on the workers of a Dask scheduler is training in one process, whoever is lost on the way."""

import copy
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the workers take it over
from killers import DeadlyLoss

from course.data import Dataset, Normalization
from course.models import lenet5
from course.nn import (
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    DiceLoss,
    Dropout,
    Dropout2d,
    Flatten,
    Linear,
    Loss,
    Module,
    NLLLoss,
    ReLU,
    Sequential,
)
from course.optim import SGD
from course.training import DataParallel, Plan, Score, Trainer, checkpoint, training_step
from course.training.loop import compute_gradients

pytestmark = pytest.mark.slow
TOLERANCE = 2e-6  # of weights of about 0.1 after 12 steps in float32: sums in another order
PLAN = Plan(epochs=3, batch_size=32, lr=0.05, held_out=10, seed=2, clip=1)  # 101 images: 32, 32, 32 and 5


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers of one thread, each a process of this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        yield cluster


@pytest.fixture
def shared(cluster: Any) -> Iterator[DataParallel]:
    with DataParallel(cluster.scheduler_address, parts=2) as shared:
        yield shared


@pytest.fixture(scope="module")
def noise() -> Dataset:
    """111 images of nothing at all."""
    rng = np.random.default_rng(5)
    images, labels = rng.integers(0, 256, (111, 1, 28, 28), np.uint8), rng.integers(0, 10, 111)
    return Dataset(images, labels, tuple("0123456789"), Normalization(0.5, 0.3))


def mirrored(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random((len(images), 1, 1, 1)) < 0.5, images, images[..., ::-1])


def trainer(data: Dataset, folder: Path, **how: Any) -> Trainer:
    how = {"optimizer": partial(SGD, momentum=0.9), "augment": mirrored, **how}
    return Trainer(lenet5(seed=1), data, folder, PLAN, {"model": "lenet5"}, **how)


def assert_close(one: dict[str, np.ndarray], other: dict[str, np.ndarray], tolerance: float = TOLERANCE) -> None:
    assert one.keys() == other.keys()
    for name, a in one.items():
        np.testing.assert_allclose(a, other[name], rtol=0, atol=tolerance, err_msg=name)


def same_bits(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, a in one.items():
        assert a.tobytes() == other[name].tobytes(), name


@pytest.fixture(scope="module")
def in_one_process(noise: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    run = trainer(noise, tmp_path_factory.mktemp("one"))
    run.fit()
    return run


@pytest.mark.parametrize("parts", [2, 3, 7])  # the last batch of 5 has fewer images than 7
def test_lenet_as_in_one_process(
    parts: int, cluster: Any, noise: Dataset, in_one_process: Trainer, tmp_path: Path
) -> None:
    with DataParallel(cluster.scheduler_address, parts=parts) as shared:
        run = trainer(noise, tmp_path, compute=shared)
        run.fit()
    start = lenet5(seed=1).state_dict()
    moved = max(float(abs(a - start[name]).max()) for name, a in run.model.state_dict().items())
    assert moved > 0.01  # so that the tolerance says something
    assert_close(run.model.state_dict(), in_one_process.model.state_dict())
    for line, other in zip(run.progress.history, in_one_process.progress.history, strict=True):
        assert line["loss"] == pytest.approx(other["loss"], abs=1e-5)
        assert line["accuracy"] == pytest.approx(other["accuracy"])


def test_one_part_gives_the_same_bits(cluster: Any, noise: Dataset, in_one_process: Trainer, tmp_path: Path) -> None:
    with DataParallel(cluster.scheduler_address, parts=1) as shared:
        run = trainer(noise, tmp_path, compute=shared)
        run.fit()
    same_bits(run.model.state_dict(), in_one_process.model.state_dict())


def test_as_many_parts_as_workers(cluster: Any) -> None:
    with DataParallel(cluster.scheduler_address) as shared:
        assert (shared.workers, shared.parts) == (2, 2)


def dropping() -> Module:
    """Three dropouts and a layer that stands in two places."""
    rng = np.random.default_rng(3)
    twice = Linear(20, 20, rng=rng)
    return Sequential(
        Conv2d(1, 4, 5, stride=4, rng=rng),
        Dropout2d(0.3, rng),
        ReLU(),
        Flatten(),
        Dropout(0.5, rng),
        Linear(144, 20, rng=rng),
        twice,
        Dropout(0.2, rng),
        twice,
        Linear(20, 10, rng=rng),
    )


def steps(
    model: Module, data: Dataset, compute: Any = compute_gradients, loss: Loss | None = None, n: int = 4
) -> list[Score]:
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    model.train()
    scores = []
    for i in range(n):
        part = data[i * 25 : (i + 1) * 25]
        scores.append(training_step(model, optimizer, data.normalize(part.images), part.labels, loss, compute=compute))
    return scores


def test_dropout_draws_the_masks_of_one_process(shared: DataParallel, noise: Dataset) -> None:
    one, other = dropping(), dropping()
    scores, others = steps(one, noise), steps(other, noise, shared)
    np.testing.assert_allclose([s[:2] for s in scores], [s[:2] for s in others], atol=1e-5)
    assert_close(one.state_dict(), other.state_dict())
    states = [[g.bit_generator.state for _, g in model.named_generators()] for model in (one, other)]
    assert states[0] == states[1]


def test_batch_norm_is_that_of_the_parts(shared: DataParallel, noise: Dataset) -> None:
    """Oracle: two copies of the network in this process, with the first 12 and the last 13 of 25 images."""
    rng = np.random.default_rng(3)
    model = Sequential(Conv2d(1, 4, 5, stride=4, rng=rng), BatchNorm2d(4), Flatten(), Linear(144, 10, rng=rng))
    copies = copy.deepcopy(model), copy.deepcopy(model)
    steps(model, noise, shared, n=1)
    images, labels = noise.normalize(noise.images[:25]), noise.labels[:25]
    compute_gradients(copies[0], images[:12], labels[:12], CrossEntropyLoss())
    compute_gradients(copies[1], images[12:], labels[12:], CrossEntropyLoss())
    for p, one, other in zip(*(m.parameters() for m in (model, *copies)), strict=True):
        np.testing.assert_allclose(p.grad, one.grad * 12 / 25 + other.grad * 13 / 25, atol=1e-6)
    buffers, one, other = (m.state_dict() for m in (model, *copies))
    for name in ("1.running_mean", "1.running_var"):
        np.testing.assert_allclose(buffers[name], one[name] * 12 / 25 + other[name] * 13 / 25, atol=1e-6)
    assert buffers["1.num_batches_tracked"] == 1
    assert buffers["1.num_batches_tracked"].dtype == np.int64


def test_a_lost_worker_changes_nothing(shared: DataParallel, noise: Dataset, tmp_path: Path) -> None:
    model, other = lenet5(seed=1), lenet5(seed=1)
    scores = steps(model, noise, shared)
    mark = tmp_path / "killed"
    assert steps(other, noise, shared, DeadlyLoss(mark)) == scores
    assert mark.exists()
    same_bits(model.state_dict(), other.state_dict())


def test_a_part_that_kills_its_workers(noise: Dataset, tmp_path: Path) -> None:
    """Dask gives up after the fourth worker; here after the first."""
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=60
        ) as cluster,
        DataParallel(cluster.scheduler_address) as shared,
    ):
        model = lenet5(seed=1)
        before = model.state_dict()
        with pytest.raises(
            ConnectionError, match=r"^A part of a batch took several workers along, one after the other"
        ):
            steps(model, noise, shared, DeadlyLoss(tmp_path / "killed"), n=1)
        same_bits(model.state_dict(), before)


def stop_after(count: int, stop: Callable[[], None]) -> Callable[[Score, int], None]:
    seen: list[int] = []

    def on_step(score: Score, n: int) -> None:
        seen.append(n)
        if len(seen) == count:
            stop()

    return on_step


def test_stopped_and_resumed_with_the_same_parts(
    shared: DataParallel, noise: Dataset, in_one_process: Trainer, tmp_path: Path
) -> None:
    whole = trainer(noise, tmp_path / "whole", compute=shared)
    whole.fit()
    stopped = trainer(noise, tmp_path / "parts", compute=shared)
    stopped.fit(stop_after(6, stopped.stop))
    resumed = trainer(noise, tmp_path / "parts", compute=shared)
    resumed.resume()
    resumed.fit()
    same_bits(checkpoint.load(whole.last)[0], checkpoint.load(resumed.last)[0])
    here = trainer(noise, tmp_path / "parts")
    here.resume()  # complete, and readable without any scheduler
    assert here.finished
    assert_close(here.model.state_dict(), in_one_process.model.state_dict())


@pytest.mark.parametrize("gone", ["workers", "scheduler"])
def test_all_lost(gone: str, noise: Dataset, in_one_process: Trainer, tmp_path: Path) -> None:
    """The run is kept up to the last step, here the second of the first epoch, and goes on in one process."""
    dask, LocalCluster = pytest.importorskip("dask"), pytest.importorskip("distributed").LocalCluster
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),  # in place of half a minute
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=60
        ) as cluster,
        DataParallel(cluster.scheduler_address, parts=2, patience=0.5) as shared,
    ):
        run = trainer(noise, tmp_path, compute=shared)

        def lose() -> None:
            cluster.sync(cluster.workers[0].close if gone == "workers" else cluster.scheduler.close)

        sentence = {"workers": "has no worker left, and none came in 0.5 s", "scheduler": "went away"}[gone]
        with pytest.raises(ConnectionError, match=rf"The Dask scheduler at tcp://127\.0\.0\.1:\d+ {sentence}\."):
            run.fit(stop_after(2, lose))
    resumed = trainer(noise, tmp_path)
    resumed.resume()
    assert (resumed.progress.epoch, resumed.progress.step) == (0, 2)
    resumed.fit()
    assert_close(resumed.model.state_dict(), in_one_process.model.state_dict())


class Noisy(Module):
    """Adds noise of its own in training."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def forward(self, x: np.ndarray) -> np.ndarray:
        return x + self.rng.standard_normal(x.shape)


class Strange(Module):
    """Cannot be made again in another process."""

    def __reduce__(self) -> Any:
        return __import__, ("course.no_such_module",)


WEIGHTED = CrossEntropyLoss(weight=np.ones(10))


@pytest.mark.parametrize(
    "model, loss, sentence",
    [
        (
            Sequential(Flatten(), Noisy()),
            CrossEntropyLoss(),
            "1, a Noisy, draws random numbers, and only those of a dropout",
        ),
        (lenet5(), WEIGHTED, "CrossEntropyLoss with class weights is no mean over images"),
        (lenet5(), NLLLoss(ignore_index=2), "NLLLoss leaves out labels of 2, so it is no mean over images"),
        (lenet5(), DiceLoss(), "DiceLoss looks at the whole batch and is no mean over images"),
        (
            Strange(),
            CrossEntropyLoss(),
            "The workers cannot take over Strange (ModuleNotFoundError(\"No module named 'course.no_such_module'\"));",
        ),
    ],
    ids=lambda x: "" if isinstance(x, str) else type(x).__name__,
)
def test_what_cannot_be_shared_out(
    model: Module, loss: Loss, sentence: str, shared: DataParallel, noise: Dataset
) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        shared(model, noise.normalize(noise.images[:9]), np.arange(9) % 3, loss)


def test_an_error_on_a_worker_is_an_error_here(shared: DataParallel, noise: Dataset) -> None:
    with pytest.raises(ValueError, match="conv2d"):
        shared(lenet5(), np.zeros((4, 2, 28, 28), np.float32), np.zeros(4, np.int64), CrossEntropyLoss())


def test_no_scheduler() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConnectionError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9 \(\w+\)\.$"):
        DataParallel("tcp://127.0.0.1:9")


def test_no_workers() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=0, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        pytest.raises(ConnectionError, match=r"has no workers: start some with `dask worker --nthreads 1 tcp:"),
    ):
        DataParallel(cluster.scheduler_address)


def test_the_network_is_taken_away_from_the_workers(cluster: Any, noise: Dataset) -> None:
    from distributed import Client

    def plugins(dask_worker: Any) -> list[str]:
        return [name for name in dask_worker.plugins if name.startswith("course-")]

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        with DataParallel(cluster.scheduler_address) as shared:
            steps(lenet5(), noise, shared, n=1)
            assert [len(names) for names in client.run(plugins).values()] == [1, 1]
        assert list(client.run(plugins).values()) == [[], []]


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"needs dask\.distributed: pip install 'sobel-to-vgg\[scale\]'\.$"):
        DataParallel("tcp://127.0.0.1:9")
