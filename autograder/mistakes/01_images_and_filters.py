"""Unit 01: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from typing import Any

import numpy as np

from autograder.checks.sobel_by_hand import PAPER_MISTAKES
from autograder.exercise import Mistake, collect
from autograder.mistakes.convolution import layer
from autograder.oracles import Array, Pair, float_dtype, pair

MISTAKES: dict[str, list[Mistake]] = {"sobel_by_hand": PAPER_MISTAKES}

# correlate2d

MISTAKES["correlate2d"] = []
wrong = collect(MISTAKES["correlate2d"])


def correlate(image: Array, kernel: Array) -> Array:
    """Slide a kernel over an image, rightly: what most mistakes below spoil in one place."""
    return layer(image[None, None], kernel[None, None].astype(float))[0, 0]


@wrong("Your output equals a convolution: the kernel is turned by half a turn. Here it slides as it is.")
def flipped_kernel(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel[::-1, ::-1])


@wrong("Your output equals the one with the kernel mirrored left to right.")
def mirrored_kernel(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel[:, ::-1])


@wrong("Your output equals the one with the kernel transposed: rows of the kernel go down the image, columns across.")
def transposed_kernel(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel.T)


@wrong("Your output has rows and columns exchanged: it equals the right one transposed.")
def rows_and_columns_exchanged(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel).T


@wrong("Your output takes the kernel's height for its width too; kH and kW may differ.")
def square_kernel(image: Array, kernel: Array) -> Array:
    kH, kW = kernel.shape
    grown = np.pad(kernel, ((0, 0), (0, max(kH - kW, 0))))
    return correlate(image, grown[:, :kH])


@wrong(
    "Your output equals the right one with its last row and column left at zero: H - kH + 1 windows fit, not H - kH."
)
def last_row_and_column_zero(image: Array, kernel: Array) -> Array:
    out = correlate(image, kernel)
    out[-1] = out[:, -1] = 0
    return out


@wrong("Your output is one row and one column too small: H - kH + 1 windows fit, not H - kH.")
def one_too_small(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel)[:-1, :-1]


@wrong("Your output is as large as the image, as if there were zeros around it; asked for are the windows that fit.")
def as_large_as_the_image(image: Array, kernel: Array) -> Array:
    kH, kW = kernel.shape
    top, left = (kH - 1) // 2, (kW - 1) // 2
    return correlate(np.pad(image, ((top, kH - 1 - top), (left, kW - 1 - left))), kernel)


@wrong("Your output is the mean of the products; asked for is their sum.")
def mean_of_products(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel / kernel.size)


@wrong("Your output sums the window and leaves the kernel out.")
def kernel_ignored(image: Array, kernel: Array) -> Array:
    return correlate(image, np.ones(kernel.shape))


@wrong("Your output divides by the sum of the kernel; the products are added up, and that is all.")
def divided_by_the_sum(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel.astype(float) / (kernel.sum() or 1.0))


@wrong("Your output multiplies the window and the kernel as matrices (@); multiply them number by number (*).")
def matrix_product(image: Array, kernel: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.einsum("hwij,kj->hw", windows, kernel.astype(float))  # the sum of window @ kernel.T


@wrong("Your output has lost its signs: a sum of products may be negative.")
def without_signs(image: Array, kernel: Array) -> Array:
    return np.abs(correlate(image, kernel))


@wrong("Your output is cut off at 0 and 255; the sums are handed back as they are.")
def cut_to_grey_levels(image: Array, kernel: Array) -> Array:
    return np.clip(correlate(image, kernel), 0, 255)


@wrong("Your output counts in the 8 bits of the pixels and goes round at 256; make floats of them first.")
def counts_in_the_images_dtype(image: Array, kernel: Array) -> Array:
    out = correlate(image, kernel)
    return out if image.dtype.kind == "f" else np.rint(out).astype(np.int64).astype(image.dtype)


@wrong("Your output has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(image: Array, kernel: Array) -> Array:
    return np.zeros_like(correlate(image, kernel))


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(image: Array, kernel: Array) -> Array:
    out = correlate(image, kernel)
    image += 1
    return out


# pad2d

MISTAKES["pad2d"] = []
wrong = collect(MISTAKES["pad2d"])
NAMES: dict[str, Any] = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}


def around(image: Array, padding: Pair, mode: str) -> Array:
    """Put a border around an image, rightly."""
    h, w = pair(padding)
    return np.pad(image.astype(float_dtype(image)), ((h, h), (w, w)), mode=NAMES[mode])


@wrong("Your output has zeros around it whatever the mode is.")
def always_zeros(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    return around(image, padding, "zeros")


@wrong('Your "reflect" repeats the outermost pixel (1 2 3 goes on with 3 2); it is mirrored at that pixel: 1 2 3 2 1.')
def symmetric(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    h, w = pair(padding)
    name: Any = "symmetric" if mode == "reflect" else NAMES[mode]
    return np.pad(image.astype(float_dtype(image)), ((h, h), (w, w)), mode=name)


@wrong('Your "replicate" starts the picture anew (wrap); it repeats the outermost pixel.')
def wrapped(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    h, w = pair(padding)
    name: Any = "wrap" if mode == "replicate" else NAMES[mode]
    return np.pad(image.astype(float_dtype(image)), ((h, h), (w, w)), mode=name)


@wrong('Your "replicate" and "reflect" have changed places.')
def modes_exchanged(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    if mode == "reflect":
        return around(image, padding, "replicate")
    h, w = (min(p, n - 1) for p, n in zip(pair(padding), image.shape, strict=True))
    return around(image, (h, w) if mode == "replicate" else padding, "reflect" if mode == "replicate" else mode)


@wrong('The corners of your "replicate" are 0: they repeat the corner pixel.')
def corners_missing(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    out, (h, w) = around(image, padding, mode), pair(padding)
    if mode == "replicate":
        for rows in (slice(0, h), slice(out.shape[0] - h, None)):
            for columns in (slice(0, w), slice(out.shape[1] - w, None)):
                out[rows, columns] = 0
    return out


@wrong("Your output has the pair exchanged: the first number is for rows at the top and bottom.")
def pair_exchanged(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    return around(image, pair(padding)[::-1], mode)


@wrong("Your output takes the first number of the pair for the columns too.")
def first_for_both(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    return around(image, pair(padding)[0], mode)


@wrong("Your output is padded at the top and on the left only; there are four sides.")
def top_and_left_only(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    h, w = pair(padding)
    return np.pad(image.astype(float_dtype(image)), ((h, 0), (w, 0)), mode=NAMES[mode])


@wrong("Your output keeps the whole numbers of its input; whole numbers become floats.")
def keeps_whole_numbers(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    return around(image, padding, mode).astype(image.dtype)


@wrong("For padding 0 your function hands back the image itself; return a new array.")
def the_image_itself(image: Array, padding: Pair, mode: str = "zeros") -> Array:
    return image if not any(pair(padding)) else around(image, padding, mode)


# sobel

MISTAKES["sobel"] = []
wrong = collect(MISTAKES["sobel"])
S = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
Three = tuple[Array, Array, Array]


def gradients(image: Array, x: Array = S, y: Array = S.T, mode: Any = "edge") -> tuple[Array, Array]:
    """Compute both gradients, rightly unless told otherwise."""
    padded = np.pad(image.astype(float_dtype(image)), 1, mode=mode)
    return correlate(padded, x), correlate(padded, y)


def with_magnitude(gx: Array, gy: Array) -> Three:
    """Add the magnitude."""
    return gx, gy, np.sqrt(gx**2 + gy**2)


@wrong("gx and gy are 4 times too large: both kernels are divided by 4.")
def not_divided(image: Array) -> Three:
    return with_magnitude(*gradients(image, 4 * S, 4 * S.T))


@wrong("gx and gy are half of what they should be: the kernels are divided by 4, not by 8.")
def divided_by_8(image: Array) -> Three:
    return with_magnitude(*gradients(image, S / 2, S.T / 2))


@wrong("gx and gy have changed places: gx is positive where it gets brighter to the right.")
def gx_and_gy_exchanged(image: Array) -> Three:
    return with_magnitude(*gradients(image, S.T, S))


@wrong("gx and gy have the opposite signs: the kernels are turned, or left and right exchanged.")
def signs_turned(image: Array) -> Three:
    return with_magnitude(*gradients(image, -S, -S.T))


@wrong("gy has the opposite sign: it is positive where it gets brighter downwards, as rows count.")
def gy_upwards(image: Array) -> Three:
    return with_magnitude(*gradients(image, S, -S.T))


@wrong("Your kernels weigh all three rows alike (Prewitt); Sobel gives the middle one weight 2.")
def prewitt(image: Array) -> Three:
    P = np.array([[-1, 0, 1]] * 3)
    return with_magnitude(*gradients(image, P / 3, P.T / 3))


@wrong("Your kernels have weights 1 in all three rows and are divided by 4; Sobel gives the middle row weight 2.")
def prewitt_divided_by_4(image: Array) -> Three:
    P = np.array([[-1, 0, 1]] * 3)
    return with_magnitude(*gradients(image, P / 4, P.T / 4))


@wrong("Your border is zeros, so the frame of the picture becomes an edge; extend it with the outermost pixels.")
def zeros_at_the_border(image: Array) -> Three:
    return with_magnitude(*gradients(image, mode="constant"))


@wrong("Your border is mirrored (reflect), so all that is across it cancels; extend it with the outermost pixels.")
def mirrored_border(image: Array) -> Three:
    return with_magnitude(*gradients(image, mode="reflect"))


@wrong("Your arrays are 2 smaller than the image each way: extend the border by one pixel first.")
def cropped(image: Array) -> Three:
    gx, gy = gradients(image)
    return with_magnitude(gx[1:-1, 1:-1], gy[1:-1, 1:-1])


@wrong("Your magnitude is |gx| + |gy|; it is the root of the sum of squares.")
def sum_of_sizes(image: Array) -> Three:
    gx, gy = gradients(image)
    return gx, gy, np.abs(gx) + np.abs(gy)


@wrong("Your magnitude lacks the root: sqrt(gx**2 + gy**2).")
def root_missing(image: Array) -> Three:
    gx, gy = gradients(image)
    return gx, gy, gx**2 + gy**2


@wrong("Your gx and gy have lost their signs; only the magnitude has none.")
def signs_lost(image: Array) -> Three:
    gx, gy = gradients(image)
    return np.abs(gx), np.abs(gy), np.hypot(gx, gy)


@wrong("Your function writes into the image; work on a copy.")
def writes_into_the_image(image: Array) -> Three:
    out = with_magnitude(*gradients(image))
    image //= 2 if image.dtype.kind in "iu" else 1
    if image.dtype.kind == "f":
        image += 1
    return out


# design_kernel


def kernel(*numbers: float) -> Array:
    """Write nine numbers as a kernel."""
    return np.array(numbers, dtype=float).reshape(3, 3)


def spread(middle: float, others: float) -> Array:
    """Put one number in the middle and another on the eight places around it."""
    return kernel(*[others] * 4, middle, *[others] * 4)


RIGHT = {
    "left": kernel(0, 0, 0, 0, 0, 1, 0, 0, 0),
    "diagonal": kernel(-0.5, 0, 0, 0, 0, 0, 0, 0, 0.5),
    "spot": spread(1, -1 / 8),
    "unsharp": spread(3 - 2 / 9, -2 / 9),
}

MISTAKES["design_kernel"] = [
    Mistake(name, diagnosis, lambda wish, of=of, numbers=numbers: (RIGHT | {of: numbers})[wish].copy())
    for name, of, diagnosis, numbers in [
        (
            "to_the_right",
            "left",
            'Your "left" moves the picture to the right; to move it left, each pixel takes the value of its right neighbour.',
            kernel(0, 0, 0, 1, 0, 0, 0, 0, 0),
        ),
        (
            "upwards",
            "left",
            'Your "left" moves the picture up: the second index of a kernel counts across.',
            kernel(0, 0, 0, 0, 0, 0, 0, 1, 0),
        ),
        (
            "downwards",
            "left",
            'Your "left" moves the picture down: the second index of a kernel counts across.',
            kernel(0, 1, 0, 0, 0, 0, 0, 0, 0),
        ),
        (
            "difference_instead",
            "left",
            'Your "left" gives the right neighbour minus the pixel; the picture itself moves, so the kernel is a single 1.',
            kernel(0, 0, 0, 0, -1, 1, 0, 0, 0),
        ),
        (
            "diagonal_turned",
            "diagonal",
            'Your "diagonal" is upper left minus lower right; it is the other way round.',
            kernel(0.5, 0, 0, 0, 0, 0, 0, 0, -0.5),
        ),
        (
            "other_diagonal",
            "diagonal",
            'Your "diagonal" takes the upper right and the lower left; it is lower right minus upper left.',
            kernel(0, 0, -0.5, 0, 0, 0, 0.5, 0, 0),
        ),
        (
            "not_halved",
            "diagonal",
            'Your "diagonal" is twice too large: the difference is halved.',
            kernel(-1, 0, 0, 0, 0, 0, 0, 0, 1),
        ),
        (
            "mean_of_nine",
            "spot",
            'Your "spot" subtracts the mean of all nine pixels (that is the high-pass); asked for is the mean of the eight others.',
            spread(1 - 1 / 9, -1 / 9),
        ),
        (
            "sum_of_neighbours",
            "spot",
            'Your "spot" subtracts the sum of the neighbours; it is their mean, so each weighs 1/8.',
            spread(1, -1),
        ),
        (
            "eight_times_spot",
            "spot",
            'Your "spot" is 8 times too large: the pixel itself weighs 1, each neighbour -1/8.',
            spread(8, -1),
        ),
        (
            "dark_spots",
            "spot",
            'Your "spot" has the opposite sign: a bright pixel is to stand out as positive.',
            spread(-1, 1 / 8),
        ),
        (
            "four_neighbours",
            "spot",
            'Your "spot" takes four neighbours; there are eight, the diagonal ones included.',
            kernel(0, -1 / 4, 0, -1 / 4, 1, -1 / 4, 0, -1 / 4, 0),
        ),
        (
            "once_instead_of_twice",
            "unsharp",
            'Your "unsharp" adds once what the blur takes away; it is to be twice.',
            spread(2 - 1 / 9, -1 / 9),
        ),
        (
            "without_the_picture",
            "unsharp",
            'Your "unsharp" is only what is added; the picture itself is missing, so the numbers add up to 0 instead of 1.',
            spread(2 - 2 / 9, -2 / 9),
        ),
        (
            "blur_instead",
            "unsharp",
            'Your "unsharp" adds the blur instead of what the blur takes away.',
            spread(1 + 2 / 9, 2 / 9),
        ),
        (
            "neighbours_only",
            "unsharp",
            'Your "unsharp" leaves the middle out of the blur; the 3x3 mean has nine pixels.',
            spread(3, -2 / 8),
        ),
    ]
]
