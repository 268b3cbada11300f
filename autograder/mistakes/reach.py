"""Wrong receptive fields with a name."""

from collections.abc import Callable

from autograder.exercise import Mistake, collect

Layers = list[tuple[int, int, int]]
Fields = tuple[int, int, int]
Rule = Callable[[Fields, tuple[int, int, int]], Fields]

RECEPTIVE_FIELD: list[Mistake] = []
wrong = collect(RECEPTIVE_FIELD)


def walk(layers: Layers, rule: Rule, start: Fields = (1, 1, 0)) -> Fields:
    """Apply a rule layer by layer to (size, jump, first)."""
    for layer in layers:
        start = rule(start, layer)
    return start


@wrong("Your size grows by k where it should grow by k - 1: the first pixel of a window is there already.")
def grows_by_k(layers: Layers) -> Fields:
    return walk(layers, lambda f, l: (f[0] + l[0] * f[1], f[1] * l[1], f[2] - l[2] * f[1]))


@wrong(
    "Your size grows by k - 1 pixels of the layer's own input; behind strides each of them is `jump` pixels of the image."
)
def strides_ignored_in_size(layers: Layers) -> Fields:
    return walk(layers, lambda f, l: (f[0] + l[0] - 1, f[1] * l[1], f[2] - l[2] * f[1]))


@wrong(
    "Your size and first use the jump after the layer's own stride; its taps lie as far apart as its input's jump says."
)
def jump_too_early(layers: Layers) -> Fields:
    def rule(f: Fields, l: tuple[int, int, int]) -> Fields:
        jump = f[1] * l[1]
        return f[0] + (l[0] - 1) * jump, jump, f[2] - l[2] * jump

    return walk(layers, rule)


@wrong("Your size uses the stride of the layer before alone; the jump is the product of all strides so far.")
def last_stride_only(layers: Layers) -> Fields:
    size = 1
    for i, (k, _, _) in enumerate(layers):
        size += (k - 1) * (layers[i - 1][1] if i else 1)
    return (size, *right(layers)[1:])


@wrong("Your size multiplies the kernel sizes; each layer adds to the field.")
def product_of_kernels(layers: Layers) -> Fields:
    return walk(layers, lambda f, l: (f[0] * l[0], f[1] * l[1], f[2] - l[2] * f[1]))


@wrong("Your size adds padding; padding moves the field, it does not change its size.")
def padding_in_size(layers: Layers) -> Fields:
    return walk(layers, lambda f, l: (f[0] + (l[0] - 1 + 2 * l[2]) * f[1], f[1] * l[1], f[2] - l[2] * f[1]))


@wrong("Your jump adds the strides; it is their product.")
def jump_is_a_sum(layers: Layers) -> Fields:
    size, _, first = right(layers)
    return size, 1 + sum(s - 1 for _, s, _ in layers), first


@wrong("Your jump is the stride of the last layer; it is the product of all strides.")
def jump_of_the_last_layer(layers: Layers) -> Fields:
    size, _, first = right(layers)
    return size, layers[-1][1] if layers else 1, first


@wrong("Your jump is always 1; it is the product of the strides.")
def jump_stays_1(layers: Layers) -> Fields:
    size, _, first = right(layers)
    return size, 1, first


@wrong("Your first has the opposite sign: padding moves the first field out of the picture, to negative rows.")
def first_is_positive(layers: Layers) -> Fields:
    size, jump, first = right(layers)
    return size, jump, -first


@wrong("Your first is always 0; padding starts before the picture.")
def first_stays_0(layers: Layers) -> Fields:
    return (*right(layers)[:2], 0)


@wrong(
    "Your first adds up the paddings as they are; one pixel of padding behind strides is `jump` pixels of the image."
)
def padding_not_scaled(layers: Layers) -> Fields:
    return (*right(layers)[:2], -sum(p for _, _, p in layers))


@wrong("Your layers are read from the last to the first; the list starts at the image.")
def from_the_end(layers: Layers) -> Fields:
    return right(layers[::-1])


def right(layers: Layers) -> Fields:
    """Apply the right rule."""
    return walk(layers, lambda f, l: (f[0] + (l[0] - 1) * f[1], f[1] * l[1], f[2] - l[2] * f[1]))
