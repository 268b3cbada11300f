"""The im2col figure with controls: step through the columns, pick a row, go forwards and back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.player import Player
from course.explore.im2col.figure import draw, student_answer
from course.explore.im2col.state import IM2COL, SHOWS, Floats, Im2colState, make_state

LARGEST_KERNEL = 4


class Im2colExplorer(Explorer):
    """See each window of an image become a column of a matrix, and columns become an image again.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The image, at most 1,024 numbers.
    kernel : array, (kH, kW) or (C, kH, kW) or (C_out, C, kH, kW), or a layer
        A filter; of several the first is shown.
    stride, padding : int
        Where the sliders start.
    show : str
        What to begin with: "im2col", "col2im", "count" or "transposed".
    fn, back : function or None
        Your own ``im2col`` and ``col2im``; numbers where they differ from the right answer are marked.

    Attributes
    ----------
    show : Dropdown
        Image to columns, or one of three kinds of columns back to the image.
    kernel_size, stride, padding : IntSlider
        The window; the kernel's size can be moved where it is square.
    row : IntSlider
        The row of the matrix that is looked at.
    column : IntSlider
        The column, that is, the window; the slider of `player`.
    player : Player
        The slider `column` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : Im2colState
        What is shown now.

    Examples
    --------
    >>> import numpy as np
    >>> explorer = Im2colExplorer(np.arange(16).reshape(4, 4), np.ones((2, 2)))
    >>> explorer.stride.value = 2
    >>> explorer.state.cols.shape
    (4, 4)
    """

    def __init__(
        self,
        x: ArrayLike,
        kernel: Any,
        stride: int = 1,
        padding: int = 0,
        *,
        show: str = IM2COL,
        fn: Callable[..., Any] | None = None,
        back: Callable[..., Any] | None = None,
    ) -> None:
        start = make_state(x, kernel, stride, padding)
        if show not in SHOWS.values():
            raise ValueError(
                f"Im2colExplorer: show must be one of {', '.join(map(repr, SHOWS.values()))}, got {show!r}."
            )
        super().__init__()
        self._fn, self._back, self._start = fn, back, start
        kH, kW = start.kernel.shape[1:]
        # Smaller kernels are the upper left part of the largest, larger ones have zeros: going back loses nothing.
        most = max(LARGEST_KERNEL, kH) if kH == kW else kH
        self._bank = np.zeros((len(start.x), most, max(most, kW)))
        self._bank[:, :kH, :kW] = start.kernel
        self.show = widgets.Dropdown(
            options=list(SHOWS.items()), value=show, description="show", style=_LABELS, layout=_WIDE
        )
        self.kernel_size = _slider("kernel size", kH, 1, most)
        if kH != kW:
            self.kernel_size.disabled, self.kernel_size.readout = True, False
            self.kernel_size.description = f"kernel size ({kH}, {kW})"
            self.kernel_size.style.description_width = "initial"
        self.stride = _slider("stride", start.stride, 1, 4)
        self.padding = _slider("padding", start.padding, 0, 4 if start.padding > 2 else 2)
        self.row = _slider("row", 0, 0, start.K - 1)
        self.player = Player(max(start.L, 1))
        self.column = self.player.slider
        self.column.description = "column"
        for control in (self.show, self.kernel_size, self.stride, self.padding):
            control.observe(self._on_setting, names="value")
        for control in (self.row, self.column):
            control.observe(self._on_look, names="value")
        self.state = start
        self.update(self._rebuild)
        panel = widgets.HBox(
            [widgets.VBox([self.show, self.row]), widgets.VBox([self.kernel_size, self.stride, self.padding])],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        self.children = [panel, self.player, self.figure]

    def _on_setting(self, _: Any) -> None:
        self.update(self._rebuild)

    def _on_look(self, _: Any) -> None:
        self.update(self._draw)

    def _rebuild(self) -> None:
        """Compute everything anew from the controls, the student's answer included."""
        state = Im2colState(
            self._start.x, self._kernel().copy(), self.stride.value, self.padding.value, show=self.show.value
        )
        self.state = replace(state, answer=student_answer(state, self._fn, self._back))
        self.player.resize(max(state.L, 1))
        self.row.max = state.K - 1
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, column=self.column.value, row=self.row.value)
        self.figure.value = draw(self.state).html

    def _kernel(self) -> Floats:
        if self.kernel_size.disabled:
            return self._start.kernel
        size = self.kernel_size.value
        return self._bank[:, :size, :size]


_LABELS = {"description_width": "84px"}
_WIDE = widgets.Layout(width="370px", max_width="100%")


def _slider(name: str, value: int, least: int, most: int) -> widgets.IntSlider:
    layout = widgets.Layout(width="270px")
    return widgets.IntSlider(value=value, min=least, max=most, description=name, style=_LABELS, layout=layout)
