"""What capsules predict for those above them: a matrix for every pair."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank, same_shape
from course.kernels import threads

PIECE = 32  # capsules below that a thread takes at a time


def capsule_predictions_forward_plain(u: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """`capsule_predictions_forward`, one pair of capsules of one image at a time."""
    u, weight = floats("capsule_predictions", u=u, weight=weight)
    _check_predictions("capsule_predictions", u, weight)
    (N, I, _), (J, _, D, _) = u.shape, weight.shape
    u_hat = np.empty((N, J, I, D), u.dtype)
    for n, j, i in np.ndindex(N, J, I):
        u_hat[n, j, i] = weight[j, i] @ u[n, i]
    return u_hat


def capsule_predictions_forward(u: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What each capsule below predicts for each capsule above: ``u_hat[n, j, i] = weight[j, i] @ u[n, i]``.

    Parameters
    ----------
    u : (N, I, d) the I capsules below
    weight : (J, I, D, d) a matrix for each pair of a capsule above and one below

    Returns
    -------
    u_hat (N, J, I, D)

    Raises
    ------
    ValueError : wrong rank or dtype, or sizes that do not agree

    References
    ----------
    S. Sabour, N. Frosst, G. Hinton, *Dynamic routing between capsules*, NIPS (2017), equation 2.

    Examples
    --------
    >>> turn, double = [[0.0, -1.0], [1.0, 0.0]], [[2.0, 0.0], [0.0, 2.0]]
    >>> capsule_predictions_forward(np.array([[[3.0, 4.0]]]), np.array([[turn], [double]])).reshape(2, 2)
    array([[-4.,  3.],
           [ 6.,  8.]])
    """
    u, weight = floats("capsule_predictions", u=u, weight=weight)
    _check_predictions("capsule_predictions", u, weight)
    (N, I, d), (J, _, D, _) = u.shape, weight.shape
    u_hat = np.empty((N, J, I, D), u.dtype)

    def piece(i: slice) -> None:
        n = i.stop - i.start
        matrices = weight[:, i].transpose(1, 3, 0, 2).reshape(n, d, J * D)
        products = u[:, i].transpose(1, 0, 2) @ matrices  # (n, N, d) @ (n, d, J*D) -> (n, N, J*D)
        u_hat[:, :, i] = products.reshape(n, N, J, D).transpose(1, 2, 0, 3)

    threads.run(piece, threads.slices(I, PIECE))
    return u_hat


def capsule_predictions_backward(
    grad_out: np.ndarray, u: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients with respect to u and weight.

    ``grad_u[n, i]`` is the sum over j of ``weight[j, i].T @ grad_out[n, j, i]``, and ``grad_weight[j, i]`` the sum over n of the
    products of each number of ``grad_out[n, j, i]`` with each of ``u[n, i]``.

    Parameters
    ----------
    grad_out : (N, J, I, D), the gradient of the loss with respect to u_hat
    u, weight : as they went in

    Returns
    -------
    grad_u (N, I, d), grad_weight (J, I, D, d)

    Raises
    ------
    ValueError : as `capsule_predictions_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> u, weight = np.array([[[3.0, 4.0]]]), np.array([[[[0.0, -1.0], [1.0, 0.0]]]])
    >>> grad_u, grad_weight = capsule_predictions_backward(np.array([[[[1.0, 0.0]]]]), u, weight)
    >>> grad_u[0, 0], grad_weight[0, 0]
    (array([ 0., -1.]), array([[3., 4.], [0., 0.]]))
    """
    grad_out, u, weight = floats("capsule_predictions_backward", grad_out=grad_out, u=u, weight=weight)
    _check_predictions("capsule_predictions_backward", u, weight)
    (N, I, d), (J, _, D, _) = u.shape, weight.shape
    same_shape("capsule_predictions_backward", "grad_out", grad_out, (N, J, I, D), "the output")
    grad_u, grad_weight = np.empty_like(u), np.empty_like(weight)

    def piece(i: slice) -> None:
        n = i.stop - i.start
        gradients = grad_out[:, :, i].transpose(2, 0, 1, 3).reshape(n, N, J * D)
        matrices = weight[:, i].transpose(1, 0, 2, 3).reshape(n, J * D, d)
        grad_u[:, i] = (gradients @ matrices).transpose(1, 0, 2)  # (n, N, d) -> (N, n, d)
        products = gradients.transpose(0, 2, 1) @ u[:, i].transpose(1, 0, 2)  # (n, J*D, N) @ (n, N, d)
        grad_weight[:, i] = products.reshape(n, J, D, d).transpose(1, 0, 2, 3)

    threads.run(piece, threads.slices(I, PIECE))
    return grad_u, grad_weight


def _check_predictions(operation: str, u: np.ndarray, weight: np.ndarray) -> None:
    rank(operation, "u", u, "N, I, d")
    rank(operation, "weight", weight, "J, I, D, d")
    if u.shape[1:] != weight.shape[1::2]:
        raise ValueError(
            f"{operation}: u has {u.shape[1]} capsules of {u.shape[2]} numbers but weight is made for {weight.shape[1]} of "
            f"{weight.shape[3]}; u is (N, I, d) = {u.shape}, weight is (J, I, D, d) = {weight.shape}."
        )
