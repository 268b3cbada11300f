"""Local response normalisation: a channel is held down where its neighbours are strong; AlexNet's, before batch norm came."""

from __future__ import annotations

import numpy as np

from course.functional._arguments import floats, rank, same_shape, whole
from course.functional._numbers import number
from course.kernels import threads

PIECE = 4  # images a thread takes at a time


def local_response_norm_forward_plain(
    x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, divide_alpha: bool = True
) -> np.ndarray:
    """`local_response_norm_forward`, one channel at a time."""
    (x,), alpha, beta, k = _arguments("local_response_norm", size, alpha, beta, k, divide_alpha, x=x)
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        window = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]  # cut at both ends
        out[:, c] = x[:, c] / (k + alpha * (window**2).sum(axis=1)) ** beta
    return out


def local_response_norm_forward(
    x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, divide_alpha: bool = True
) -> np.ndarray:
    """x / (k + alpha/size * sum of x**2 over `size` neighbouring channels) ** beta, pixel by pixel.

    The window of channel c runs from c - size//2 to c + (size - 1)//2, itself included, and is cut at the first and the last
    channel; for an even size it reaches one further down than up, as in PyTorch.

    The paper's formula has alpha where PyTorch has alpha/size. AlexNet's k = 2, n = 5, alpha = 1e-4, beta = 0.75 (section 3.3) are
    so either ``size=5, alpha=1e-4, k=2, divide_alpha=False`` or ``size=5, alpha=5e-4, k=2``.

    Parameters
    ----------
    x : (N, C, H, W)
    size : channels in a window, at least 1
    alpha, beta, k : as in the formula
    divide_alpha : True for PyTorch's reading, alpha/size; False for the paper's, alpha

    Returns
    -------
    (N, C, H, W)

    Raises
    ------
    ValueError : wrong rank or dtype, or a size below 1

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS (2012), section
    3.3.

    Examples
    --------
    >>> x = np.array([3.0, 4.0, 0.0]).reshape(1, 3, 1, 1)
    >>> local_response_norm_forward(x, 2, alpha=1.0, beta=1.0).ravel().round(4)  # 3 / (1 + 9/2), 4 / (1 + 25/2), 0 / (1 + 16/2)
    array([0.5455, 0.2963, 0.    ])
    >>> local_response_norm_forward(x, 2, alpha=1.0, beta=1.0, divide_alpha=False).ravel().round(4)  # 3 / (1 + 9), 4 / (1 + 25)
    array([0.3   , 0.1538, 0.    ])
    """
    (x,), alpha, beta, k = _arguments("local_response_norm", size, alpha, beta, k, divide_alpha, x=x)
    out = np.empty_like(x)

    def piece(images: slice) -> None:
        base = k + alpha * _window_sum(x[images] ** 2, size // 2, (size - 1) // 2)
        np.multiply(x[images], base**-beta, out=out[images])

    threads.run(piece, threads.slices(len(x), PIECE))
    return out


def local_response_norm_backward_plain(
    grad_out: np.ndarray,
    x: np.ndarray,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    divide_alpha: bool = True,
) -> np.ndarray:
    """`local_response_norm_backward`, one channel of the output at a time: to itself, then to all of its window."""
    (grad_out, x), alpha, beta, k = _arguments(
        "local_response_norm_backward", size, alpha, beta, k, divide_alpha, grad_out=grad_out, x=x
    )
    grad_x = np.zeros_like(x)
    for c in range(x.shape[1]):
        window = slice(max(0, c - size // 2), c + (size - 1) // 2 + 1)
        base = k + alpha * (x[:, window] ** 2).sum(axis=1)  # (N, H, W)
        grad_x[:, c] += grad_out[:, c] / base**beta
        grad_base = -beta * grad_out[:, c] * x[:, c] / base ** (beta + 1)
        grad_x[:, window] += 2 * alpha * x[:, window] * grad_base[:, None]
    return grad_x


def local_response_norm_backward(
    grad_out: np.ndarray,
    x: np.ndarray,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    divide_alpha: bool = True,
) -> np.ndarray:
    """The gradient with respect to x: what a channel gets for itself, less what it costs every channel that has it as a neighbour.

    With base = k + alpha/size * sum of squares, ``grad_x[j] = grad_out[j] * base[j]**-beta - 2*alpha/size*beta * x[j] * sum over c
    of grad_out[c] * x[c] * base[c]**(-beta - 1)``, where c goes over the channels in whose window j lies: the window, mirrored.

    Parameters
    ----------
    grad_out : (N, C, H, W), the gradient of the loss with respect to the output
    x, size, alpha, beta, k, divide_alpha : as they went in

    Returns
    -------
    grad_x (N, C, H, W)

    Raises
    ------
    ValueError : as `local_response_norm_forward`, or a `grad_out` of another shape than its output

    Examples
    --------
    >>> x, grad_out = np.array([1.0, 1.0]).reshape(1, 2, 1, 1), np.array([1.0, 0.0]).reshape(1, 2, 1, 1)
    >>> local_response_norm_backward(grad_out, x, 3, alpha=3.0, beta=1.0).ravel().round(4)  # 1/3 - 2/9, -2/9
    array([ 0.1111, -0.2222])
    """
    (grad_out, x), alpha, beta, k = _arguments(
        "local_response_norm_backward", size, alpha, beta, k, divide_alpha, grad_out=grad_out, x=x
    )
    grad_x = np.empty_like(x)
    down, up = size // 2, (size - 1) // 2

    def piece(images: slice) -> None:
        g, a = grad_out[images], x[images]
        base = k + alpha * _window_sum(a**2, down, up)
        shared = g * base**-beta  # each channel's own gradient, then what its window pays
        np.subtract(shared, 2 * alpha * beta * a * _window_sum(shared * a / base, up, down), out=grad_x[images])

    threads.run(piece, threads.slices(len(x), PIECE))
    return grad_x


def _window_sum(a: np.ndarray, down: int, up: int) -> np.ndarray:
    """For each channel of (N, C, H, W) the sum of itself, `down` channels before it and `up` after it."""
    total = a.copy()
    for d in range(1, min(down, a.shape[1] - 1) + 1):
        total[:, d:] += a[:, :-d]
    for d in range(1, min(up, a.shape[1] - 1) + 1):
        total[:, :-d] += a[:, d:]
    return total


def _arguments(
    operation: str, size: int, alpha: float, beta: float, k: float, divide_alpha: bool, **arrays: np.ndarray
) -> tuple[list[np.ndarray], float, float, float]:
    """The arrays as floats, and the three numbers as the formula with alpha alone takes them."""
    found = floats(operation, **arrays)
    x = found[-1]
    rank(operation, "x", x, "N, C, H, W")
    same_shape(operation, "grad_out", found[0], x.shape, "the output")
    size = whole(f"{operation}: size", size, least=1)
    alpha, beta, k = (number(f"{operation}: {name}", v) for name, v in {"alpha": alpha, "beta": beta, "k": k}.items())
    return found, alpha / size if divide_alpha else alpha, beta, k
