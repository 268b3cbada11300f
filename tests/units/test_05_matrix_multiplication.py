"""What unit 05 says in numbers: sizes, counts, memory, speed, checkerboards."""

import re
import time
from pathlib import Path

import numpy as np
import pytest

from course import functional as F
from course.data import brain_slice

SOURCE = (Path(__file__).parents[2] / "solutions" / "05_matrix_multiplication.py").read_text()
PROSE = " ".join(line.removeprefix("#").strip() for line in SOURCE.splitlines() if line.startswith("#"))


def said(pattern: str) -> re.Match[str]:
    """The place in the prose where something is promised."""
    found = re.search(pattern, PROSE)
    assert found, f"the unit no longer says {pattern!r}"
    return found


def test_the_columns_of_alexnet_and_what_they_cost():
    cols = F.im2col(np.zeros((1, 3, 227, 227), np.float32), 11, stride=4)
    assert cols.shape == (1, 363, 3025)
    said(r"363 \\cdot 3\{,\}025 = 1\{,\}098\{,\}075")
    assert round(cols.size / (3 * 227 * 227)) == int(said(r"About (\d+) times, 121 times").group(1))
    vgg = 4 * F.output_size(224, 3, padding=1) ** 2 * 64 * 9  # bytes
    assert round(vgg / 1e6) == int(said(r"needs (\d+) MB for a single image").group(1))
    assert round(32 * vgg / 1e9, 1) == float(said(r"([\d.]+) GB for a batch of 32").group(1))


def test_224_does_not_come_out_and_padding_2_does():
    assert (224 - 11) % 4 != 0
    assert F.output_size(224, 11, 4) == 54
    assert F.output_size(224, 11, 4, padding=2) == F.output_size(227, 11, 4) == 55


def test_the_matrix_of_a_digit_and_of_a_photograph():
    rows, columns = 26 * 26, 28 * 28
    assert f"${rows}$ rows" in PROSE and f"${columns}$ columns" in PROSE
    assert round(100 * 9 / columns, 2) == float(said(r"of which ([\d.]+) % are not zero").group(1))
    assert round(8 * 126**2 * 128**2 / 1e9) == int(said(r"photograph it would take (\d) GB").group(1))


def test_the_running_example():
    image, kernel = np.array([[2, 0, 1], [1, 4, 2], [0, 1, 5]]), np.array([[1, 2], [3, -1]])
    matrix = F.conv_matrix(kernel, (3, 3))
    assert (matrix.shape, np.count_nonzero(matrix)) == ((4, 9), 16)
    assert (matrix @ image.ravel()).tolist() == [1, 12, 8, 6]
    back = F.conv_transpose2d_forward(np.array([[[[1, 12], [8, 6]]]]), kernel[None, None])[0, 0]
    assert np.array_equal(matrix.T @ [1, 12, 8, 6], back.ravel())
    assert not np.allclose(back, image)
    counted = F.col2im(F.im2col(np.array([[[[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]]]]), 2), (3, 4), 2)
    assert counted[0, 0, 1, 1] == int(said(r"Why does the 4 become (\d+)").group(1))


def test_one_product_is_much_faster_than_loops():
    """The unit promises a hundred; a busy machine gets a margin."""
    said("beats the two loops by more than a hundred times")
    rng = np.random.default_rng(0)
    x, weight = rng.random((1, 3, 128, 128), np.float32), rng.random((16, 3, 3, 3), np.float32)

    def by_product():
        cols = np.zeros((3, 3, 3, 126, 126), np.float32)
        for i, j in np.ndindex(3, 3):
            cols[:, i, j] = x[0, :, i : i + 126, j : j + 126]
        return weight.reshape(16, -1) @ cols.reshape(27, -1)

    def one_row_by_two_loops():
        out = np.zeros((16, 126), np.float32)
        for w in range(126):
            out[:, w] = np.tensordot(x[:, :, :3, w : w + 3], weight, axes=((1, 2, 3), (1, 2, 3)))
        return out

    def least(run, times):
        found = []
        for _ in range(times):
            start = time.process_time()
            run()
            found.append(time.process_time() - start)
        return min(found)

    assert np.allclose(by_product()[:, :126], one_row_by_two_loops(), atol=1e-4)
    assert 126 * least(one_row_by_two_loops, 5) > 30 * least(by_product, 20)


def phases(out: np.ndarray) -> np.ndarray:
    """The four kinds of inner pixels, by odd and even row and column: their means."""
    inner = out[4:-4, 4:-4]
    return np.array([inner[a::2, b::2].mean() for a in (0, 1) for b in (0, 1)])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_checkerboards_come_from_the_stamps_and_not_from_enlarging_first(seed):
    weight, flat = np.random.default_rng(seed).random((1, 1, 4, 4)), np.ones((1, 1, 8, 8))
    chequered = F.conv_transpose2d_forward(flat, weight, stride=2, padding=1)[0, 0]
    assert np.ptp(phases(chequered)) > 0.02 * chequered[4:-4, 4:-4].mean()
    sums = sorted(weight[0, 0, a::2, b::2].sum() for a in (0, 1) for b in (0, 1))
    assert np.allclose(sorted(phases(chequered)), sums), "each kind of pixel sees four weights of its own"
    even = F.conv2d_forward(flat.repeat(2, 2).repeat(2, 3), weight[:, :, :3, :3], padding=1)[0, 0]
    assert np.ptp(phases(even)) < 1e-12


def test_the_stamps_of_the_brain():
    small = brain_slice()[:232, :196].reshape(58, 4, 49, 4).mean(axis=(1, 3))[None, None]
    tent = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16
    nearest = F.conv_transpose2d_forward(small, np.ones((1, 1, 2, 2)), stride=2)
    assert np.array_equal(nearest, small.repeat(2, 2).repeat(2, 3))
    smooth = F.conv_transpose2d_forward(small, tent[None, None], stride=2, padding=1)[0, 0]
    assert np.isclose(smooth[20, 20], (small[0, 0, 9:11, 9:11] * np.outer([1, 3], [1, 3])).sum() / 16)
    chequered = F.conv_transpose2d_forward(small, np.full((1, 1, 3, 3), 4 / 9), stride=2, padding=1)[0, 0]
    assert chequered.shape[0] == int(said(r"57 \\cdot 2 - 2 \+ 3 = (\d+)").group(1))
    assert np.ptp(phases(chequered)) > chequered.mean(), "four kinds of pixels: 1, 2, 2 and 4 stamps"
    assert np.ptp(phases(smooth)) < 0.02 * smooth.mean()


def test_images_and_filters_mixed_up_hide_behind_one_image_or_one_filter():
    rng = np.random.default_rng(0)
    for images, filters, hidden in ((1, 3, True), (2, 1, True), (2, 3, False)):
        cols, weight = rng.random((images, 9, 20)), rng.random((filters, 9))
        together = weight @ cols.transpose(1, 0, 2).reshape(9, -1)
        assert np.allclose(together.reshape(images, filters, 20), weight @ cols) == hidden
