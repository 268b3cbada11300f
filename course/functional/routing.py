"""Dynamic routing: capsules below find out together which capsule above each of them belongs to."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank, same_shape, whole
from course.functional.capsule import squash_backward, squash_forward
from course.functional.softmax import softmax
from course.kernels import threads

WORKING_SET = 1 << 20  # bytes of predictions that a thread takes at a time


def routing_forward_plain(u_hat: np.ndarray, iterations: int = 3) -> np.ndarray:
    """`routing_forward`, line by line as the paper's procedure 1."""
    (u_hat,) = floats("routing", u_hat=u_hat)
    _check_routing("routing", u_hat, iterations)
    N, J, I, D = u_hat.shape
    v = np.zeros((N, J, D), u_hat.dtype)
    for n in range(N):
        b = np.zeros((J, I), u_hat.dtype)
        for _ in range(iterations):
            c = softmax(b, dim=0)  # what each capsule below shares out among those above
            for j in range(J):
                s = sum(c[j, i] * u_hat[n, j, i] for i in range(I))
                v[n, j] = squash_forward(s)
            for j, i in np.ndindex(J, I):
                b[j, i] += u_hat[n, j, i] @ v[n, j]
    return v


def routing_forward(u_hat: np.ndarray, iterations: int = 3) -> np.ndarray:
    """Share out each capsule below among the capsules above, by how well its predictions agree with what comes out there.

    At first all get the same: b = 0. Then, `iterations` times: c = softmax of b over the capsules above, ``s[j] = sum over i of
    c[j, i] * u_hat[j, i]``, ``v[j] = squash(s[j])``, and ``b[j, i] += u_hat[j, i] . v[j]``.

    Parameters
    ----------
    u_hat : (N, J, I, D), what capsule i below predicts for capsule j above
    iterations : at least 1

    Returns
    -------
    v (N, J, D), the capsules above

    Raises
    ------
    ValueError : wrong rank or dtype, no capsules, or iterations below 1

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS (2017), procedure 1.

    Examples
    --------
    >>> u_hat = np.array([[[[1.0], [1.0]], [[1.0], [-1.0]]]])  # two below agree on the first capsule above, not on the second
    >>> routing_forward(u_hat, 1).ravel(), routing_forward(u_hat, 3).ravel().round(3)  # at first s = (1 + 1) / 2 and (1 - 1) / 2
    (array([0.5, 0. ]), array([0.693, 0.   ]))
    """
    (u_hat,) = floats("routing", u_hat=u_hat)
    _check_routing("routing", u_hat, iterations)
    N, J, _, D = u_hat.shape
    v = np.empty((N, J, D), u_hat.dtype)

    def piece(n: slice) -> None:
        v[n] = _rounds(u_hat[n], iterations)[-1][2]

    threads.run(piece, _pieces(u_hat))
    return v


def routing_backward(grad_out: np.ndarray, u_hat: np.ndarray, iterations: int = 3) -> np.ndarray:
    """The gradient with respect to u_hat, through the whole loop: the coefficients c depend on u_hat, too, and are not held fixed.

    Backwards through each round: squash, then ``s = sum of c * u_hat`` to both of its factors, then softmax; what arrives at b goes
    on to the round before, whose v is in it.

    Parameters
    ----------
    grad_out : (N, J, D), the gradient of the loss with respect to v
    u_hat, iterations : as they went in

    Returns
    -------
    grad_u_hat (N, J, I, D)

    Raises
    ------
    ValueError : as `routing_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> u_hat = np.array([[[[1.0], [1.0]], [[1.0], [-1.0]]]])
    >>> routing_backward(np.array([[[1.0], [0.0]]]), u_hat, 1).ravel()  # half of the squash's slope at 1, which is 2*1 / (1 + 1)**2
    array([0.25, 0.25, 0.  , 0.  ])
    """
    grad_out, u_hat = floats("routing_backward", grad_out=grad_out, u_hat=u_hat)
    _check_routing("routing_backward", u_hat, iterations)
    N, J, _, D = u_hat.shape
    same_shape("routing_backward", "grad_out", grad_out, (N, J, D), "the output")
    grad_u_hat = np.empty_like(u_hat)

    def piece(n: slice) -> None:
        grad_u_hat[n] = _back_through(_rounds(u_hat[n], iterations), grad_out[n], u_hat[n])

    threads.run(piece, _pieces(u_hat))
    return grad_u_hat


Round = tuple[np.ndarray, np.ndarray, np.ndarray]


def _rounds(u_hat: np.ndarray, iterations: int) -> list[Round]:
    """c (N, J, I), s (N, J, D) and v (N, J, D) of every round."""
    found: list[Round] = []
    b = np.zeros(u_hat.shape[:3], u_hat.dtype)
    for _ in range(iterations):
        if found:
            b = b + (u_hat @ found[-1][2][..., None])[..., 0]  # (N, J, I, D) @ (N, J, D, 1)
        c = softmax(b, dim=1)
        s = (c[:, :, None] @ u_hat)[:, :, 0]  # (N, J, 1, I) @ (N, J, I, D)
        found.append((c, s, squash_forward(s)))
    return found


def _back_through(rounds: list[Round], grad_v: np.ndarray, u_hat: np.ndarray) -> np.ndarray:
    """The gradient of u_hat, given that of the last round's v."""
    grad_u_hat = np.zeros_like(u_hat)
    grad_b = np.zeros(u_hat.shape[:3], u_hat.dtype)  # of the b that a round leaves to the next; nobody reads the last
    for c, s, v in reversed(rounds):
        grad_u_hat += grad_b[..., None] * v[:, :, None]  # b += u_hat . v
        grad_v = grad_v + (grad_b[:, :, None] @ u_hat)[:, :, 0]
        grad_s = squash_backward(grad_v, s)
        grad_u_hat += c[..., None] * grad_s[:, :, None]  # s = sum of c * u_hat
        grad_c = (u_hat @ grad_s[..., None])[..., 0]
        grad_b = grad_b + c * (grad_c - (c * grad_c).sum(axis=1, keepdims=True))
        grad_v = np.zeros_like(v)  # what the rounds before hear, they hear through b
    return grad_u_hat


def _pieces(u_hat: np.ndarray) -> list[slice]:
    return threads.pieces(len(u_hat), u_hat[:1].nbytes, WORKING_SET)


def _check_routing(operation: str, u_hat: np.ndarray, iterations: int) -> None:
    rank(operation, "u_hat", u_hat, "N, J, I, D")
    whole(f"{operation}: iterations", iterations, least=1)
    if 0 in u_hat.shape[1:]:
        raise ValueError(
            f"{operation}: u_hat has shape {u_hat.shape}, (N, J, I, D); there must be capsules on both sides."
        )
