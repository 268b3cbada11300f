"""Cases for capsules; tests/functional/conftest.py says what the tables are."""

import numpy as np

from course import functional as F

U, WEIGHT, U_HAT, V = (2, 5, 4), (3, 5, 2, 4), (2, 3, 5, 2), (2, 3, 2)
LABELS = np.array([1, 0, 2])

OPERATIONS = {
    "squash_forward": ({"s": (3, 4, 2)}, F.squash_forward),
    "squash_forward first": ({"s": (3, 4, 2)}, lambda s: F.squash_forward(s, 0)),
    "squash_backward": ({"grad_out": (3, 4, 2), "s": (3, 4, 2)}, lambda **a: F.squash_backward(**a, axis=1)),
    "capsule_lengths_forward": ({"v": (3, 4, 2)}, F.capsule_lengths_forward),
    "capsule_lengths_backward": ({"grad_out": (3, 4), "v": (3, 4, 2)}, F.capsule_lengths_backward),
    "capsule_predictions_forward_plain": ({"u": U, "weight": WEIGHT}, F.capsule_predictions_forward_plain),
    "capsule_predictions_forward": ({"u": U, "weight": WEIGHT}, F.capsule_predictions_forward),
    "capsule_predictions_backward": (
        {"grad_out": U_HAT, "u": U, "weight": WEIGHT},
        F.capsule_predictions_backward,
    ),
    "routing_forward_plain": ({"u_hat": U_HAT}, F.routing_forward_plain),
    "routing_forward": ({"u_hat": U_HAT}, F.routing_forward),
    "routing_backward": ({"grad_out": V, "u_hat": U_HAT}, F.routing_backward),
    "margin_loss_backward": ({"lengths": (3, 4)}, lambda lengths: F.margin_loss_backward(lengths, LABELS)),
}


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(size=shape)


def routing(iterations: int) -> tuple:
    return (
        {"u_hat": normal(*U_HAT)},
        lambda u_hat: F.routing_forward(u_hat, iterations),
        lambda grad_out, u_hat: F.routing_backward(grad_out, u_hat, iterations),
    )


# on neither margin, where the slope jumps; some beyond them
LENGTHS = np.array([[0.95, 0.05, 0.5, 0.2], [0.3, 0.85, 0.15, 0.0], [0.99, 0.4, 0.02, 0.6]])

GRADIENTS = {
    "squash_backward": (
        {"s": normal(3, 4, 2)},
        lambda s: F.squash_forward(s, 1),
        lambda grad_out, s: F.squash_backward(grad_out, s, 1),
    ),
    "capsule_lengths_backward": ({"v": normal(3, 4)}, F.capsule_lengths_forward, F.capsule_lengths_backward),
    "capsule_predictions_backward": (
        {"u": normal(*U), "weight": normal(*WEIGHT)},
        F.capsule_predictions_forward,
        F.capsule_predictions_backward,
    ),
    "routing_backward one round": routing(1),
    "routing_backward two rounds": routing(2),
    "routing_backward five rounds": routing(5),
    "margin_loss_backward": (
        {"lengths": LENGTHS},
        lambda lengths: np.array(F.margin_loss_forward(lengths, LABELS)),
        lambda grad_out, lengths: grad_out * F.margin_loss_backward(lengths, LABELS),
    ),
    "margin_loss_backward margins": (
        {"lengths": LENGTHS},
        lambda lengths: np.array(F.margin_loss_forward(lengths, LABELS, 0.7, 0.22, 2.0)),
        lambda grad_out, lengths: grad_out * F.margin_loss_backward(lengths, LABELS, 0.7, 0.22, 2.0),
    ),
}

