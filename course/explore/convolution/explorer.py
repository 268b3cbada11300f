"""The convolution figure with controls: move the window, change the layer, try your own function."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.kernel_editor import KernelEditor
from course.explore.controls.pair_slider import PairSlider
from course.explore.controls.player import Player
from course.explore.controls.presets import KERNELS, name_of
from course.explore.convolution.figure import draw
from course.explore.convolution.numbers import Convolution, Pair, make_convolution
from course.explore.convolution.state import ConvolutionState
from course.explore.convolution.student import Answer, compare

LARGEST_KERNEL = 7
OWN = "own numbers"


class ConvolutionExplorer(Explorer):
    """See how one number of a convolution's output comes about, and change everything in it.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input; large ones are drawn as pictures.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters; a layer such as ``course.nn.Conv2d`` brings bias, stride and padding along.
    bias : array, (C_out,), or None
        One number per filter.
    stride, padding, dilation : int or pair of int
        Where the sliders start; a pair of unequal numbers is kept, and its slider does not move.
    fn : function or None
        Your own ``conv2d_forward(x, weight, bias=None, stride=1, padding=0)`` or, for an image and
        a kernel, ``correlate2d(image, kernel)``: output cells where it differs are marked.

    Attributes
    ----------
    kernel_size, stride, padding, dilation : IntSlider
        The layer's settings.
    filter, channel : Dropdown
        Which filter is shown, and which of its channels can be edited.
    preset : Dropdown
        Kernels with a name, for inputs with one channel.
    kernel : KernelEditor
        The numbers of that channel of the filter; ``kernel.fields[row][column].value``.
    bias : FloatText
        The filter's bias; not shown where the layer has none.
    step : IntSlider
        The cell of the output, counted row by row.
    player : Player
        The slider `step` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : ConvolutionState
        What is shown now.

    Examples
    --------
    >>> import numpy as np
    >>> explorer = ConvolutionExplorer(np.eye(5), np.ones((3, 3)))
    >>> explorer.stride.value = 2
    >>> explorer.state.convolution.out_size
    (2, 2)
    """

    def __init__(
        self,
        x: ArrayLike,
        weight: Any,
        bias: ArrayLike | None = None,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        dilation: int | Pair = 1,
        *,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        start = make_convolution(x, weight, bias, stride, padding, dilation)
        super().__init__()
        self._fn = fn
        self._start = start
        # Kernels of every size are cut from the middle of the largest one: making it smaller loses nothing.
        self._bank = _embed(start.weight, max(LARGEST_KERNEL, *start.weight.shape[2:]))
        self._biases = None if start.bias is None else start.bias.copy()
        self._make_controls(start)
        self.state = ConvolutionState(start)
        self.update(self._rebuild)
        self.children = [self._panel(start), self.player, self.figure]

    def _make_controls(self, start: Convolution) -> None:
        C_out, C, kH, kW = start.weight.shape
        self.kernel_size = PairSlider("kernel size", (kH, kW), 1, self._bank.shape[2])
        self.stride = PairSlider("stride", start.stride, 1, 4)
        self.padding = PairSlider("padding", start.padding, 0, 4)
        self.dilation = PairSlider("dilation", start.dilation, 1, 3)
        self.filter = _choice("filter", [(str(n), n) for n in range(C_out)])
        self.channel = _choice("edit channel", [(str(n), n) for n in range(C)])
        self.preset = _choice("preset", [OWN, *KERNELS])
        self.bias = widgets.FloatText(description="bias", step=1, style=_LABELS, layout=widgets.Layout(width="196px"))
        self._title = widgets.Label()
        self.kernel = KernelEditor(self._edit)
        self.player = Player(max(start.out_size[0] * start.out_size[1], 1))
        self.step = self.player.slider
        self.step.observe(self._on_step, names="value")
        self.preset.observe(self._on_preset, names="value")
        self.bias.observe(self._on_bias, names="value")
        for control in (self.kernel_size, self.stride, self.padding, self.dilation):
            control.observe(self._on_setting, names="value")
        for control in (self.filter, self.channel):
            control.observe(self._on_choice, names="value")

    def _panel(self, start: Convolution) -> widgets.HBox:
        C_out, C = start.weight.shape[:2]
        choices = [self.filter] if C_out > 1 else []
        choices += [self.channel] if C > 1 else [self.preset]
        choices += [self.bias] if start.bias is not None else []
        sliders = [self.kernel_size, self.stride, self.padding, self.dilation]
        return widgets.HBox(
            [widgets.VBox(sliders), widgets.VBox(choices), widgets.VBox([self._title, self.kernel])],
            layout=widgets.Layout(flex_flow="row wrap"),
        )

    def _on_setting(self, _: Any) -> None:
        self.update(self._rebuild)

    def _on_choice(self, _: Any) -> None:
        self.update(self._show_filter)

    def _on_step(self, _: Any) -> None:
        self.update(self._draw)

    def _on_preset(self, change: Any) -> None:
        def choose() -> None:
            if change["new"] != OWN:
                size = self._bank.shape[2]
                self._bank[self.filter.value, 0] = _embed(KERNELS[change["new"]][None, None], size)[0, 0]
                self.kernel_size.value = 3
            self._rebuild()

        self.update(choose)

    def _on_bias(self, change: Any) -> None:
        def put() -> None:
            if self._biases is not None:
                self._biases[self.filter.value] = change["new"]
            self._rebuild()

        self.update(put)

    def _edit(self, row: int, column: int, value: float) -> None:
        def put() -> None:
            shown = self._weight()[self.filter.value, self.channel.value]  # a view into the bank
            shown[row, column] = value
            self._rebuild()

        self.update(put)

    def _rebuild(self) -> None:
        """Compute everything anew from the controls, the student's answer included."""
        convolution = replace(
            self._start,
            weight=self._weight().copy(),
            bias=None if self._biases is None else self._biases.copy(),
            stride=self.stride.pair,
            padding=self.padding.pair,
            dilation=self.dilation.pair,
        )
        answer: Answer | None = None if self._fn is None else compare(self._fn, convolution)
        self.state = ConvolutionState(convolution, answer=answer)
        self.player.resize(max(convolution.out_size[0] * convolution.out_size[1], 1))
        self._show_filter()

    def _show_filter(self) -> None:
        """Put the chosen filter into the fields and draw it."""
        kernel = self._weight()[self.filter.value, self.channel.value]
        name = "kernel" if self._start.plane else f"weight[{self.filter.value}, {self.channel.value}]"
        self._title.value = f"{name}, to edit:"
        self.kernel.show(kernel)
        self.preset.value = name_of(kernel) or OWN
        if self._biases is not None:
            self.bias.value = self._biases[self.filter.value]
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, filter=self.filter.value, step=self.step.value)
        self.figure.value = draw(self.state).html

    def _weight(self) -> np.ndarray:
        """The filters at their present size, (C_out, C, kH, kW): a view into the bank."""
        size = self.kernel_size.pair
        top, left = ((self._bank.shape[2] - k) // 2 for k in size)
        return self._bank[:, :, top : top + size[0], left : left + size[1]]


_LABELS = {"description_width": "84px"}


def _choice(name: str, options: list[Any]) -> widgets.Dropdown:
    return widgets.Dropdown(options=options, description=name, style=_LABELS, layout=widgets.Layout(width="196px"))


def _embed(weight: np.ndarray, size: int) -> np.ndarray:
    """Put kernels into the middle of size x size zeros, (C_out, C, size, size)."""
    bank = np.zeros((*weight.shape[:2], size, size))
    kH, kW = weight.shape[2:]
    top, left = (size - kH) // 2, (size - kW) // 2
    bank[:, :, top : top + kH, left : left + kW] = weight
    return bank
