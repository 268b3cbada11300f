"""What unit 02 says in numbers is so, and what it says of PyTorch is what PyTorch does."""

import importlib
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

from autograder.registry import find
from course import functional as F
from course.data import brain_slice

SOURCE = (Path(__file__).parents[2] / "solutions" / "02_stride_and_padding.py").read_text()
PROSE = " ".join(line.lstrip("# ") for line in SOURCE.splitlines() if line.startswith("#"))
KERNEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])


def patch() -> np.ndarray:
    """The patch as the unit has it."""
    return np.array(eval(re.search(r"patch = np.array\(\n(.*?)\n\)  #", SOURCE, re.S).group(1)))


def test_the_window_of_nine_products():
    corner = patch()[:3, :3]
    assert corner.tolist() == [[55, 60, 65], [67, 65, 63], [73, 64, 62]]
    assert (corner * KERNEL).sum() == 9 == F.correlate2d(patch(), KERNEL)[0, 0]


def test_what_the_two_maps_of_the_patch_show():
    every, second = F.correlate2d(patch(), KERNEL), F.correlate2d(patch(), KERNEL)[::2, ::2]
    assert every.max() == 197 > 150
    assert "the strongest answer, 197" in PROSE
    assert second.shape == (3, 3)
    assert 197 not in second


def test_34_is_the_correlation_and_26_the_convolution():
    image, digits = np.array([[1, 0, 0], [0, 2, 0], [1, 2, 0]]), np.arange(1, 10).reshape(3, 3)
    assert (F.correlate2d(image, digits), F.convolve2d(image, digits)) == (34, 26)


def test_what_is_in_the_body_of_the_patient():
    doses, response = [100, 100, 0, 200], [1, 0.5, 0.25]
    assert np.convolve(doses, response)[3] == 225
    assert np.correlate(doses, response, "full")[2 + 2] == 100  # day 2: half of what comes on day 3


def test_two_correlations_are_one_with_the_convolution_of_both():
    one, other = np.random.default_rng(0).standard_normal((2, 3, 3))
    both = F.convolve2d(np.pad(one, 2), other)
    in_steps = F.correlate2d(F.correlate2d(patch(), one), other)
    assert np.allclose(in_steps, F.correlate2d(patch(), both))
    assert not np.allclose(in_steps, F.correlate2d(patch(), F.correlate2d(np.pad(one, 2), other)))


def test_sizes_that_the_prose_names():
    assert [F.output_size(n, 3, stride=2) for n in (7, 8, 9)] == [3, 3, 4]
    assert [F.output_size(32, 5, padding=p) for p in (0, 2, 4)] == [28, 32, 36]
    assert F.output_size(11, 3, stride=2, dilation=2) == 4  # the figure of spread windows


def test_the_slice_loses_two_black_rows_at_stride_4():
    head = brain_slice()
    rows = F.output_size(head.shape[0], 3, stride=4)
    last = (rows - 1) * 4 + 2
    assert head.shape == (233, 197)
    assert head.shape[0] - 1 - last == 2
    assert not head[last + 1 :].any()


def test_a_sixteenth_of_the_work():
    sizes = [[F.output_size(n, 3, stride, 1) for n in (233, 197)] for stride in (1, 4)]
    assert 15 < np.prod(sizes[0]) / np.prod(sizes[1]) < 17


def test_a_corner_has_25_real_pixels_of_81():
    assert F.conv2d_forward(np.ones((1, 1, 20, 20)), np.ones((1, 1, 9, 9)), padding=4)[0, 0, 0, 0] == 25


def test_a_hidden_kernel_is_found_both_ways():
    middle = brain_slice()[60:160, 50:150].astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(middle, (3, 3)).reshape(-1, 9)
    assert np.linalg.matrix_rank(windows) == 9, "the slice must tell all nine numbers apart"
    secret = np.array(eval(re.search(r"secret = np.array\((.*)\)  #", SOURCE).group(1)))
    assert not np.array_equal(secret, -secret[::-1, ::-1]), "half a turn must not look like a change of sign"


def test_pen_and_paper_answers_are_those_of_the_library():
    right = find("windows_on_paper")[0].oracle()
    image, digits = np.array([[0, 1, 0], [0, 3, 0], [2, 0, 0]]), np.arange(1, 10).reshape(3, 3)
    reads = np.zeros(12)
    for start in range(0, 12 - 3 + 1, 4):
        reads[start : start + 3] += 1
    grey, filters = np.zeros((1, 1, 200, 200)), np.zeros((16, 1, 2, 2))
    assert right == {
        "correlation": F.correlate2d(image, digits).item(),
        "convolution": F.convolve2d(image, digits).item(),
        "windows": F.output_size(11, 4, stride=3),
        "never_read": int((reads == 0).sum()),
        "reach": next(n for n in range(20) if F.output_size(n, 4, dilation=3) == 1),
        "full": len(np.convolve(np.ones(20), np.ones(6))),
        "same_256": next(p for p in range(9) if F.output_size(256, 7, padding=p) == 256),
        "same_dilated": next(p for p in range(9) if F.output_size(30, 5, padding=p, dilation=2) == 30),
        "maps_200": F.conv2d_forward(grey, filters, stride=2).shape[1:],
        "first_layer": F.output_size(224, 7, stride=2, padding=3),
    }


def test_pytorch_drops_the_rest_and_puts_the_odd_zero_behind():
    torch = pytest.importorskip("torch")
    conv1d, pad = torch.nn.functional.conv1d, torch.nn.functional.pad
    row, three, four = torch.arange(1.0, 9).reshape(1, 1, 8), torch.ones(1, 1, 3), torch.ones(1, 1, 4)
    assert conv1d(row, three, stride=2).tolist() == conv1d(row[..., :7], three, stride=2).tolist()
    same = conv1d(pad(row, (1, 2)), four)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*even kernel")  # PyTorch says it once in a process
        assert conv1d(row, four, padding="same").tolist() == same.tolist()
    # 8 pixels, stride 2: TensorFlow's "same" adds (0, 1), PyTorch's padding=1 adds (1, 1). Same size, other windows.
    assert conv1d(pad(row, (0, 1)), three, stride=2)[0, 0].tolist() == [6, 12, 18, 15]
    assert conv1d(row, three, stride=2, padding=1)[0, 0].tolist() == [3, 9, 15, 21]


def test_the_grading_run_takes_ready_made_answers_away_that_exist():
    for name in ("convolve2d", "strided_correlate2d"):
        for dotted in find(name)[0].answered_by:
            module, _, function = dotted.rpartition(".")
            if not module.startswith("scipy"):
                assert callable(getattr(importlib.import_module(module), function))
