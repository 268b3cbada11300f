"""Unit 10: wrong solutions with a name."""

from typing import Any

import numpy as np

from autograder.exercise import Function, Mistake, collect
from autograder.oracles import Array
from autograder.registry import part

CHECKS = part("checks", "10_optimisers")

# SGD

SGD: list[Mistake] = []
wrong = collect(SGD)


@wrong("Your step goes uphill: the gradient points to where the loss grows, so subtract it.")
def uphill(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + grad + weight_decay * param
    return param + lr * velocity, velocity


@wrong("Your velocity takes only 1 - momentum of the gradient (dampening); here, as in PyTorch, it takes all of it.")
def dampened(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + (1 - momentum) * (grad + weight_decay * param)
    return param - lr * velocity, velocity


@wrong(
    "Your velocity holds the learning rate already; here it is a running sum of gradients, and lr multiplies the step."
)
def rate_inside_the_velocity(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + lr * (grad + weight_decay * param)
    return param - velocity, velocity


@wrong("Your step ignores momentum: the velocity that comes in must count.")
def momentum_ignored(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = grad + weight_decay * param
    return param - lr * velocity, velocity


@wrong("Your step ignores weight_decay.")
def decay_ignored(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + grad
    return param - lr * velocity, velocity


@wrong("Your decay shrinks param beside the velocity; here it is added to the gradient, and so gets into the velocity.")
def decay_beside_the_velocity(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + grad
    return param - lr * velocity - lr * weight_decay * param, velocity


@wrong("Your decay multiplies the velocity; it is the weights that are pulled towards zero.")
def decay_of_the_velocity(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + grad + weight_decay * velocity
    return param - lr * velocity, velocity


@wrong("Your decay has the wrong sign: it drives the weights away from zero.")
def decay_away_from_zero(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    velocity = momentum * velocity + grad - weight_decay * param
    return param - lr * velocity, velocity


@wrong("Your step follows the velocity from before this gradient: first update the velocity, then step.")
def steps_with_the_old_velocity(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    return param - lr * velocity, momentum * velocity + grad + weight_decay * param


@wrong("Your param is right, but you return the old velocity: then momentum never gathers.")
def returns_the_old_velocity(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    return CHECKS.sgd_step(param, grad, velocity, lr, momentum, weight_decay)[0], velocity.copy()


@wrong("Your step is Nesterov's, grad + momentum * velocity with the new velocity; asked for is plain momentum.")
def nesterov(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    grad = grad + weight_decay * param
    velocity = momentum * velocity + grad
    return param - lr * (grad + momentum * velocity), velocity


@wrong("Your numbers are right, but always float64; float32 weights stay float32.")
def sgd_always_float64(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    return tuple(a.astype(np.float64) for a in CHECKS.sgd_step(param, grad, velocity, lr, momentum, weight_decay))


@wrong("Your step changes param itself (-= does that); return new arrays.")
def sgd_in_place(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):  # type: ignore[no-untyped-def]
    new, velocity = CHECKS.sgd_step(param, grad, velocity, lr, momentum, weight_decay)
    param[...] = new
    return new, velocity


# RMSprop

RMSPROP: list[Mistake] = []
wrong = collect(RMSPROP)


def scaled(
    param: Array,
    grad: Array,
    square_avg: Array,
    lr: float,
    alpha: float,
    eps: float,
    below: Function = lambda s, eps: np.sqrt(s) + eps,
    square: Function = np.square,
) -> tuple[Array, Array]:
    """Compute RMSprop with parts that can be exchanged; the defaults are right."""
    square_avg = alpha * square_avg + (1 - alpha) * square(grad)
    with np.errstate(all="ignore"):
        return param - lr * grad / below(square_avg, eps), square_avg


@wrong("Your eps stands inside the root; here, as in PyTorch, it is added to the root.")
def eps_inside_the_root(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, below=lambda s, eps: np.sqrt(s + eps))


@wrong("Your eps is missing: where the gradient has always been zero you divide zero by zero.")
def eps_missing(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, below=lambda s, eps: np.sqrt(s))


@wrong(
    "Your root is missing: divide by the root of the mean square, so that a gradient twice as large gives the same step."
)
def root_missing(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, below=lambda s, eps: s + eps)


@wrong("Your alpha and 1 - alpha are exchanged: alpha is the share of the old mean that stays.")
def alpha_exchanged(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, 1 - alpha, eps)


@wrong("Your mean square grows without end, for the whole squared gradient is added (AdaGrad); take 1 - alpha of it.")
def adds_the_whole_square(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, square=lambda g: g**2 / (1 - alpha))


@wrong("Your mean is of |grad|, not of grad squared.")
def mean_of_sizes(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, square=np.abs)


@wrong("Your mean square is one number for the whole array; every weight has its own.")
def one_mean_for_all(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, lr, alpha, eps, square=lambda g: np.full(g.shape, np.mean(g**2)))


@wrong(
    "Your step divides by the mean square from before this gradient: at the first step that is zero. Update it first."
)
def divides_by_the_old_mean(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    with np.errstate(all="ignore"):
        new = param - lr * grad / (np.sqrt(square_avg) + eps)
    return new, alpha * square_avg + (1 - alpha) * grad**2


@wrong("Your step goes uphill: subtract it.")
def rmsprop_uphill(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    return scaled(param, grad, square_avg, -lr, alpha, eps)


@wrong("Your step changes square_avg itself; return new arrays.")
def rmsprop_in_place(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):  # type: ignore[no-untyped-def]
    new, kept = CHECKS.rmsprop_step(param, grad, square_avg, lr, alpha, eps)
    square_avg[...] = kept
    return new, kept


# Adam

ADAM: list[Mistake] = []
wrong = collect(ADAM)
BETAS = (0.9, 0.999)


def adam(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    t: float,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    correct: tuple[Function, Function] = (lambda b, t: 1 - b**t, lambda b, t: 1 - b**t),
    below: Function = lambda v, eps: np.sqrt(v) + eps,
    square: Function = np.square,
) -> tuple[Array, Array, Array]:
    """Compute Adam with parts that can be exchanged; the defaults are right."""
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * square(grad)
    with np.errstate(all="ignore"):
        m_hat, v_hat = m / np.float64(correct[0](betas[0], t)), v / np.float64(correct[1](betas[1], t))
        return param - lr * m_hat / below(v_hat, eps), m, v


def as_it_is(beta: float, t: float) -> float:
    """Leave a mean uncorrected."""
    return 1.0


def right(beta: float, t: float) -> float:
    """Correct a mean for having started at zero."""
    return 1 - beta**t


@wrong("Your means are not corrected for having started at zero: divide m by 1 - beta1**t and v by 1 - beta2**t.")
def no_correction(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, correct=(as_it_is, as_it_is))


@wrong("You correct m, but not v: v starts at zero as well, and stays small a hundred times longer.")
def only_m_corrected(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, correct=(right, as_it_is))


@wrong("You correct v, but not m: m starts at zero as well.")
def only_v_corrected(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, correct=(as_it_is, right))


@wrong("Your correction uses t + 1: here steps are counted from 1, the first call has t = 1.")
def one_step_late(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t + 1, lr, betas, eps)


@wrong("Your correction uses t - 1: then the first step, t = 1, divides by zero.")
def one_step_early(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t - 1, lr, betas, eps)


@wrong("Your correction is the one of the first step for ever, 1 - beta; it is 1 - beta**t.")
def t_ignored(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, 1, lr, betas, eps)


@wrong("Your correction has beta * t where it should have beta to the power of t, beta**t.")
def product_in_place_of_power(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, correct=(lambda b, t: 1 - b * t,) * 2)


@wrong("You return the corrected means; give back m and v as they are, or they are corrected again at every step.")
def returns_the_corrected_means(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    new, m, v = CHECKS.adam_step(param, grad, m, v, t, lr, betas, eps)
    return new, m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)


@wrong("Your betas are exchanged: the first is for the gradient, the second for its square.")
def betas_exchanged(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas[::-1], eps)


@wrong("Your beta and 1 - beta are exchanged: beta is the share of the old mean that stays.")
def beta_is_the_share_of_the_new(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, (1 - betas[0], 1 - betas[1]), eps)


@wrong("Your eps stands inside the root; it is added to the root.")
def adam_eps_inside_the_root(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, below=lambda v, eps: np.sqrt(v + eps))


@wrong("Your eps is added to the root of v before its correction; first correct, then take the root, then add eps.")
def eps_before_the_correction(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps / (1 - betas[1] ** t) ** 0.5)


@wrong("Your eps is missing: a weight that has never had a gradient becomes 0/0.")
def adam_eps_missing(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, 0.0)


@wrong("Your step divides by v, not by its root.")
def adam_root_missing(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, below=lambda v, eps: v + eps)


@wrong("Your v is the mean of the gradient; it is the mean of its square.")
def v_without_the_square(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, lr, betas, eps, square=np.abs)


@wrong("Your step follows the gradient itself, not m: that is RMSprop with a correction.")
def no_first_mean(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    _, first, second = CHECKS.adam_step(param, grad, m, v, t, lr, betas, eps)
    return param - lr * grad / (np.sqrt(second / (1 - betas[1] ** t)) + eps), first, second


@wrong("Your step goes uphill: subtract it.")
def adam_uphill(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return adam(param, grad, m, v, t, -lr, betas, eps)


@wrong("Your numbers are right, but always float64; float32 weights stay float32.")
def adam_always_float64(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    return tuple(a.astype(np.float64) for a in CHECKS.adam_step(param, grad, m, v, t, lr, betas, eps))


@wrong("Your step changes m itself; return new arrays.")
def adam_in_place(param, grad, m, v, t, lr, betas=BETAS, eps=1e-8):  # type: ignore[no-untyped-def]
    new, first, second = CHECKS.adam_step(param, grad, m, v, t, lr, betas, eps)
    m[...] = first
    return new, first, second


# The loop: right but for one place

LOOP: list[Mistake] = []


def losses(x: Array, labels: Array, weight: Array, bias: Array) -> Array:
    """Return the cross-entropy of each image."""
    logits = x @ weight.T + bias
    top = logits.max(axis=1)
    return np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top - logits[np.arange(len(x)), labels]


def gradients(x: Array, labels: Array, weight: Array, bias: Array) -> tuple[Array, Array]:
    """Return the gradients of the mean loss with respect to weight and bias."""
    logits = x @ weight.T + bias
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(x)), labels] -= 1
    return shares.T @ x / len(x), shares.mean(axis=0)


class Loop:
    """The training loop in pieces; a mistake replaces one of them."""

    def cut(self, order: Array, size: int, n: int) -> list[tuple[Array, Array]]:
        """Return for each batch the places of its images and of its labels."""
        return [(order[i : i + size], order[i : i + size]) for i in range(0, n, size)]

    def order(self, orders: Array, epoch: int) -> Array:
        """Return the order of an epoch."""
        return np.asarray(orders[epoch])

    def grads(self, x: Array, y: Array, w: Array, b: Array) -> tuple[Array, Array]:
        """Return the gradients of a batch."""
        return gradients(x, y, w, b)

    def update(self, p: Array, velocity: Array, grad: Array, lr: float, momentum: float) -> tuple[Array, Array]:
        """Take one step."""
        velocity = momentum * velocity + grad
        return p - lr * velocity, velocity

    def seen(self, batches: list[Array]) -> float:
        """Return the epoch's training loss from the losses of its batches."""
        return float(np.mean(np.concatenate(batches)))

    def better(self, history: list[tuple[float, float]]) -> bool:
        """Say whether the last epoch is the best so far."""
        return history[-1][1] < min([h for _, h in history[:-1]], default=np.inf)

    def over(self, held: list[float], patience: int | None) -> bool:
        """Say whether to stop."""
        return patience is not None and len(held) - 1 - int(np.argmin(held)) >= patience

    def again(self, velocities: tuple[Array, Array]) -> tuple[Array, Array]:
        """Carry the velocities over to the next epoch."""
        return velocities

    def run(self, x, labels, x_held, labels_held, weight, bias, orders, batch_size, lr, momentum=0.0, patience=None):  # type: ignore[no-untyped-def]
        w, b = weight.copy(), bias.copy()
        v_w, v_b = np.zeros_like(w), np.zeros_like(b)
        best, history = (w, b), []
        for epoch in range(len(orders)):
            order, batches = self.order(orders, epoch), []
            v_w, v_b = self.again((v_w, v_b))
            for images, names in self.cut(order, batch_size, len(order)):
                batches.append(losses(x[images], labels[names], w, b))
                grad_w, grad_b = self.grads(x[images], labels[names], w, b)
                w, v_w = self.update(w, v_w, grad_w, lr, momentum)
                b, v_b = self.update(b, v_b, grad_b, lr, momentum)
            history.append((self.seen(batches), float(np.mean(losses(x_held, labels_held, w, b)))))
            if self.better(history):
                best = (w, b)
            if self.over([h for _, h in history], patience):
                break
        return best[0], best[1], np.array(history)


def spoilt(name: str, diagnosis: str, **pieces: Function) -> None:
    """File a loop in which some pieces are replaced."""
    made = type(name, (Loop,), {key: staticmethod(piece) for key, piece in pieces.items()})()
    LOOP.append(Mistake(name, diagnosis, made.run))


LOOP_RIGHT = Loop()
spoilt(
    "loop_goes_uphill",
    "Your steps go uphill: subtract lr times the velocity.",
    update=lambda p, v, g, lr, momentum: (p + lr * (momentum * v + g), momentum * v + g),
)
spoilt(
    "one_batch_of_all",
    "Your loop takes all images in every step; cut the order into batches of batch_size.",
    cut=lambda order, size, n: [(order, order)],
)
spoilt(
    "order_ignored",
    "Your batches are cut from the images as they lie; take them in the order of this epoch, orders[epoch].",
    order=lambda orders, epoch: np.arange(len(orders[epoch])),
)
spoilt(
    "labels_stay_behind",
    "Your images are taken in the new order and their labels in the old one: then each image has somebody else's label.",
    cut=lambda order, size, n: [(order[i : i + size], np.arange(n)[i : i + size]) for i in range(0, n, size)],
)
spoilt(
    "last_batch_dropped",
    "Your loop leaves out the last batch where it is smaller than the others; it counts.",
    cut=lambda order, size, n: [(order[i : i + size],) * 2 for i in range(0, n - size + 1, size)] or [(order, order)],
)
spoilt(
    "sums_in_place_of_means",
    "Your gradient is the sum over the batch; it is the mean, so that lr means the same for every batch size.",
    grads=lambda x, y, w, b: tuple(len(x) * g for g in gradients(x, y, w, b)),
)
spoilt(
    "bias_stays",
    "Your bias never moves: it has a gradient as well.",
    update=lambda p, v, g, lr, momentum: (p - lr * (momentum * v + g), momentum * v + g) if p.ndim == 2 else (p, v),
)
spoilt(
    "loop_without_momentum",
    "Your loop ignores momentum.",
    update=lambda p, v, g, lr, momentum: (p - lr * g, v),
)
spoilt(
    "gradients_add_up",
    "Your gradients add up from batch to batch: start each batch from zero.",
    update=lambda p, v, g, lr, momentum: (p - lr * (v + g), v + g),
)
spoilt(
    "velocity_starts_anew",
    "Your velocity is set to zero at each epoch; it goes on.",
    again=lambda velocities: tuple(np.zeros_like(v) for v in velocities),
)
spoilt(
    "first_order_for_ever",
    "Your loop uses the first epoch's order in all epochs.",
    order=lambda orders, epoch: orders[0],
)
spoilt(
    "mean_of_batch_means",
    "Your training loss is the mean of the batches' means; a smaller last batch then counts too much. Weight each by its images.",
    seen=lambda batches: float(np.mean([np.mean(batch) for batch in batches])),
)
spoilt(
    "last_batch_alone",
    "Your training loss is that of the epoch's last batch; it is the mean over all images of the epoch.",
    seen=lambda batches: float(np.mean(batches[-1])),
)
spoilt(
    "keeps_the_last",
    "You return the last weights; asked for are those of the epoch with the least held-out loss.",
    better=lambda history: True,
)
spoilt(
    "best_on_training_images",
    "You keep the weights with the least training loss; it is the held-out loss that chooses.",
    better=lambda history: history[-1][0] < min([t for t, _ in history[:-1]], default=np.inf),
)
spoilt(
    "better_than_the_last_epoch",
    "You keep the weights whenever an epoch is better than the one before; it has to be better than all before.",
    better=lambda history: len(history) == 1 or history[-1][1] < history[-2][1],
)
spoilt(
    "patience_ignored",
    "Your loop runs to its end, whatever patience says.",
    over=lambda held, patience: False,
)
spoilt(
    "patience_one_too_long",
    "Your loop stops one epoch too late: with patience=3 the third epoch in a row without a new best is the last.",
    over=lambda held, patience: patience is not None and len(held) - 1 - int(np.argmin(held)) > patience,
)
spoilt(
    "patience_of_one",
    "Your loop stops at the first epoch without a new best; patience says how many in a row.",
    over=lambda held, patience: patience is not None and len(held) - 1 > int(np.argmin(held)),
)
wrong = collect(LOOP)


def run(*args: Any, **kwargs: Any) -> Any:
    """Run the loop as it should be."""
    return LOOP_RIGHT.run(*args, **kwargs)


@wrong("Your loop trains on the held-out images as well; they may only choose.")
def trains_on_the_held_out(x, labels, x_held, labels_held, weight, bias, orders, *rest, **more):  # type: ignore[no-untyped-def]
    extra = np.arange(len(x), len(x) + len(x_held))
    longer = np.concatenate([orders, np.tile(extra, (len(orders), 1))], axis=1)
    both = np.concatenate([x, x_held]), np.concatenate([labels, labels_held])
    return run(*both, x_held, labels_held, weight, bias, longer, *rest, **more)


@wrong("Your loop measures the held-out loss before the epoch's steps; measure it after them.")
def held_out_too_early(x, labels, x_held, labels_held, weight, bias, orders, *rest, **more):  # type: ignore[no-untyped-def]
    w, b, history = run(x, labels, x_held, labels_held, weight, bias, orders, *rest, **more)
    first = float(np.mean(losses(x_held, labels_held, weight, bias)))
    return w, b, np.column_stack([history[:, 0], [first, *history[:-1, 1]]])


@wrong("Your result is right, but the weights that came in are changed; work on copies.")
def loop_in_place(x, labels, x_held, labels_held, weight, bias, orders, *rest, **more):  # type: ignore[no-untyped-def]
    w, b, history = run(x, labels, x_held, labels_held, weight, bias, orders, *rest, **more)
    weight[...], bias[...] = w, b
    return w, b, history


MISTAKES = {
    "sgd_step": SGD,
    "rmsprop_step": RMSPROP,
    "adam_step": ADAM,
    "train_loop": LOOP,
    "clinic": CHECKS.CLINIC_MISTAKES,
}
