"""Operations and their gradients, as plain functions of arrays; one file for each, the plain version above the fast one.

The rules that all of them keep: shapes are NCHW; float32 or float64 comes out as it went in, integers count as float64; inputs
are never modified; outputs share no memory with inputs; any memory order is accepted; a second call knows nothing of the first.
"""

from course.functional.columns import col2im, im2col
from course.functional.conv import (
    conv2d_backward,
    conv2d_backward_plain,
    conv2d_forward,
    conv2d_forward_plain,
)
from course.functional.cross_entropy import cross_entropy_backward, cross_entropy_forward, softmax
from course.functional.linear import linear_backward, linear_forward
from course.functional.pool import (
    avg_pool2d_backward,
    avg_pool2d_backward_plain,
    avg_pool2d_forward,
    avg_pool2d_forward_plain,
    max_pool2d_backward,
    max_pool2d_backward_plain,
    max_pool2d_forward,
    max_pool2d_forward_plain,
    max_pool2d_with_indices,
)
from course.functional.relu import relu_backward, relu_forward
from course.functional.shapes import output_size

__all__ = [
    "avg_pool2d_backward",
    "avg_pool2d_backward_plain",
    "avg_pool2d_forward",
    "avg_pool2d_forward_plain",
    "col2im",
    "conv2d_backward",
    "conv2d_backward_plain",
    "conv2d_forward",
    "conv2d_forward_plain",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "im2col",
    "linear_backward",
    "linear_forward",
    "max_pool2d_backward",
    "max_pool2d_backward_plain",
    "max_pool2d_forward",
    "max_pool2d_forward_plain",
    "max_pool2d_with_indices",
    "output_size",
    "relu_backward",
    "relu_forward",
    "softmax",
]
