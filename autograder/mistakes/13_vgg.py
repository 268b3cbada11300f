"""Unit 13: wrong solutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array
from autograder.registry import part

CHECKS = part("checks", "13_vgg")
conv, conv_backward, pool, relu = CHECKS.conv, CHECKS.conv_backward, CHECKS.pool, CHECKS.relu

# The table

TABLE: list[Mistake] = []
wrong = collect(TABLE)


def table(
    configuration: Any,
    input_shape: Any = (3, 224, 224),
    hidden: int = 4096,
    num_classes: int = 1000,
    *,
    taps: int = 9,
    conv_bias: int = 1,
    dense_bias: int = 1,
    carried: bool = True,
    half: Function = lambda n: n // 2,
    flatten: Function = lambda C, H, W: C * H * W,
) -> Array:
    """Compute the table with parts that can be exchanged; the defaults are right."""
    C, H, W = input_shape
    rows = []
    for entry in configuration:
        if entry == "M":
            H, W = half(H), half(W)
            rows.append((C, H, W, 0))
        else:
            rows.append((entry, H, W, entry * (taps * (C if carried else input_shape[0]) + conv_bias)))
            C = entry
    inputs = flatten(C, H, W)
    for units in (hidden, hidden, num_classes):
        rows.append((units, 1, 1, units * (inputs + dense_bias)))
        inputs = units
    return np.array(rows)


@wrong("Your convolutions have no biases: each filter has one.")
def convolutions_without_biases(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, conv_bias=0)


@wrong("Your dense layers have no biases: each unit has one.")
def dense_layers_without_biases(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, dense_bias=0)


@wrong("Your filters all reach through the image's channels only; each is as deep as the map it reads.")
def depth_of_the_image(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, carried=False)


@wrong("Your filters are flat: 9 weights each, although each reaches through all channels of the map below.")
def flat_filters(*args: Any, **kwargs: Any) -> Array:
    rows = table(*args, **kwargs)
    for row, entry in zip(rows, args[0], strict=False):
        row[3] = 0 if entry == "M" else 10 * entry
    return rows


@wrong("Your filters are 5x5; VGG has none but 3x3.")
def filters_of_5x5(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, taps=25)


@wrong("Your pooling leaves the sides as they are; it halves them.")
def pooling_halves_nothing(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, half=lambda n: n)


@wrong("Your pooling rounds up: of 15 rows, seven windows of two are whole, and the last row is dropped.")
def pooling_rounds_up(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, half=lambda n: (n + 1) // 2)


@wrong("Your first dense layer gets one number of each map; it gets all C * H * W of them.")
def one_number_a_map(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, flatten=lambda C, H, W: C)


@wrong("Your first dense layer gets one map; it gets the numbers of all C maps.")
def one_map_only(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs, flatten=lambda C, H, W: H * W)


@wrong("Your second hidden layer is missing: hidden, hidden, num_classes.")
def one_hidden_layer(*args: Any, **kwargs: Any) -> Array:
    return np.delete(table(*args, **kwargs), -2, axis=0)


@wrong("Your rows are H, W, C; the order is C, H, W.")
def channels_last(*args: Any, **kwargs: Any) -> Array:
    return table(*args, **kwargs)[:, [1, 2, 0, 3]]


@wrong("Your last column adds up from row to row; each row has the parameters of its own layer.")
def running_total(*args: Any, **kwargs: Any) -> Array:
    rows = table(*args, **kwargs)
    rows[:, 3] = np.cumsum(rows[:, 3])
    return rows


# VGG's block

VGG_BLOCK: list[Mistake] = []
wrong = collect(VGG_BLOCK)


@wrong("Your block has no ReLU: then its convolutions together are one linear layer.")
def block_without_relu(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = conv(x, weight, bias)
    return pool(x)


@wrong("Your block has one ReLU, at the end; there is one after each convolution.")
def one_relu_at_the_end(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = conv(x, weight, bias)
    return pool(relu(x))


@wrong("Your block has no ReLU after the last convolution.")
def no_relu_at_the_end(x: Array, weights: Any, biases: Any) -> Array:
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = conv(x if i == 0 else relu(x), weight, bias)
    return pool(x)


@wrong("Your block takes the mean of each 2x2 window; asked for is the largest.")
def mean_of_each_window(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = relu(conv(x, weight, bias))
    N, C, H, W = x.shape
    return x[:, :, : H // 2 * 2, : W // 2 * 2].reshape(N, C, H // 2, 2, W // 2, 2).mean(axis=(3, 5)).astype(x.dtype)


@wrong("Your block pools after each convolution; it does so once, at the end.")
def pooled_after_each(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = pool(relu(conv(x, weight, bias)))
    return x


@wrong("Your block does not pool: the sides are as they were.")
def never_pooled(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = relu(conv(x, weight, bias))
    return x


@wrong("Your block does not pad: each 3x3 convolution takes away a border of one pixel.")
def block_without_padding(x: Array, weights: Any, biases: Any) -> Array:
    for weight, bias in zip(weights, biases, strict=True):
        x = relu(conv(x, weight, bias)[:, :, 1:-1, 1:-1])
    return pool(x)


@wrong("Your block stops after two convolutions; it has as many as there are weights.")
def two_convolutions_at_most(x: Array, weights: Any, biases: Any) -> Array:
    return CHECKS.vgg_block_forward(x, weights[:2], biases[:2])


@wrong("Your block leaves out the biases.")
def block_without_biases(x: Array, weights: Any, biases: Any) -> Array:
    return CHECKS.vgg_block_forward(x, weights, [np.zeros_like(bias) for bias in biases])


@wrong("Your block turns the kernels round; a CNN layer computes cross-correlation.")
def block_with_flipped_kernels(x: Array, weights: Any, biases: Any) -> Array:
    return CHECKS.vgg_block_forward(x, [weight[:, :, ::-1, ::-1] for weight in weights], biases)


@wrong("Your block always gives float64; float32 gives float32.")
def block_always_float64(x: Array, weights: Any, biases: Any) -> Array:
    return CHECKS.vgg_block_forward(x, weights, biases).astype(np.float64)


@wrong("Your block is right, but it changes the images that it was given; make new arrays.")
def block_changes_the_images(x: Array, weights: Any, biases: Any) -> Array:
    out = CHECKS.vgg_block_forward(x, weights, biases)
    np.maximum(x, 0, out=x)
    return out


# The residual block, forwards

FORWARD: list[Mistake] = []
wrong = collect(FORWARD)


def body(x: Array, w1: Array, b1: Array, w2: Array, b2: Array, inner: Function = relu) -> Array:
    """Compute what is added to x."""
    return conv(inner(conv(x, w1, b1)), w2, b2)


@wrong("Your block has no shortcut: x is not added.")
def no_shortcut(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2))


@wrong("Your block takes the ReLU before x is added; it comes after the sum.")
def relu_before_the_sum(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2)) + x


@wrong("Your block has no ReLU after the sum.")
def no_relu_after_the_sum(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return body(x, weight1, bias1, weight2, bias2) + x


@wrong("Your block has no ReLU between its two convolutions.")
def no_relu_inside(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2, inner=lambda a: a) + x)


@wrong("Your block adds the ReLU of x; the shortcut hands on x itself, with its negative numbers.")
def shortcut_through_relu(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2) + relu(x))


@wrong("Your block multiplies the two ways; they are added.")
def ways_multiplied(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2) * x)


@wrong("Your block subtracts x; the ways are added.")
def shortcut_subtracted(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, bias1, weight2, bias2) - x)


@wrong("Your block concatenates the two ways, as GoogLeNet does; a residual block adds them.")
def ways_concatenated(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(np.concatenate([body(x, weight1, bias1, weight2, bias2), x], axis=1))


@wrong("Your block adds x after the first convolution's ReLU as well, or in place of the end.")
def shortcut_inside(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    hidden = relu(conv(x, weight1, bias1))
    n = min(hidden.shape[1], x.shape[1])
    hidden[:, :n] += x[:, :n]
    return relu(conv(hidden, weight2, bias2))


@wrong("Your block leaves out the biases of its convolutions.")
def residual_without_biases(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return relu(body(x, weight1, 0 * bias1, weight2, 0 * bias2) + x)


@wrong("Your block always gives float64; float32 gives float32 here too.")
def residual_always_float64(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    return CHECKS.residual_block_forward(x, weight1, bias1, weight2, bias2).astype(np.float64)


@wrong("Your block is right, but it adds into x itself: `x += ...` changes the caller's array.")
def added_into_x(x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array) -> Array:
    x += body(x, weight1, bias1, weight2, bias2)
    return relu(x)


# ... and backwards

BACKWARD: list[Mistake] = []
wrong = collect(BACKWARD)
Gradients = tuple[Array, Array, Array, Array, Array]


def backward(
    grad_out: Array,
    x: Array,
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    *,
    last: Function = lambda g, total, first: np.where(total > 0, g, 0),
    inner: Function = lambda g, first: np.where(first > 0, g, 0),
    hidden: Function = relu,
    shortcut: Function = lambda grad_body, grad_total, grad_out: grad_body + grad_total,
) -> Gradients:
    """Compute the gradients with parts that can be exchanged; the defaults are right."""
    first = conv(x, w1, b1)
    total = conv(relu(first), w2, b2) + x
    grad_total = last(grad_out, total, first).astype(x.dtype)
    grad_hidden, grad_w2, grad_b2 = conv_backward(grad_total, hidden(first), w2)
    grad_body, grad_w1, grad_b1 = conv_backward(inner(grad_hidden, first), x, w1)
    return shortcut(grad_body, grad_total, grad_out), grad_w1, grad_b1, grad_w2, grad_b2


@wrong("Your gradient of x comes back through the convolutions only; the shortcut hands its own back too.")
def gradient_of_the_body_only(*args: Any) -> Gradients:
    return backward(*args, shortcut=lambda grad_body, grad_total, grad_out: grad_body)


@wrong("Your gradient of x comes back on the shortcut only; the convolutions hand theirs back too.")
def gradient_of_the_shortcut_only(*args: Any) -> Gradients:
    return backward(*args, shortcut=lambda grad_body, grad_total, grad_out: grad_total.copy())


@wrong("Your shortcut hands back grad_out itself; it has to pass the last ReLU first, which stands behind the sum.")
def shortcut_past_the_last_relu(*args: Any) -> Gradients:
    return backward(*args, shortcut=lambda grad_body, grad_total, grad_out: grad_body + grad_out)


@wrong("Your gradient ignores the last ReLU: where the sum was negative, nothing goes back.")
def last_relu_ignored(*args: Any) -> Gradients:
    return backward(*args, last=lambda g, total, first: g)


@wrong("Your gradient ignores the ReLU between the convolutions.")
def inner_relu_ignored(*args: Any) -> Gradients:
    return backward(*args, inner=lambda g, first: g)


@wrong("Your last ReLU looks at what the convolutions made; it stood behind the sum with x.")
def last_relu_of_the_body(
    grad_out: Array, x: Array, weight1: Array, bias1: Array, weight2: Array, bias2: Array
) -> Gradients:
    made = body(x, weight1, bias1, weight2, bias2)
    return backward(grad_out, x, weight1, bias1, weight2, bias2, last=lambda g, total, first: np.where(made > 0, g, 0))


@wrong("Your last ReLU looks at the sign of the gradient; it looks at that of its input.")
def last_relu_of_the_gradient(*args: Any) -> Gradients:
    return backward(*args, last=lambda g, total, first: relu(g))


@wrong("Your inner ReLU looks at the sign of the gradient; it looks at that of its input.")
def inner_relu_of_the_gradient(*args: Any) -> Gradients:
    return backward(*args, inner=lambda g, first: relu(g))


@wrong("Your gradient of weight2 uses the first convolution's output before its ReLU; weight2 met what came after it.")
def weight2_before_the_relu(*args: Any) -> Gradients:
    return backward(*args, hidden=lambda first: first)


@wrong("Your gradient of x subtracts one way from the other; x was used twice, so the two add up.")
def ways_subtracted(*args: Any) -> Gradients:
    return backward(*args, shortcut=lambda grad_body, grad_total, grad_out: grad_body - grad_total)


@wrong("Your gradient of x is the mean of the two ways; it is their sum.")
def ways_averaged(*args: Any) -> Gradients:
    return backward(*args, shortcut=lambda grad_body, grad_total, grad_out: (grad_body + grad_total) / 2)


@wrong("Your bias gradients are means; every pixel of every image adds its own.")
def bias_gradients_as_means(grad_out: Array, *args: Any) -> Gradients:
    grad_x, grad_w1, grad_b1, grad_w2, grad_b2 = backward(grad_out, *args)
    pixels = grad_out.size // grad_out.shape[1]
    return grad_x, grad_w1, grad_b1 / pixels, grad_w2, grad_b2 / pixels


@wrong("Your gradients of the weights are averaged over the images; they are added up.")
def weights_averaged_over_images(grad_out: Array, *args: Any) -> Gradients:
    grad_x, grad_w1, grad_b1, grad_w2, grad_b2 = backward(grad_out, *args)
    return grad_x, grad_w1 / len(grad_out), grad_b1, grad_w2 / len(grad_out), grad_b2


@wrong("Your first layer's gradients are zero: has the gradient stopped at the second convolution?")
def first_layer_untouched(*args: Any) -> Gradients:
    grad_x, grad_w1, grad_b1, grad_w2, grad_b2 = backward(*args)
    return grad_x, 0 * grad_w1, 0 * grad_b1, grad_w2, grad_b2


@wrong("Your gradients are always float64; float32 gives float32.")
def gradients_always_float64(*args: Any) -> Any:
    return tuple(a.astype(np.float64) for a in backward(*args))


@wrong("Your gradients are right, but grad_out is changed: `grad_out[total <= 0] = 0` writes into the caller's array.")
def writes_into_grad_out(grad_out: Array, *args: Any) -> Gradients:
    found = backward(grad_out, *args)
    grad_out[grad_out < 0] = 0
    return found


# A network for a budget

CHOICE: list[Mistake] = []
wrong = collect(CHOICE)


def choose(
    p: Array, m: Array, e: Array, most_p: float, most_m: float, fits: Function, key: Function, nothing: Any = None
) -> Any:
    """Find the least key among what fits."""
    left = [i for i in range(len(e)) if fits(p[i], m[i], most_p, most_m)]
    return min(left, key=lambda i: key(p[i], m[i], e[i])) if left else nothing


def both_fit(p: float, m: float, most_p: float, most_m: float) -> bool:
    """Say that neither budget is exceeded."""
    return p <= most_p and m <= most_m


def by_error(p: float, m: float, e: float) -> tuple[float, float]:
    """Rank right: the error first, then the work."""
    return e, m


INF = np.inf


@wrong("Your choice does not look at the budget for parameters.")
def parameters_not_looked_at(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, INF, most_multiply_adds, both_fit, by_error)


@wrong("Your choice does not look at the budget for multiply-adds.")
def work_not_looked_at(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, INF, both_fit, by_error)


@wrong("Your choice is content with one of the two budgets; both have to be kept.")
def one_budget_is_enough(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    def either(p: float, m: float, most_p: float, most_m: float) -> bool:
        return p <= most_p or m <= most_m

    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, either, by_error)


@wrong("Your choice turns away a network that needs exactly the budget; it fits.")
def exact_budget_turned_away(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    def under(p: float, m: float, most_p: float, most_m: float) -> bool:
        return p < most_p and m < most_m

    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, under, by_error)


@wrong("Your choice is the smallest network that fits; asked for is the one with the least error.")
def smallest_network(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, lambda p, m, e: p)


@wrong("Your choice is the largest network that fits; asked for is the one with the least error.")
def largest_network(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, lambda p, m, e: -p)


@wrong("Your choice is the first network that fits.")
def first_that_fits(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, lambda p, m, e: 0)


@wrong("Your choice has the largest error of those that fit; the column holds errors, not accuracies.")
def errors_taken_for_accuracies(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(
        parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, lambda p, m, e: (-e, m)
    )


@wrong("Of two networks with the same error you take the first; take the one with less work.")
def first_of_equals(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, lambda p, m, e: e)


@wrong("Your choice is counted among the networks that fit; return its index in the whole table.")
def index_among_those_that_fit(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    best = choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, by_error)
    fits = (parameters <= most_parameters) & (multiply_adds <= most_multiply_adds)
    return None if best is None else int(fits[:best].sum())


@wrong("Where nothing fits you return 0, which is a network; return None.")
def zero_where_nothing_fits(
    parameters: Array,
    multiply_adds: Array,
    errors: Array,
    most_parameters: float = INF,
    most_multiply_adds: float = INF,
) -> Any:
    return choose(parameters, multiply_adds, errors, most_parameters, most_multiply_adds, both_fit, by_error, 0)


MISTAKES = {
    "vgg_on_paper": CHECKS.PAPER_MISTAKES,
    "vgg_table": TABLE,
    "vgg_block_forward": VGG_BLOCK,
    "residual_block_forward": FORWARD,
    "residual_block_backward": BACKWARD,
    "choose_network": CHOICE,
}
