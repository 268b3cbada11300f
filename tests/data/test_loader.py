"""Going through a data set in batches: which images, in which order, and by whom they are prepared."""

import re
import threading
import time
from functools import partial

import numpy as np
import pytest

from course.data import DataLoader, Dataset, Normalization, mnist, shapes
from course.data.augmentation import compose, random_brightness, random_flip, random_rotation


def numbered(n: int) -> Dataset:
    """Images that carry their own number, so that an image and its label can be told apart from their neighbours."""
    images = np.zeros((n, 1, 2, 2), np.uint8)
    images[:, 0, 0, 0] = np.arange(n)
    return Dataset(images, np.arange(n), tuple(map(str, range(n))), Normalization(0.0, 1 / 255))


def passed(loader: DataLoader, epoch: int, start: int = 0) -> list[int]:
    """The numbers of the images in an epoch, in order; image and label must still belong together."""
    seen: list[int] = []
    for images, labels in loader.batches(epoch, start):
        assert images.dtype == np.float32
        np.testing.assert_allclose(images[:, 0, 0, 0], labels, atol=1e-3)
        seen += labels.tolist()
    return seen


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("course-loader")]


def no_thread_is_left() -> bool:
    for thread in our_threads():
        thread.join(timeout=5)
    return not our_threads()


workers = pytest.mark.parametrize("workers", [0, 1, 2, 5])


@workers
def test_every_image_once_an_epoch_and_the_last_batch_is_smaller(workers: int) -> None:
    loader = DataLoader(numbered(23), batch_size=5, shuffle=True, workers=workers)
    assert len(loader) == 5
    assert [len(labels) for _, labels in loader.batches(0)] == [5, 5, 5, 5, 3]
    assert sorted(passed(loader, 0)) == list(range(23))
    assert len(DataLoader(numbered(20), batch_size=5)) == 4


@workers
def test_the_smaller_last_batch_can_be_left_out(workers: int) -> None:
    loader = DataLoader(numbered(23), batch_size=5, shuffle=True, drop_last=True, workers=workers)
    assert len(loader) == 4
    whole = passed(DataLoader(numbered(23), batch_size=5, shuffle=True), 7)
    assert passed(loader, 7) == whole[:20]
    assert len(DataLoader(numbered(20), batch_size=5, drop_last=True)) == 4
    assert list(DataLoader(numbered(3), batch_size=5, drop_last=True, workers=workers)) == []


def test_without_shuffling_the_order_stays() -> None:
    loader = DataLoader(numbered(7), batch_size=3)
    assert passed(loader, 0) == passed(loader, 1) == list(range(7))


def test_orders_depend_on_seed_and_epoch_alone() -> None:
    orders = {
        (seed, epoch): passed(DataLoader(numbered(40), 7, shuffle=True, seed=seed), epoch)
        for seed in (0, 1)
        for epoch in (0, 1)
    }
    assert len({tuple(order) for order in orders.values()}) == 4
    for (seed, epoch), order in orders.items():
        assert passed(DataLoader(numbered(40), 9, shuffle=True, seed=seed, workers=2), epoch) == order


def test_each_pass_is_the_next_epoch() -> None:
    loader = DataLoader(numbered(30), 4, shuffle=True, seed=3)
    passes = [[int(n) for _, labels in loader for n in labels] for _ in range(3)]
    assert passes == [passed(loader, epoch) for epoch in range(3)]
    assert loader.epoch == 3


@workers
@pytest.mark.parametrize("start", range(7))
def test_a_pass_can_be_taken_up_at_any_batch(start: int, workers: int) -> None:
    loader = DataLoader(numbered(23), 4, shuffle=True, seed=1, workers=workers)
    assert passed(loader, 2, start) == passed(loader, 2)[4 * start :]


@workers
def test_no_images_no_batches(workers: int) -> None:
    loader = DataLoader(numbered(3)[:0], 4, shuffle=True, workers=workers)
    assert len(loader) == 0
    assert list(loader) == []


AUGMENT = compose(partial(random_rotation, degrees=20), random_brightness, random_flip)


@pytest.mark.parametrize("data", [mnist()[:100], shapes(100).segmentation()], ids=["labels", "label maps"])
def test_the_same_bits_whoever_prepares_them_and_wherever_one_starts(data: Dataset) -> None:
    def bits(workers: int, epoch: int = 3, start: int = 0, seed: int = 8) -> list[bytes]:
        loader = DataLoader(data, 16, shuffle=True, seed=seed, augment=AUGMENT, workers=workers)
        return [array.tobytes() for batch in loader.batches(epoch, start) for array in batch]

    expected = bits(0)
    assert len(expected) == 14
    assert bits(1) == bits(2) == bits(2) == expected
    assert bits(0, start=3) == bits(2, start=3) == expected[6:]
    assert not set(bits(0, epoch=4)[::2]) & set(expected)
    assert not set(bits(0, seed=9)[::2]) & set(expected)


