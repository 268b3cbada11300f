"""Unit 01: what is asked of the sliding window, of Sobel, of borders and of kernels, and what gives points.

Images are never square where a square hides a mistake, kernels look different from all sides, pixels come in 8 bits too.
"""

import numpy as np

from autograder.checks.draws import normal, single, whole
from autograder.checks.sobel_by_hand import SOBEL_BY_HAND
from autograder.exercise import MANNERS, SHAPE, Behaviour, Case, Exercise
from autograder.oracles import Array, Pair, conv2d, float_dtype, pair

# Whoever calls one of these has not written a sliding window.
READY_MADE = (
    "course.functional.convolve2d",
    "course.functional.conv2d_forward",
    "course.functional.conv2d_forward_plain",
    "course.vision.correlate",
    "scipy.ndimage.convolve",
    "scipy.ndimage.correlate",
    "scipy.signal.convolve",
    "scipy.signal.convolve2d",
    "scipy.signal.correlate",
    "scipy.signal.correlate2d",
    "scipy.signal.fftconvolve",
    "scipy.signal.oaconvolve",
)


def correlate2d(image: Array, kernel: Array) -> Array:
    """Slide a kernel over an image: sums of products, no border, nothing turned."""
    return conv2d(image[None, None], kernel[None, None])[0, 0]


