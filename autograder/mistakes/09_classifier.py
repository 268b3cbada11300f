"""Unit 09: wrong solutions with a name."""

import numpy as np

from autograder.exercise import Mistake, collect
from autograder.oracles import Array, float_dtype
from autograder.registry import part

CHECKS = part("checks", "09_classifier")


def rows(logits: Array) -> Array:
    """Compute a right softmax."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# linear_forward

FORWARD: list[Mistake] = []
wrong = collect(FORWARD)


def dense(x: Array, weight: Array, bias: Array) -> Array:
    """Compute a right dense layer."""
    return (x.astype(float_dtype(x)) @ weight.T + bias).astype(float_dtype(x))


@wrong("Your output equals the one without the bias.")
def bias_missing(x: Array, weight: Array, bias: Array) -> Array:
    return dense(x, weight, np.zeros_like(bias))


@wrong("Your output subtracts the bias; it is added.")
def bias_subtracted(x: Array, weight: Array, bias: Array) -> Array:
    return dense(x, weight, -bias)


@wrong("Your function multiplies x @ weight without transposing; a row of the weight belongs to one output.")
def not_transposed(x: Array, weight: Array, bias: Array) -> Array:
    return (x @ weight + bias).astype(float_dtype(x))


@wrong("Your output has rows and columns exchanged: a row is an image.")
def output_transposed(x: Array, weight: Array, bias: Array) -> Array:
    return dense(x, weight, bias).T


@wrong("Every row of your output equals row 0: the batch index is missing on the input.")
def first_row_for_all(x: Array, weight: Array, bias: Array) -> Array:
    return dense(np.repeat(x[:1], len(x), axis=0), weight, bias)


@wrong("Your output has a ReLU in it; a dense layer has none of its own.")
def relu_inside(x: Array, weight: Array, bias: Array) -> Array:
    out = dense(x, weight, bias)
    return np.where(out > 0, out, np.zeros_like(out))


@wrong("Your output is always float64; float32 inputs give a float32 output.")
def always_float64(x: Array, weight: Array, bias: Array) -> Array:
    return dense(x, weight, bias).astype(np.float64)


@wrong("Your output is right, but your function writes into its input; work on a copy.")
def modifies_its_input(x: Array, weight: Array, bias: Array) -> Array:
    out = dense(x, weight, bias)
    x += 1
    return out


# linear_backward

BACKWARD: list[Mistake] = []
wrong = collect(BACKWARD)
Three = tuple[Array, Array, Array]


def gradients(grad_out: Array, x: Array, weight: Array) -> Three:
    """Compute the right three."""
    return grad_out @ weight, grad_out.T @ x, grad_out.sum(axis=0)


@wrong("The gradient of the bias is the mean over the batch; it is the sum: the mean is already in the loss.")
def bias_gradient_is_a_mean(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, gb = gradients(grad_out, x, weight)
    return gx, gw, gb / np.float32(len(x)) if x.dtype == np.float32 else gb / len(x)


@wrong("The gradient of the weights is divided by the batch size; it is the sum: the mean is already in the loss.")
def weight_gradient_is_a_mean(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, gb = gradients(grad_out, x, weight)
    return gx, (gw / len(x)).astype(gw.dtype), gb


@wrong("The gradient of the bias is that of the first image alone; sum over the batch.")
def bias_gradient_of_one_image(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, _ = gradients(grad_out, x, weight)
    return gx, gw, grad_out[0].copy()


@wrong("The gradient of the weights is transposed; it has the shape of the weights, (out, in).")
def weight_gradient_transposed(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, gb = gradients(grad_out, x, weight)
    return gx, gw.T.copy(), gb


@wrong(
    "The gradient of x uses the transposed weights; each output hands its gradient back along its own row of the weight."
)
def weights_transposed_for_x(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, gb = gradients(grad_out, x, weight)
    return grad_out @ weight.T if weight.shape[0] == weight.shape[1] else gx, gw, gb


@wrong("The gradients come in another order; asked for are grad_x, grad_weight, grad_bias.")
def another_order(grad_out: Array, x: Array, weight: Array) -> Three:
    gx, gw, gb = gradients(grad_out, x, weight)
    return gw, gb, gx


@wrong("The gradient of x has the upstream gradient left out: it holds the sum of the weights.")
def upstream_ignored(grad_out: Array, x: Array, weight: Array) -> Three:
    return gradients(np.ones_like(grad_out), x, weight)


@wrong("Your gradients are right, but your function writes into its input; work on a copy.")
def backward_modifies_its_input(grad_out: Array, x: Array, weight: Array) -> Three:
    out = gradients(grad_out, x, weight)
    grad_out *= 2
    return out


# softmax

SOFTMAX: list[Mistake] = []
wrong = collect(SOFTMAX)


@wrong("Your output is right as long as no exponential overflows; subtract the row's largest logit first.")
def overflows(logits: Array) -> Array:
    with np.errstate(all="ignore"):
        e = np.exp(logits)
        return e / e.sum(axis=1, keepdims=True)


@wrong("Your rows are normalised together: each row of its own adds up to 1.")
def all_rows_together(logits: Array) -> Array:
    e = np.exp(logits - logits.max())
    return e / e.sum()


@wrong("Your columns add up to 1; the rows should.")
def over_the_batch(logits: Array) -> Array:
    e = np.exp(logits - logits.max(axis=0))
    return e / e.sum(axis=0)


@wrong("Your output is divided by the number of classes as well; the sum of exponentials is enough.")
def divided_twice(logits: Array) -> Array:
    return (rows(logits) / logits.shape[1]).astype(logits.dtype)


@wrong("Your output is the logits over their sum; the exponential is missing.")
def without_exponential(logits: Array) -> Array:
    return logits / logits.sum(axis=1, keepdims=True)


@wrong("Your output is a sigmoid of each logit; its numbers know nothing of each other and do not add up to 1.")
def sigmoid(logits: Array) -> Array:
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-logits))).astype(logits.dtype)


@wrong("Your output is the logarithm of the softmax.")
def logarithm(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@wrong("Your output is always float64; float32 logits give float32 shares.")
def softmax_always_float64(logits: Array) -> Array:
    return rows(logits).astype(np.float64)


@wrong("Your output is right, but your function writes into the logits; work on a copy.")
def softmax_modifies_its_input(logits: Array) -> Array:
    logits -= logits.max(axis=1, keepdims=True)
    return rows(logits)


# cross-entropy


def losses(logits: Array, labels: Array) -> Array:
    """Compute the right loss of each image."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


