"""Parting a data set, and going through it in batches."""

import numpy as np
import pytest

from course.data import DataLoader, Dataset, Normalization


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


def test_every_image_once_an_epoch_and_the_last_batch_is_smaller() -> None:
    loader = DataLoader(numbered(23), batch_size=5, shuffle=True)
    assert len(loader) == 5
    assert [len(labels) for _, labels in loader.batches(0)] == [5, 5, 5, 5, 3]
    assert sorted(passed(loader, 0)) == list(range(23))
    assert len(DataLoader(numbered(20), batch_size=5)) == 4


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
        assert passed(DataLoader(numbered(40), 9, shuffle=True, seed=seed), epoch) == order


def test_each_pass_is_the_next_epoch() -> None:
    loader = DataLoader(numbered(30), 4, shuffle=True, seed=3)
    passes = [[int(n) for _, labels in loader for n in labels] for _ in range(3)]
    assert passes == [passed(loader, epoch) for epoch in range(3)]
    assert loader.epoch == 3


@pytest.mark.parametrize("start", range(7))
def test_a_pass_can_be_taken_up_at_any_batch(start: int) -> None:
    loader = DataLoader(numbered(23), 4, shuffle=True, seed=1)
    assert passed(loader, 2, start) == passed(loader, 2)[4 * start :]


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^DataLoader: batch_size is 0; it must be at least 1\.$"):
        DataLoader(numbered(3), 0)


@pytest.mark.parametrize("held_out", [1, 7, 29])
def test_the_parts_of_a_split_are_disjoint_and_complete(held_out: int) -> None:
    rest, held = numbered(30).split(held_out, seed=4)
    assert (len(rest), len(held)) == (30 - held_out, held_out)
    assert sorted([*rest.labels, *held.labels]) == list(range(30))
    np.testing.assert_array_equal(held.images[:, 0, 0, 0], held.labels)
    assert rest.classes == held.classes == numbered(30).classes


def test_a_split_depends_on_its_seed() -> None:
    held = [tuple(numbered(30).split(8, seed)[1].labels) for seed in (0, 0, 1)]
    assert held[0] == held[1] != held[2]


@pytest.mark.parametrize("held_out", [0, 30, -1])
def test_a_split_leaves_something_on_both_sides(held_out: int) -> None:
    sentence = f"^split: held_out is {held_out}, but it must leave something of 30 images on both sides\\.$"
    with pytest.raises(ValueError, match=sentence):
        numbered(30).split(held_out)


def test_images_and_labels_come_in_pairs() -> None:
    with pytest.raises(ValueError, match=r"^Dataset: 2 images but 3 labels\.$"):
        Dataset(np.zeros((2, 1, 2, 2), np.uint8), np.zeros(3, int), ("0",), Normalization(0, 1))