def test_the_chance_of_each_batch_is_its_own() -> None:
    """Also of the first one: NumPy takes (seed, epoch, 0) for (seed, epoch), with which the order is drawn."""
    drawn: list[float] = [float(np.random.default_rng((5, epoch)).random()) for epoch in range(3)]

    def note(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        drawn.append(float(rng.random()))
        return images

    loader = DataLoader(numbered(20), 5, seed=5, augment=note)
    for _ in range(3):
        list(loader)
    assert len(set(drawn)) == len(drawn) == 15


def test_augmented_before_normalised_and_label_maps_in_step() -> None:
    data = shapes(12).segmentation()
    assert data.normalize(np.array([0, 255])).tolist() == [-2, 2]

    def mirror(batch: tuple[np.ndarray, np.ndarray], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        images, masks = batch
        assert (images.dtype, masks.dtype) == (np.uint8, np.int64)
        images[...], masks[...] = images[..., ::-1].copy(), masks[..., ::-1].copy()  # its own copies: it may write
        return images, masks

    before = data.images.copy(), data.labels.copy()
    ((images, masks),) = DataLoader(data, 12, augment=mirror)
    np.testing.assert_array_equal(images, data.normalize(data.images[..., ::-1]))
    np.testing.assert_array_equal(masks, data.labels[..., ::-1])
    np.testing.assert_array_equal(data.images, before[0])
    np.testing.assert_array_equal(data.labels, before[1])


@workers
def test_leaving_early_leaves_no_thread_behind(workers: int) -> None:
    loader = DataLoader(numbered(40), 2, shuffle=True, workers=workers)
    for _ in loader:
        break
    assert no_thread_is_left()
    batches = loader.batches(0)
    next(batches)
    assert no_thread_is_left()  # while the pass is still open: none waits for work
    assert len(list(batches)) == 19
    with pytest.raises(KeyError):
        for _ in loader:
            raise KeyError
    assert no_thread_is_left()
    assert sorted(passed(loader, 0)) == list(range(40))
    assert no_thread_is_left()


def test_whoever_still_works_when_the_loop_is_left_is_waited_for() -> None:
    at_work: list[int] = []

    def slowly(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        at_work.append(1)
        time.sleep(0.05)
        at_work.pop()
        return images

    for _ in DataLoader(numbered(40), 2, augment=slowly, workers=3):
        break
    assert not at_work


def test_batches_are_prepared_ahead_and_no_further_than_asked_for() -> None:
    for workers in (1, 3):
        prepared: list[int] = []

        def note(images: np.ndarray, rng: np.random.Generator, to: list[int] = prepared) -> np.ndarray:
            to.append(int(images[0, 0, 0, 0]))
            return images

        batches = DataLoader(numbered(20), 1, augment=note, workers=workers).batches(0)
        for taken in range(1, 6):
            next(batches)
            until = time.monotonic() + 5
            while len(prepared) < taken + workers and time.monotonic() < until:
                time.sleep(0.001)
            assert no_thread_is_left()
            assert sorted(prepared) == list(range(taken + workers))


@workers
def test_an_error_in_a_worker_reaches_the_caller(workers: int) -> None:
    def fail(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if 6 in images[:, 0, 0, 0]:
            raise ZeroDivisionError("batch three")
        return images

    seen = []
    with pytest.raises(ZeroDivisionError, match="batch three"):
        for _, labels in DataLoader(numbered(20), 2, augment=fail, workers=workers):
            seen += labels.tolist()
    assert seen == list(range(6))  # what came before it was delivered
    assert no_thread_is_left()


def test_ctrl_c_leaves_no_thread_behind() -> None:
    with pytest.raises(KeyboardInterrupt):
        for _ in DataLoader(numbered(20), 2, workers=2):
            raise KeyboardInterrupt
    assert no_thread_is_left()


def test_two_passes_at_once_do_not_meet() -> None:
    loader = DataLoader(numbered(30), 4, shuffle=True, workers=2)
    pairs = list(zip(loader.batches(0), loader.batches(1), strict=True))
    assert [n for (_, labels), _ in pairs for n in labels] == passed(loader, 0)
    assert [n for _, (_, labels) in pairs for n in labels] == passed(loader, 1)


BAD = {
    "batch_size": ({"batch_size": 0}, "DataLoader: batch_size is 0; it must be a whole number of at least 1."),
    "half a batch": ({"batch_size": 2.5}, "DataLoader: batch_size is 2.5; it must be a whole number of at least 1."),
    "seed": ({"seed": -1}, "DataLoader: seed is -1; it must be a whole number of at least 0."),
    "workers": ({"workers": -2}, "DataLoader: workers is -2; it must be a whole number of at least 0."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_get_a_sentence(name: str) -> None:
    arguments, sentence = BAD[name]
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        DataLoader(numbered(3), **arguments)  # type: ignore[arg-type]


@workers
def test_an_augmentation_keeps_the_number_of_images(workers: int) -> None:
    sentence = "DataLoader: augment made 3 images and 4 labels out of a batch of 4; it must keep their number."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        list(DataLoader(numbered(8), 4, augment=lambda images, rng: images[1:], workers=workers))


def test_label_maps_come_back_with_their_images() -> None:
    sentence = "DataLoader: this set has label maps, so augment must give back (images, label maps)."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        list(DataLoader(shapes(4).segmentation(), 2, augment=lambda batch, rng: batch[0]))