LOSS: list[Mistake] = []
wrong = collect(LOSS)


@wrong("Your loss is the sum over the batch; it is the mean.")
def sum_of_the_batch(logits: Array, labels: Array) -> float:
    return float(losses(logits, labels).sum())


@wrong("Your loss is negative: minus is missing before the logarithm.")
def minus_missing(logits: Array, labels: Array) -> float:
    return -float(losses(logits, labels).mean())


@wrong("Your loss is the mean of all classes' -log p; only the right class of each image counts.")
def all_classes(logits: Array, labels: Array) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1, keepdims=True)) - shifted).mean())


@wrong("Your loss takes the logarithm to base 2; it is measured in nats, with the natural logarithm.")
def in_bits(logits: Array, labels: Array) -> float:
    return float(losses(logits, labels).mean() / np.log(2))


@wrong("Your loss is 1 - p of the right class; its logarithm is missing.")
def one_minus_p(logits: Array, labels: Array) -> float:
    return float((1 - rows(logits)[np.arange(len(labels)), labels]).mean())


@wrong("Your loss is right as long as no probability becomes 0; work with the logits, not with log(softmax).")
def logarithm_of_zero(logits: Array, labels: Array) -> float:
    with np.errstate(divide="ignore"):
        return float(-np.log(rows(logits)[np.arange(len(labels)), labels]).mean())


@wrong(
    "Your loss hides what is large: the share is raised to 1e-12 before the logarithm, so that no loss is above 27.6."
)
def clipped(logits: Array, labels: Array) -> float:
    return float(-np.log(np.maximum(rows(logits)[np.arange(len(labels)), labels], 1e-12)).mean())


@wrong("Your loss is that of the first image alone; it is the mean of the batch.")
def first_image_only(logits: Array, labels: Array) -> float:
    return float(losses(logits, labels)[0])


GRADIENT: list[Mistake] = []
wrong = collect(GRADIENT)


def difference(logits: Array, labels: Array, scale: float, sign: float = 1.0) -> Array:
    """Compute p minus one-hot, scaled."""
    grad = rows(logits)
    grad[np.arange(len(labels)), labels] -= 1
    return (sign * grad / scale).astype(logits.dtype)


@wrong("Your gradient is not divided by the number of images, though the loss is a mean.")
def not_divided_by_n(logits: Array, labels: Array) -> Array:
    return difference(logits, labels, 1)


@wrong("Your gradient is divided by the number of classes; it is divided by the number of images.")
def divided_by_classes(logits: Array, labels: Array) -> Array:
    return difference(logits, labels, logits.shape[1])


@wrong("Your gradient points the other way: it is p minus one-hot, not one-hot minus p.")
def other_sign(logits: Array, labels: Array) -> Array:
    return difference(logits, labels, len(logits), -1)


@wrong("Your gradient is the softmax alone; 1 is subtracted at the right class.")
def softmax_alone(logits: Array, labels: Array) -> Array:
    return (rows(logits) / len(logits)).astype(logits.dtype)


@wrong("Your gradient is zero but for the right class; the wrong ones are pushed down too.")
def right_class_only(logits: Array, labels: Array) -> Array:
    grad = np.zeros_like(logits)
    grad[np.arange(len(labels)), labels] = difference(logits, labels, len(logits))[np.arange(len(labels)), labels]
    return grad


@wrong("Your gradient subtracts 1 in every row at all labels of the batch: index row and label together.")
def labels_index_columns(logits: Array, labels: Array) -> Array:
    grad = rows(logits)
    grad[:, labels] -= 1
    return (grad / len(logits)).astype(logits.dtype)


@wrong("Your gradient is always float64; float32 logits give a float32 gradient.")
def gradient_always_float64(logits: Array, labels: Array) -> Array:
    return difference(logits, labels, len(logits)).astype(np.float64)


@wrong("Your gradient is right, but your function writes into the logits; work on a copy.")
def gradient_modifies_its_input(logits: Array, labels: Array) -> Array:
    grad = difference(logits, labels, len(logits))
    logits[...] = grad
    return grad


MISTAKES = {
    "linear_forward": FORWARD,
    "linear_backward": BACKWARD,
    "softmax": SOFTMAX,
    "cross_entropy_forward": LOSS,
    "cross_entropy_backward": GRADIENT,
    "lecture_exercise": CHECKS.LECTURE_MISTAKES,
}
