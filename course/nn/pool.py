"""Pooling as layers."""

from __future__ import annotations

import numpy as np

from course import functional as F
from course.functional._arguments import Pair
from course.functional._pool_window import windows
from course.functional.adaptive_pool import OutputSize, check_output_size
from course.functional.max_pool import scatter_to_winners
from course.nn.module import Module


class MaxPool2d(Module):
    """The largest number of each window; see `course.functional.max_pool2d_forward`.

    Parameters
    ----------
    kernel_size, stride, padding, dilation : int or pair (h, w), in pixels; no stride means `kernel_size`
    ceil_mode : whether a last window may reach beyond the end; by its name, for in PyTorch `return_indices` stands before it

    Attributes
    ----------
    indices : after a forward pass, where each winner stood, (N, C, H_out, W_out); what `MaxUnpool2d` asks for

    Raises
    ------
    ValueError : a window that could not be, such as one of size 0 or with padding of more than half of it
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        dilation: Pair = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        self._window = windows("MaxPool2d", kernel_size, stride, padding, dilation)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x, self._indices = x, None
        # of 2x2 windows side by side the winners are found again faster than they are read
        if np.ndim(x) == 4 and self._window.tile(x, self.ceil_mode):
            return F.max_pool2d_forward(x, *self._how())
        out, self._indices = F.max_pool2d_with_indices(x, *self._how())
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        if self._indices is None:
            return F.max_pool2d_backward(grad_out, self._x, *self._how())
        return scatter_to_winners("MaxPool2d", grad_out, self._indices, np.shape(self._x))

    @property
    def indices(self) -> np.ndarray:
        if self._indices is None:
            self._indices = F.max_pool2d_with_indices(self._x, *self._how())[1]
        return self._indices

    def _how(self) -> tuple[Pair, Pair, Pair, Pair, bool]:
        return self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode

    def extra_repr(self) -> str:
        text = f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
        return text + f", dilation={self.dilation}" * (self.dilation != 1) + ", ceil_mode=True" * bool(self.ceil_mode)


class AvgPool2d(Module):
    """The mean of each window; see `course.functional.avg_pool2d_forward`.

    Parameters
    ----------
    kernel_size, stride, padding : int or pair (h, w), in pixels; no stride means `kernel_size`
    ceil_mode : whether a last window may reach beyond the end
    count_include_pad : whether the border counts, as zeros

    Raises
    ------
    ValueError : a window that could not be, such as one of size 0 or with padding of more than half of it
    """

    def __init__(
        self,
        kernel_size: Pair,
        stride: Pair | None = None,
        padding: Pair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        windows("AvgPool2d", kernel_size, stride, padding)
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.avg_pool2d_forward(
            x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.avg_pool2d_backward(
            grad_out, self._x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        text = f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
        text += ", ceil_mode=True" * bool(self.ceil_mode)
        return text + ", count_include_pad=False" * (not self.count_include_pad)


class MaxUnpool2d(Module):
    """Each maximum back to where it stood, zeros elsewhere; see `course.functional.max_unpool2d_forward`.

    Parameters
    ----------
    kernel_size, stride, padding : those of the pooling it undoes

    Raises
    ------
    ValueError : a window that could not be

    Examples
    --------
    >>> pool, unpool = MaxPool2d(2), MaxUnpool2d(2)
    >>> out = pool(np.array([[[[1.0, 2.0], [4.0, 3.0]]]]))
    >>> unpool(out, pool.indices)[0, 0]
    array([[0., 0.],
           [4., 0.]])
    """

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        windows("MaxUnpool2d", kernel_size, stride, padding)
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding

    def __call__(self, x: np.ndarray, indices: np.ndarray, output_size: tuple[int, ...] | None = None) -> np.ndarray:  # type: ignore[override]
        return self.forward(x, indices, output_size)

    def forward(self, x: np.ndarray, indices: np.ndarray, output_size: tuple[int, ...] | None = None) -> np.ndarray:  # type: ignore[override]
        """`x` (N, C, H, W) at the `indices` that its pooling kept; `output_size` is the shape of what was pooled."""
        self._arguments = (x, indices, self.kernel_size, self.stride, self.padding, output_size)
        return F.max_unpool2d_forward(*self._arguments)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.max_unpool2d_backward(grad_out, *self._arguments)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool2d(Module):
    """Means of as many windows as asked for, whatever size comes in; see `course.functional.adaptive_avg_pool2d_forward`.

    Parameters
    ----------
    output_size : int or pair (h, w); 1 is global average pooling, None in a pair keeps that side
    """

    def __init__(self, output_size: OutputSize) -> None:
        check_output_size("AdaptiveAvgPool2d", output_size)
        self.output_size = output_size

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x = x
        return F.adaptive_avg_pool2d_forward(x, self.output_size)

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return F.adaptive_avg_pool2d_backward(grad_out, self._x, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveMaxPool2d(Module):
    """The largest numbers of as many windows as asked for; see `course.functional.adaptive_max_pool2d_forward`.

    Parameters
    ----------
    output_size : int or pair (h, w); 1 is global max pooling, None in a pair keeps that side

    Attributes
    ----------
    indices : after a forward pass, where each winner stood, (N, C, H_out, W_out)
    """

    def __init__(self, output_size: OutputSize) -> None:
        check_output_size("AdaptiveMaxPool2d", output_size)
        self.output_size = output_size

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._x_shape = np.shape(x)
        out, self.indices = F.adaptive_max_pool2d_with_indices(x, self.output_size)
        return out

    def backward(self, grad_out: np.ndarray) -> np.ndarray:
        return scatter_to_winners("AdaptiveMaxPool2d", grad_out, self.indices, self._x_shape)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"
