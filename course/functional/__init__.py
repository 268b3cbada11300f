"""Operations and their gradients, as plain functions of arrays; one file for each, the plain version above the fast one.

The rules that all of them keep: shapes are NCHW; float32 or float64 comes out as it went in, integers count as float64; inputs
are never modified; outputs share no memory with inputs; any memory order is accepted; a second call knows nothing of the first.
"""

from course.functional.adaptive_pool import (
    adaptive_avg_pool2d_backward,
    adaptive_avg_pool2d_forward,
    adaptive_max_pool2d_backward,
    adaptive_max_pool2d_forward,
    adaptive_max_pool2d_with_indices,
)
from course.functional.avg_pool import (
    avg_pool2d_backward,
    avg_pool2d_backward_plain,
    avg_pool2d_forward,
    avg_pool2d_forward_plain,
)
from course.functional.batch_norm import (
    batch_norm2d_backward,
    batch_norm2d_backward_plain,
    batch_norm2d_eval_backward,
    batch_norm2d_forward,
    batch_norm2d_forward_plain,
)
from course.functional.batch_norm1d import batch_norm1d_backward, batch_norm1d_eval_backward, batch_norm1d_forward
from course.functional.binary_cross_entropy import (
    binary_cross_entropy_with_logits_backward,
    binary_cross_entropy_with_logits_forward,
)
from course.functional.capsule import (
    capsule_lengths_backward,
    capsule_lengths_forward,
    squash_backward,
    squash_forward,
)
from course.functional.capsule_predictions import (
    capsule_predictions_backward,
    capsule_predictions_forward,
    capsule_predictions_forward_plain,
)
from course.functional.columns import col2im, im2col
from course.functional.conv import (
    conv2d_backward,
    conv2d_backward_plain,
    conv2d_forward,
    conv2d_forward_plain,
)
from course.functional.conv1d import conv1d_backward, conv1d_forward
from course.functional.conv_matrix import conv_matrix, conv_matrix_sparse
from course.functional.conv_transpose import (
    conv_transpose2d_backward,
    conv_transpose2d_forward,
    conv_transpose2d_forward_plain,
)
from course.functional.correlate import convolve2d, correlate2d
from course.functional.cross_entropy import cross_entropy_backward, cross_entropy_forward
from course.functional.dice_loss import dice_loss_backward, dice_loss_forward
from course.functional.dropout import dropout2d_backward, dropout2d_forward, dropout_backward, dropout_forward
from course.functional.elu import elu_backward, elu_forward
from course.functional.global_pool import (
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
    global_max_pool2d_backward,
    global_max_pool2d_forward,
)
from course.functional.group_norm import group_norm_backward, group_norm_forward, group_norm_forward_plain
from course.functional.instance_norm import instance_norm_backward, instance_norm_forward
from course.functional.l1_loss import l1_loss_backward, l1_loss_forward
from course.functional.layer_norm import layer_norm_backward, layer_norm_forward, layer_norm_forward_plain
from course.functional.leaky_relu import leaky_relu_backward, leaky_relu_forward
from course.functional.linear import linear_backward, linear_forward
from course.functional.local_response_norm import (
    local_response_norm_backward,
    local_response_norm_backward_plain,
    local_response_norm_forward,
    local_response_norm_forward_plain,
)
from course.functional.locally_connected import (
    locally_connected2d_backward,
    locally_connected2d_backward_plain,
    locally_connected2d_forward,
    locally_connected2d_forward_plain,
)
from course.functional.margin_loss import margin_loss_backward, margin_loss_forward
from course.functional.max_pool import (
    max_pool2d_backward,
    max_pool2d_backward_plain,
    max_pool2d_forward,
    max_pool2d_forward_plain,
    max_pool2d_with_indices,
)
from course.functional.max_unpool import max_unpool2d_backward, max_unpool2d_forward
from course.functional.mse_loss import mse_loss_backward, mse_loss_forward
from course.functional.nll_loss import nll_loss_backward, nll_loss_forward
from course.functional.padding import pad2d, pad2d_backward
from course.functional.relu import relu_backward, relu_forward
from course.functional.routing import routing_backward, routing_forward, routing_forward_plain
from course.functional.shapes import output_size
from course.functional.sigmoid import sigmoid_backward, sigmoid_forward
from course.functional.softmax import log_softmax, log_softmax_backward, softmax, softmax_backward
from course.functional.tanh import tanh_backward, tanh_forward

__all__ = [
    "adaptive_avg_pool2d_backward",
    "adaptive_avg_pool2d_forward",
    "adaptive_max_pool2d_backward",
    "adaptive_max_pool2d_forward",
    "adaptive_max_pool2d_with_indices",
    "avg_pool2d_backward",
    "avg_pool2d_backward_plain",
    "avg_pool2d_forward",
    "avg_pool2d_forward_plain",
    "batch_norm1d_backward",
    "batch_norm1d_eval_backward",
    "batch_norm1d_forward",
    "batch_norm2d_backward",
    "batch_norm2d_backward_plain",
    "batch_norm2d_eval_backward",
    "batch_norm2d_forward",
    "batch_norm2d_forward_plain",
    "binary_cross_entropy_with_logits_backward",
    "binary_cross_entropy_with_logits_forward",
    "capsule_lengths_backward",
    "capsule_lengths_forward",
    "capsule_predictions_backward",
    "capsule_predictions_forward",
    "capsule_predictions_forward_plain",
    "col2im",
    "conv1d_backward",
    "conv1d_forward",
    "conv2d_backward",
    "conv2d_backward_plain",
    "conv2d_forward",
    "conv2d_forward_plain",
    "conv_matrix",
    "conv_matrix_sparse",
    "conv_transpose2d_backward",
    "conv_transpose2d_forward",
    "conv_transpose2d_forward_plain",
    "convolve2d",
    "correlate2d",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "dice_loss_backward",
    "dice_loss_forward",
    "dropout2d_backward",
    "dropout2d_forward",
    "dropout_backward",
    "dropout_forward",
    "elu_backward",
    "elu_forward",
    "global_avg_pool2d_backward",
    "global_avg_pool2d_forward",
    "global_max_pool2d_backward",
    "global_max_pool2d_forward",
    "group_norm_backward",
    "group_norm_forward",
    "group_norm_forward_plain",
    "im2col",
    "instance_norm_backward",
    "instance_norm_forward",
    "l1_loss_backward",
    "l1_loss_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "layer_norm_forward_plain",
    "leaky_relu_backward",
    "leaky_relu_forward",
    "linear_backward",
    "linear_forward",
    "local_response_norm_backward",
    "local_response_norm_backward_plain",
    "local_response_norm_forward",
    "local_response_norm_forward_plain",
    "locally_connected2d_backward",
    "locally_connected2d_backward_plain",
    "locally_connected2d_forward",
    "locally_connected2d_forward_plain",
    "log_softmax",
    "log_softmax_backward",
    "margin_loss_backward",
    "margin_loss_forward",
    "max_pool2d_backward",
    "max_pool2d_backward_plain",
    "max_pool2d_forward",
    "max_pool2d_forward_plain",
    "max_pool2d_with_indices",
    "max_unpool2d_backward",
    "max_unpool2d_forward",
    "mse_loss_backward",
    "mse_loss_forward",
    "nll_loss_backward",
    "nll_loss_forward",
    "output_size",
    "pad2d",
    "pad2d_backward",
    "relu_backward",
    "relu_forward",
    "routing_backward",
    "routing_forward",
    "routing_forward_plain",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "squash_backward",
    "squash_forward",
    "tanh_backward",
    "tanh_forward",
]
