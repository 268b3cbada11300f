"""How large the output of a sliding window is."""

from __future__ import annotations

from course.functional._arguments import whole


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

    Raises
    ------
    ValueError : a number that is not whole, a negative `n` or `padding`, or a `k`, `stride` or `dilation` below 1

    References
    ----------
    V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (2016), relationship 15.

    Examples
    --------
    >>> output_size(32, 5), output_size(32, 5, padding=2), output_size(7, 3, stride=2)
    (28, 32, 3)
    """
    n, padding = whole("output_size: n", n, 0), whole("output_size: padding", padding, 0)
    k, stride = whole("output_size: k", k, 1), whole("output_size: stride", stride, 1)
    return _positions(n, k, stride, 2 * padding, whole("output_size: dilation", dilation, 1))


def window_positions(
    operation: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...] | None = None,
) -> tuple[int, ...]:
    """The size of the output, at least 1 along every axis: (H_out, W_out), or (L_out,) for a signal.

    Parameters
    ----------
    operation : the name that the error begins with
    size, kernel, stride, dilation : a number for each axis; no `dilation` is 1 everywhere
    padding : a number for each axis, or two: (top, bottom, left, right)

    Raises
    ------
    ValueError : the window does not fit into the padded input
    """
    dilation = dilation or (1,) * len(size)
    ends = padding if len(padding) == 2 * len(size) else tuple(p for p in padding for _ in range(2))
    borders = list(zip(ends[::2], ends[1::2], strict=True))
    out = tuple(
        _positions(n, k, s, sum(b), d) for n, k, s, b, d in zip(size, kernel, stride, borders, dilation, strict=True)
    )
    for a, positions in enumerate(out):
        if positions < 1:
            raise ValueError(_does_not_fit(operation, size, kernel, borders, dilation, a))
    return out


def _positions(n: int, k: int, stride: int, padding: int, dilation: int) -> int:
    """`output_size` with the padding of both sides together."""
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


def _does_not_fit(
    operation: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    borders: list[tuple[int, int]],
    dilation: tuple[int, ...],
    axis: int,
) -> str:
    """The sentence for an axis along which the kernel is larger than the padded input, with the formula filled in."""
    letter = "L" if len(size) == 1 else "HW"[axis]
    n, (before, after), d = size[axis], borders[axis], dilation[axis]
    reach = d * (kernel[axis] - 1) + 1
    spread = f" (dilation {d} spreads it over {reach})" if d > 1 else ""
    head = f"{operation}: kernel {_times(kernel)}{spread} does not fit into input {_times(size)} with padding"
    if before == after:
        return (
            f"{head} {before} (needs {letter} + 2*padding >= k{letter}, but {n} + 2*{before} < {reach}); "
            f"use padding={-(-(reach - n) // 2)} or a smaller kernel."
        )
    return (
        f"{head} {before} and {after} (needs {letter} + both >= k{letter}, but {n} + {before} + {after} < {reach}); "
        f"use more padding or a smaller kernel."
    )


def _times(sizes: tuple[int, ...]) -> str:
    """(3, 5) as 3x5."""
    return "x".join(map(str, sizes))
