"""Unit 02: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from typing import Any

import numpy as np

from autograder.checks.windows_on_paper import PAPER_MISTAKES
from autograder.exercise import Function, Mistake, collect
from autograder.mistakes.convolution import CONV2D, layer
from autograder.mistakes.windows import OUTPUT_SIZE, PADDING_FOR
from autograder.oracles import Array, Pair, float_dtype, pair

CONVOLVE2D: list[Mistake] = []
wrong = collect(CONVOLVE2D)


def correlate(image: Array, kernel: Array, **settings: Any) -> Array:
    """Correlate one image with one kernel."""
    return layer(image[None, None], kernel[None, None], **settings)[0, 0]


def convolve(image: Array, kernel: Array, **settings: Any) -> Array:
    """Convolve one image with one kernel: what most mistakes below spoil in one place."""
    return correlate(image, kernel[::-1, ::-1], **settings)


@wrong("Your output equals the cross-correlation: the kernel is not turned. A convolution turns it by 180 degrees.")
def not_turned(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel)


@wrong("Your output equals the one with the kernel mirrored left to right only; its rows change places, too.")
def mirrored_left_to_right(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel[:, ::-1])


@wrong("Your output equals the one with the kernel put upside down only; its columns change places, too.")
def put_upside_down(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel[::-1])


@wrong("Your output equals the one with the kernel transposed (.T); half a turn is [::-1, ::-1].")
def transposed(image: Array, kernel: Array) -> Array:
    return correlate(image, kernel.T)


@wrong("Your output equals the one with the kernel turned by 90 degrees; a convolution needs 180.")
def quarter_turn(image: Array, kernel: Array) -> Array:
    return correlate(image, np.rot90(kernel))


@wrong("Your image is turned instead of the kernel, so the output comes out turned by 180 degrees.")
def image_turned(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel)[::-1, ::-1].copy()


@wrong(
    "Your output has a pixel for every place where kernel and image touch (full); asked for are those where it fits."
)
def full_size(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel, padding=(kernel.shape[0] - 1, kernel.shape[1] - 1))


@wrong(
    "Your output is as large as the image, with zeros around it; asked for are only the places where the kernel fits."
)
def as_large_as_the_image(image: Array, kernel: Array) -> Array:
    (kh, kw), grown = kernel.shape, image.astype(float_dtype(image))
    around = ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2))
    return convolve(np.pad(grown, around), kernel)


@wrong("Your output has the right shape, but its last row and its last column are left at zero: loop one further.")
def last_row_and_column_missing(image: Array, kernel: Array) -> Array:
    out = convolve(image, kernel)
    out[-1, :] = out[:, -1] = 0
    return out


@wrong("Your output has one row and one column too few: there are H - kH + 1 places, not H - kH.")
def one_place_too_few(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel)[:-1, :-1].copy()


@wrong("Your output holds the mean of the products; a convolution is their sum.")
def mean_of_products(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel) / float_dtype(image).type(kernel.size)


@wrong("Your output has the right shape and holds nothing but zeros: the sums are still missing.")
def zeros(image: Array, kernel: Array) -> Array:
    return np.zeros_like(convolve(image, kernel))


@wrong("Your output is always float64; a float32 image gives a float32 output.")
def always_float64(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel).astype(np.float64)


@wrong("Your output takes over a whole-number dtype and loses the fractions; whole numbers count as float64.")
def integer_output(image: Array, kernel: Array) -> Array:
    return convolve(image, kernel).astype(image.dtype)


@wrong("Your function writes into its image; work on a copy.")
def writes_into_the_image(image: Array, kernel: Array) -> Array:
    out = convolve(image, kernel)
    image += 1
    return out


@wrong("Your function turns the kernel in place, and after the call the caller's own kernel is another one.")
def turns_the_callers_kernel(image: Array, kernel: Array) -> Array:
    out = convolve(image, kernel)
    kernel[...] = kernel[::-1, ::-1].copy()
    return out


STRIDED: list[Mistake] = []
wrong = collect(STRIDED)


@wrong("Your output has the right size, but its windows stand side by side: a window starts at h * stride.")
def steps_of_one(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    rows, columns = correlate(image, kernel, stride=stride, padding=padding).shape
    return correlate(image, kernel, padding=padding)[:rows, :columns].copy()


@wrong("Your stride goes through the window, too: that is dilation. A window's own pixels lie side by side.")
def stride_inside_the_window(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (kh, kw) = pair(stride), kernel.shape
    spread = np.zeros(((kh - 1) * sh + 1, (kw - 1) * sw + 1))
    spread[::sh, ::sw] = kernel
    padded = np.pad(image, [(p, p + side) for p, side in zip(pair(padding), spread.shape, strict=True)])
    rows, columns = correlate(image, kernel, stride=stride, padding=padding).shape
    return correlate(padded, spread, stride=stride)[:rows, :columns].copy()


@wrong(
    "Your windows are counted from the lower right corner; the first one stands at the upper left, the rest is left out below."
)
def counted_from_the_end(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    turned = correlate(image[::-1, ::-1], kernel[::-1, ::-1], stride=stride, padding=padding)
    return turned[::-1, ::-1].copy()


@wrong(
    "Your image is thinned out by the stride before the kernel sees it; the stride moves the window, the pixels stay."
)
def image_thinned_out(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    thin = np.pad(image.astype(float_dtype(image)), ((ph, ph), (pw, pw)))[::sh, ::sw]
    room = [max(side - have, 0) for side, have in zip(kernel.shape, thin.shape, strict=True)]
    return correlate(np.pad(thin, [(0, more) for more in room]), kernel)


@wrong("Your output starts one stride late: the first window stands at 0.")
def first_window_skipped(image: Array, kernel: Array, stride: Pair = 1, padding: Pair = 0) -> Array:
    (sh, sw), (ph, pw) = pair(stride), pair(padding)
    padded = np.pad(image.astype(float_dtype(image)), ((ph, ph + sh), (pw, pw + sw)))
    return correlate(padded[sh:, sw:], kernel, stride=stride)


def in_one_channel(mistake: Function) -> Function:
    """Turn a wrong layer into a wrong strided_correlate2d."""
    return lambda image, kernel, stride=1, padding=0: mistake(
        image[None, None], kernel[None, None], None, stride=stride, padding=padding
    )[0, 0]


STRIDED += [
    Mistake(mistake.name, mistake.diagnosis, in_one_channel(mistake.function))
    for mistake in CONV2D
    if mistake.name
    in [
        "flipped_kernel",
        "transposed_kernel",
        "square_kernel",
        "height_and_width_swapped",
        "last_row_and_column_missing",
        "stride_ignored",
        "stride_pair_swapped",
        "first_stride_for_both",
        "size_rounded_up",
        "padding_ignored",
        "padding_pair_swapped",
        "padding_top_and_left_only",
        "reflect_padding",
        "replicate_padding",
        "zeros",
        "always_float64",
        "integer_output",
        "modifies_its_input",
        "reuses_its_output",
    ]
]

MISTAKES = {
    "convolve2d": CONVOLVE2D,
    "output_size": OUTPUT_SIZE,
    "padding_for": PADDING_FOR,
    "strided_correlate2d": STRIDED,
    "windows_on_paper": PAPER_MISTAKES,
}