def pad2d(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    """Put a border around an image, pixel by pixel."""
    (H, W), (h, w) = image.shape, pair(padding)
    out = np.zeros((H + 2 * h, W + 2 * w), float_dtype(image))
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            place = [_source(row - h, H, mode), _source(column - w, W, mode)]
            if place[0] is not None and place[1] is not None:
                out[row, column] = image[place[0], place[1]]
    return out


def _source(index: int, n: int, mode: str) -> int | None:
    """Which of n pixels stands at an index that may lie outside; None for black."""
    if 0 <= index < n:
        return index
    if mode == "replicate":
        return 0 if index < 0 else n - 1
    if mode == "reflect":
        return -index if index < 0 else 2 * (n - 1) - index
    return None


def sobel(image: Array) -> tuple[Array, Array, Array]:
    """Return both gradients by Sobel, each divided by 4, and their magnitude; the border is extended."""
    padded = pad2d(image, 1, "replicate")
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    gx, gy = correlate2d(padded, kernel), correlate2d(padded, kernel.T)
    return gx, gy, np.sqrt(gx**2 + gy**2)


def design_kernel(wish: str) -> Array:
    """Return the 3x3 kernel for one of four wishes."""
    numbers = {
        "left": [0, 0, 0, 0, 0, 1, 0, 0, 0],
        "diagonal": [-1 / 2, 0, 0, 0, 0, 0, 0, 0, 1 / 2],
        "spot": [-1 / 8] * 4 + [1] + [-1 / 8] * 4,
        "unsharp": [-2 / 9] * 4 + [3 - 2 / 9] + [-2 / 9] * 4,
    }
    return np.array(numbers[wish], dtype=float).reshape(3, 3)


PHOTO = "rng.integers(0, 256, ({}, {}), dtype=np.uint8)"
LOPSIDED = "np.array([[1.0, 2, 0], [-3, 0.5, 4], [0, -1, 6]])"

CORRELATE2D = Exercise(
    "correlate2d",
    correlate2d,
    [
        Behaviour(
            "the shape of the output",
            1,
            [Case(normal(5, 7), normal(3, 3)), Case(normal(6, 4), normal(2, 3))],
            [Case(normal(8, 3), normal(5, 2))],
            demands=SHAPE,
        ),
        Behaviour(
            "a kernel that is the same from all sides",
            1,
            [Case(normal(4, 5), "np.ones((3, 3))"), Case(whole(5, 4), "np.full((3, 3), -2.0)")],
            [Case(normal(6, 5), "np.array([[0, 1.0, 0], [1, -4, 1], [0, 1, 0]])")],
        ),
        Behaviour(
            "any kernel of 3x3",
            1.5,
            [Case(normal(3, 4), LOPSIDED), Case(normal(5, 6), normal(3, 3))],
            [Case(normal(7, 4), normal(3, 3))],
        ),
        Behaviour(
            "kernels of other sizes",
            1,
            [Case(normal(3, 4), normal(2, 2)), Case(normal(5, 6), normal(2, 3)), Case(normal(7, 5), normal(4, 1))],
            [Case(normal(6, 8), normal(5, 3))],
        ),
        Behaviour(
            "pixels of 8 bits, negative answers",
            1,
            [Case(PHOTO.format(4, 5), "np.array([[1, 2], [3, 1]], np.uint8)"), Case(PHOTO.format(5, 4), LOPSIDED)],
            [Case(PHOTO.format(6, 5), "np.array([[9, 1], [7, 2]], np.uint8)")],
        ),
        Behaviour(
            "image and kernel are left as they are, in any memory order",
            0.5,
            [
                Case(normal(4, 5), "np.full((3, 2), 0.25)"),
                Case("np.asfortranarray(rng.standard_normal((5, 4)))", "np.ones((2, 6))[:, ::2]"),
                Case(normal(3, 4), normal(2, 3)),
            ],
            [Case(normal(6, 3) + ".T", "np.ones((2, 2))")],
            demands=MANNERS,
        ),
    ],
    answered_by=READY_MADE,
)

# A string in a case is Python, so the name of a mode needs quotes of its own.
ZEROS, REPLICATE, REFLECT = "'zeros'", "'replicate'", "'reflect'"

PAD2D = Exercise(
    "pad2d",
    pad2d,
    [
        Behaviour(
            "the shape, and the picture in the middle",
            0.5,
            [
                Case(normal(3, 4), 2, then="np.array([*result.shape, *result[2:-2, 2:-2].ravel()])"),
                Case(normal(2, 5), 1, then="np.array([*result.shape, *result[1:-1, 1:-1].ravel()])"),
            ],
        ),
        Behaviour(
            "zeros",
            0.5,
            [Case(normal(2, 3), 1), Case(normal(3, 2), 2, ZEROS)],
            [Case(normal(4, 3), 3, mode=ZEROS)],
        ),
        Behaviour(
            "replicate",
            1,
            [
                Case(normal(2, 3), 1, REPLICATE),
                Case(normal(3, 4), 3, REPLICATE),
                Case(normal(2, 2), 4, REPLICATE),
            ],
            [Case(normal(1, 3), 2, mode=REPLICATE)],
        ),
        Behaviour(
            "reflect",
            1,
            [Case(normal(2, 3), 1, REFLECT), Case(normal(4, 5), 3, REFLECT)],
            [Case(normal(5, 3), 2, mode=REFLECT)],
        ),
        Behaviour(
            "a pair: rows, columns",
            0.5,
            [
                Case(normal(3, 4), (1, 2)),
                Case(normal(3, 4), (2, 1), REPLICATE),
                Case(normal(4, 3), (0, 2), REFLECT),
            ],
            [Case(normal(2, 5), (3, 0), REPLICATE)],
        ),
        Behaviour(
            "a new array of floats, also for padding 0; the image is left as it is",
            0.5,
            [
                Case(normal(3, 4), 0, REPLICATE),
                Case(PHOTO.format(3, 4), 1),
                Case("np.asfortranarray(rng.standard_normal((3, 4)))", 2, REFLECT),
            ],
            [Case("rng.integers(-9, 10, (2, 3))", 1)],
            demands=(*MANNERS, "dtype"),
        ),
    ],
    answered_by=("course.functional.padding.pad",),
)

INSIDE = "result[{}][1:-1, 1:-1]"

SOBEL = Exercise(
    "sobel",
    sobel,
    [
        Behaviour(
            "three arrays as large as the image",
            0.5,
            [Case(normal(4, 6)), Case(normal(5, 3))],
            [Case(normal(3, 8))],
            demands=SHAPE,
        ),
        Behaviour(
            "gx, inside",
            1,
            [Case(normal(4, 5), then=INSIDE.format(0)), Case(whole(6, 4), then=INSIDE.format(0))],
            [Case(normal(3, 7), then=INSIDE.format(0))],
        ),
        Behaviour(
            "gy, inside",
            1,
            [Case(normal(4, 5), then=INSIDE.format(1)), Case(whole(6, 4), then=INSIDE.format(1))],
            [Case(normal(7, 3), then=INSIDE.format(1))],
        ),
        Behaviour(
            "the magnitude, inside",
            1,
            [Case(normal(4, 5), then=INSIDE.format(2)), Case(whole(5, 6), then=INSIDE.format(2))],
            [Case(normal(3, 6), then=INSIDE.format(2))],
        ),
        Behaviour(
            "the border, extended",
            1,
            [Case(normal(4, 5)), Case("100 + " + normal(3, 6))],
            [Case(normal(6, 4))],
        ),
        Behaviour(
            "pixels of 8 bits; the image is left as it is",
            0.5,
            [Case(PHOTO.format(4, 5)), Case("np.asfortranarray(rng.integers(0, 256, (5, 4)))"), Case(single(4, 4))],
            [Case(PHOTO.format(6, 3))],
            demands=MANNERS,
        ),
    ],
    answered_by=(
        "course.vision.sobel",
        "course.vision.edges.sobel",
        "course.vision.correlate",
        "scipy.ndimage.sobel",
        "skimage.filters.sobel",
        "skimage.filters.sobel_h",
        "skimage.filters.sobel_v",
    ),
)


def wished(wish: str, title: str) -> Behaviour:
    """Judge one kernel by what it makes of two pictures."""
    cases = [
        Case(repr(wish), then=f"F.correlate2d(rng.integers(0, 100, {shape}), result)") for shape in ((3, 4), (5, 6))
    ]
    return Behaviour(title, 1, cases, [Case(repr(wish), then="F.correlate2d(rng.integers(0, 100, (6, 4)), result)")])


DESIGN_KERNEL = Exercise(
    "design_kernel",
    design_kernel,
    [
        wished("left", '"left": the picture moves to the left'),
        wished("diagonal", '"diagonal": lower right minus upper left, halved'),
        wished("spot", '"spot": minus the mean of the eight neighbours'),
        wished("unsharp", '"unsharp": plus twice what the blur takes away'),
    ],
)

EXERCISES = [CORRELATE2D, SOBEL_BY_HAND, PAD2D, SOBEL, DESIGN_KERNEL]
