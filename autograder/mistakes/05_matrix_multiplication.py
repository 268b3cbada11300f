"""Unit 05: wrong solutions with a name. They tell a student what happened, and they prove the checks."""

from typing import Any

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.mistakes.columns import IM2COL, into_shared
from autograder.mistakes.convolution import CONV2D, layer
from autograder.mistakes.folding import COL2IM
from autograder.mistakes.transposed import TRANSPOSED
from autograder.oracles import Array, float_dtype
from autograder.oracles.columns import matrix_of

# A layer as one product goes wrong like any other, and in three ways of its own.

PRODUCT: list[Mistake] = []
wrong = collect(PRODUCT)


@wrong(
    "The numbers are those of the right output in other places: images and filters are mixed up. A product over all images has "
    "the filters first, (C_out, N, H_out, W_out), and a reshape does not exchange axes; transpose does."
)
def images_and_filters_mixed_up(x: Array, *rest: Any, **kwargs: Any) -> Array:
    out = layer(x, *rest, **kwargs)
    return out.swapaxes(0, 1).reshape(out.shape)


@wrong("Your columns have the channels innermost, your filters have them outermost: both have to be in the same order.")
def columns_and_filters_in_other_orders(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight.transpose(0, 2, 3, 1).reshape(weight.shape), *rest, **kwargs)


@wrong(
    "Your filters are cut up wrongly: filter f is row f of weight.reshape(C_out, -1), not column f of a reshape(-1, C_out)."
)
def filters_as_columns(x: Array, weight: Array, *rest: Any, **kwargs: Any) -> Array:
    return layer(x, weight.reshape(-1, len(weight)).T.reshape(weight.shape), *rest, **kwargs)


@wrong("The output is put together column by column; position l of the columns is row l // W_out, column l % W_out.")
def positions_column_by_column(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    return out.reshape(*out.shape[:2], *out.shape[:1:-1]).swapaxes(2, 3)


@wrong("Your output is still the product (N, C_out, L): reshape its columns into H_out rows of W_out.")
def still_in_columns(*args: Any, **kwargs: Any) -> Array:
    out = layer(*args, **kwargs)
    return out.reshape(*out.shape[:2], -1)


# The matrix of a convolution.

MATRIX: list[Mistake] = []
wrong = collect(MATRIX)


def matrix(kernel: Array, image_shape: tuple[int, int], gap: int | None = None, step: int | None = None) -> Array:
    """Write the matrix; `gap` pixels lie between two rows of the kernel, `step` between two rows of windows: W is right."""
    (height, width), (kh, kw) = image_shape, kernel.shape
    down, across = height - kh + 1, width - kw + 1
    found = np.zeros((down * across, height * width), float_dtype(kernel))
    gap, step = gap or width, step or width
    for i, j, u, v in np.ndindex(down, across, kh, kw):
        column = i * step + j + u * gap + v
        if column < height * width:
            found[i * across + j, column] = kernel[u, v]
    return found


@wrong(
    "Your matrix has the kernel flipped: it computes a convolution in the mathematicians' sense; here nothing is flipped."
)
def flipped_kernel(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel[::-1, ::-1], image_shape)


@wrong("Your matrix lies on its side: it has a row for each window and a column for each pixel.")
def transposed_matrix(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape).T


@wrong("The rows of your kernel follow each other without a gap; the next row of the image is W columns further on.")
def kernel_without_gaps(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape, gap=kernel.shape[1])


@wrong(
    "Each row of your matrix moves the kernel by one column, also where a new row of windows begins; there it has to jump."
)
def no_jump_at_the_end_of_a_row(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape, step=image_shape[1] - kernel.shape[1] + 1)


@wrong("Your matrix takes H for the length of an image's row; pixel (h, w) is column h * W + w.")
def height_for_width(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape, gap=image_shape[0], step=image_shape[0])


@wrong("Your matrix has the windows in the order of the output's columns; they go row by row, as .ravel() does.")
def windows_column_by_column(kernel: Array, image_shape: tuple[int, int]) -> Array:
    down, across = image_shape[0] - kernel.shape[0] + 1, image_shape[1] - kernel.shape[1] + 1
    order = np.arange(down * across).reshape(down, across).T.ravel()
    return matrix(kernel, image_shape)[order]


@wrong(
    "Your matrix has the kernel's rows and columns exchanged inside each window; pixel (h + i, w + j) gets kernel[i, j]."
)
def kernel_column_by_column(kernel: Array, image_shape: tuple[int, int]) -> Array:
    turned = kernel.T.reshape(kernel.shape)
    return matrix(kernel.T if kernel.shape[0] == kernel.shape[1] else turned, image_shape)


@wrong("Your matrix has a row for each pixel, as if the image were padded; a window that does not fit has no row.")
def a_row_for_each_pixel(kernel: Array, image_shape: tuple[int, int]) -> Array:
    (kh, kw), (height, width) = kernel.shape, image_shape
    padded = matrix_of(kernel, (height + kh - 1, width + kw - 1)).reshape(-1, height + kh - 1, width + kw - 1)
    return padded[:, :height, :width].reshape(height * width, -1)


@wrong("Your matrix holds the kernel in its first row only: every window gets a row of its own.")
def first_row_only(kernel: Array, image_shape: tuple[int, int]) -> Array:
    found = matrix(kernel, image_shape)
    found[1:] = 0
    return found


@wrong("Your matrix has the right shape and holds nothing but zeros: the kernel's numbers are still missing.")
def zeros(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return np.zeros_like(matrix(kernel, image_shape))


@wrong("Your matrix takes over an integer dtype; integers count as float64.")
def integer_matrix(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape).astype(kernel.dtype)


@wrong("Your matrix is always float64; a float32 kernel gives a float32 matrix.")
def always_float64(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return matrix(kernel, image_shape).astype(np.float64)


@wrong("Your matrix is right, but your function writes into the kernel; work on a copy.")
def modifies_its_kernel(kernel: Array, image_shape: tuple[int, int]) -> Array:
    found = matrix(kernel, image_shape)
    kernel *= 2
    return found


@wrong("Your matrix is one array that every call writes into again; make a new one in every call.")
def reuses_its_matrix(kernel: Array, image_shape: tuple[int, int]) -> Array:
    return into_shared(matrix(kernel, image_shape))


MISTAKES: dict[str, list[Mistake]] = {
    "im2col": IM2COL,
    "conv2d_im2col": CONV2D + PRODUCT,
    "conv_matrix": MATRIX,
    "col2im": COL2IM,
    "conv_transpose2d_forward": TRANSPOSED,
}
