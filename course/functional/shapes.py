"""How large the output of a sliding window is."""

from __future__ import annotations


def output_size(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many positions a window of size `k` takes along an axis of size `n`: floor((n + 2p - d(k - 1) - 1) / s) + 1.

    Positions that would need a number beyond the padded end are dropped, as PyTorch drops them.

    Parameters
    ----------
    n, k : size of the input and of the kernel along one axis, in pixels
    stride, padding, dilation : in pixels; padding is added on both sides

    Returns
    -------
    int : the size of the output; 0 or less where the window does not fit

    References
    ----------
    V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (2016), relationship 15.

    Examples
    --------
    >>> output_size(32, 5), output_size(32, 5, padding=2), output_size(7, 3, stride=2)
    (28, 32, 3)
    """
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


def window_positions(
    operation: str,
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int] = (1, 1),
) -> tuple[int, int]:
    """(H_out, W_out), each at least 1.

    Raises
    ------
    ValueError : the window does not fit into the padded input
    """
    H_out, W_out = (output_size(*axis) for axis in zip(size, kernel, stride, padding, dilation, strict=True))
    if H_out < 1 or W_out < 1:
        # name the axis that fails, with the formula filled in
        a, letter = (0, "H") if H_out < 1 else (1, "W")
        reach = dilation[a] * (kernel[a] - 1) + 1
        spread = f" (dilation {dilation[a]} spreads it over {reach})" if dilation[a] > 1 else ""
        needed = -(-(reach - size[a]) // 2)
        raise ValueError(
            f"{operation}: kernel {kernel[0]}x{kernel[1]}{spread} does not fit into input {size[0]}x{size[1]} with padding "
            f"{padding[a]} (needs {letter} + 2*padding >= k{letter}, but {size[a]} + 2*{padding[a]} < {reach}); "
            f"use padding={needed} or a smaller kernel."
        )
    return H_out, W_out