SENTENCES = {
    "squash axis": (
        lambda: F.squash_forward(np.ones((2, 3)), 2),
        "squash: axis is 2, but s has shape (2, 3), which has no such axis.",
    ),
    "squash grad_out": (
        lambda: F.squash_backward(np.ones(3), np.ones((2, 3))),
        "squash_backward: grad_out has shape (3,), but s has shape (2, 3).",
    ),
    "lengths of a number": (
        lambda: F.capsule_lengths_forward(np.array(1.0)),
        "capsule_lengths: axis is -1, but v has shape (), which has no such axis.",
    ),
    "lengths grad_out": (
        lambda: F.capsule_lengths_backward(np.ones((2, 3)), np.ones((2, 3))),
        "capsule_lengths_backward: grad_out has shape (2, 3), but the output has shape (2,).",
    ),
    "predictions sizes": (
        lambda: F.capsule_predictions_forward(np.ones(U), np.ones((3, 5, 4, 2))),
        "capsule_predictions: u has 5 capsules of 4 numbers but weight is made for 5 of 2; u is (N, I, d) = (2, 5, 4), "
        "weight is (J, I, D, d) = (3, 5, 4, 2).",
    ),
    "predictions rank": (
        lambda: F.capsule_predictions_forward_plain(np.ones((5, 4)), np.ones(WEIGHT)),
        "capsule_predictions: u has shape (5, 4), 2 axes; it needs 3, (N, I, d); add the batch axis with x[None].",
    ),
    "predictions grad_out": (
        lambda: F.capsule_predictions_backward(np.ones((2, 5, 3, 2)), np.ones(U), np.ones(WEIGHT)),
        "capsule_predictions_backward: grad_out has shape (2, 5, 3, 2), but the output has shape (2, 3, 5, 2).",
    ),
    "routing rank": (
        lambda: F.routing_forward(np.ones((3, 5, 2))),
        "routing: u_hat has shape (3, 5, 2), 3 axes; it needs 4, (N, J, I, D); add the batch axis with x[None].",
    ),
    "routing iterations": (
        lambda: F.routing_forward_plain(np.ones(U_HAT), 0),
        "routing: iterations is 0; it must be a whole number of at least 1.",
    ),
    "routing nobody": (
        lambda: F.routing_forward(np.ones((2, 3, 0, 2))),
        "routing: u_hat has shape (2, 3, 0, 2), (N, J, I, D); there must be capsules on both sides.",
    ),
    "routing grad_out": (
        lambda: F.routing_backward(np.ones((2, 5, 2)), np.ones(U_HAT)),
        "routing_backward: grad_out has shape (2, 5, 2), but the output has shape (2, 3, 2).",
    ),
    "margin labels": (
        lambda: F.margin_loss_forward(LENGTHS, [0, 1, 4]),
        "margin_loss: labels run from 0 to 4, but with 4 lengths a row they must lie in 0 .. 3.",
    ),
    "margin weight": (
        lambda: F.margin_loss_backward(LENGTHS, LABELS, down_weight=-1),
        "margin_loss_backward: down_weight is -1; it must be a finite number of at least 0.",
    ),
    "margin margin": (
        lambda: F.margin_loss_forward(LENGTHS, LABELS, m_plus=np.inf),
        "margin_loss: m_plus is inf; it must be a finite number.",
    ),
    "margin nobody": (
        lambda: F.margin_loss_forward(np.ones((0, 3)), np.ones(0, int)),
        "margin_loss: the batch is empty, so there is nothing to average.",
    ),
}

EMPTY = {
    "squash_forward": (lambda: F.squash_forward(np.zeros((0, 3))), [(0, 3)]),
    "squash_backward": (lambda: F.squash_backward(np.zeros((0, 3)), np.zeros((0, 3))), [(0, 3)]),
    "capsule_lengths_forward": (lambda: F.capsule_lengths_forward(np.zeros((0, 3))), [(0,)]),
    "capsule_lengths_backward": (lambda: F.capsule_lengths_backward(np.zeros(0), np.zeros((0, 3))), [(0, 3)]),
    "capsule_predictions_forward": (
        lambda: F.capsule_predictions_forward(np.zeros((0, 5, 4)), np.ones(WEIGHT)),
        [(0, 3, 5, 2)],
    ),
    "capsule_predictions_backward": (
        lambda: F.capsule_predictions_backward(np.zeros((0, 3, 5, 2)), np.zeros((0, 5, 4)), np.ones(WEIGHT)),
        [(0, 5, 4), WEIGHT],
    ),
    "routing_forward": (lambda: F.routing_forward(np.zeros((0, 3, 5, 2))), [(0, 3, 2)]),
    "routing_backward": (lambda: F.routing_backward(np.zeros((0, 3, 2)), np.zeros((0, 3, 5, 2))), [(0, 3, 5, 2)]),
}
