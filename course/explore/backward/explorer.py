"""The backward figure with controls: choose a view and a number, flip the kernel, change stride and padding."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course.explore.backward.figure import draw
from course.explore.backward.numbers import Backward, make_backward
from course.explore.backward.state import CONVOLUTION, SCATTER, VIEWS, WEIGHT, BackwardState
from course.explore.backward.student import compare
from course.explore.controls.explorer import Explorer
from course.explore.controls.pair_slider import PairSlider
from course.explore.controls.player import Player
from course.explore.convolution.numbers import Floats, Pair

AS_IT_IS, FLIPPED = "as it is", "flipped"


class BackwardExplorer(Explorer):
    """Follow a gradient back through a convolution, and see it confirmed or refuted by slopes that were measured.

    Parameters
    ----------
    x : array, (H, W) or (C, H, W) or (1, C, H, W)
        The input, sides of at most 28.
    weight : array, (kH, kW) or (C_out, C, kH, kW), or a layer
        The filters; a layer such as ``course.nn.Conv2d`` brings stride and padding along.
    grad_out : array, (H_out, W_out) or (C_out, H_out, W_out), or None
        The gradient from above; None draws small whole numbers. Where a slider makes the output larger, numbers are drawn.
    stride, padding : int or pair of int
        Where the sliders start; a pair of unequal numbers is kept, and its slider does not move.
    view : str
        "scatter", "forward set", "weight" or "convolution", as in `backward_figure`.
    fn : function or None
        Your own ``conv2d_backward``, ``conv2d_grad_input``, ``conv2d_grad_weight`` or ``conv2d_grad_input_flipped``; numbers
        where it differs from the measured slopes are marked.

    Attributes
    ----------
    view : Dropdown
        Four ways to look.
    kernel : ToggleButtons
        "as it is" or "flipped"; shown with the view "convolution".
    stride, padding : IntSlider
        The layer's settings.
    channel, filter : Dropdown
        Which input channel and which filter, where there are several.
    step : IntSlider
        Which output, pixel or weight; the slider of `player`.
    player : Player
        The slider `step` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : BackwardState
        What is shown now.

    Examples
    --------
    >>> explorer = BackwardExplorer([[1, 2], [3, 4]], [[1, 1]], view="convolution")
    >>> explorer.kernel.value = "flipped"
    >>> explorer.state.wrong.any()
    np.False_
    """

    def __init__(
        self,
        x: ArrayLike,
        weight: Any,
        grad_out: ArrayLike | None = None,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        *,
        view: str = SCATTER,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        start = make_backward(x, weight, grad_out, stride, padding)
        if view not in VIEWS.values():
            raise ValueError(
                f"BackwardExplorer: view must be one of {', '.join(map(repr, VIEWS.values()))}, got {view!r}."
            )
        super().__init__()
        self._fn, self._start, self._bank = fn, start, _bank(start)
        C_out, C = start.convolution.weight.shape[:2]
        self.view = widgets.Dropdown(
            options=list(VIEWS.items()), value=view, description="show", style=_LABELS, layout=_WIDE
        )
        self.kernel = widgets.ToggleButtons(
            options=[AS_IT_IS, FLIPPED], description="kernel", style={**_LABELS, "button_width": "86px"}
        )
        self.stride = PairSlider("stride", start.convolution.stride, 1, 3, label_width="64px")
        self.padding = PairSlider(
            "padding", start.convolution.padding, 0, min(start.kernel_size) - 1, label_width="64px"
        )
        self.channel = _choice("channel", C)
        self.filter = _choice("filter", C_out)
        self.player = Player(1)
        self.step = self.player.slider
        for control in (self.stride, self.padding):
            control.observe(self._on_setting, names="value")
        for control in (self.view, self.kernel, self.channel, self.filter):
            control.observe(self._on_look, names="value")
        self.step.observe(self._on_step, names="value")
        self.state = BackwardState(start, view)
        self.update(self._rebuild)
        choices = [self.view, *([self.channel] if C > 1 else []), *([self.filter] if C_out > 1 else []), self.kernel]
        panel = widgets.HBox(
            [widgets.VBox(choices), widgets.VBox([self.stride, self.padding])],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        self.children = [panel, self.player, self.figure]

    def _on_setting(self, _: Any) -> None:
        self.update(self._rebuild)

    def _on_look(self, _: Any) -> None:
        self.update(self._look)

    def _on_step(self, _: Any) -> None:
        self.update(self._draw)

    def _rebuild(self) -> None:
        """Compute everything anew for another stride or padding, the student's answer included."""
        old = self._start.convolution
        convolution = replace(old, stride=self.stride.pair, padding=self.padding.pair)
        H_out, W_out = convolution.out_size
        if min(H_out, W_out) == 0:  # smaller padding than at the start, and the kernel no longer fits
            self.padding.value = max(old.padding)
            return self._rebuild()
        backward = Backward(convolution, self._bank[:, :H_out, :W_out].copy())
        answer = None if self._fn is None else compare(self._fn, backward)
        self.state = replace(self.state, backward=backward, answer=answer, step=0)
        self._look()

    def _look(self) -> None:
        """Turn to another view, channel, filter or kernel of the same numbers."""
        self.kernel.layout.display = None if self.view.value == CONVOLUTION else "none"
        self.filter.disabled = self.view.value != WEIGHT
        self.state = replace(
            self.state,
            view=self.view.value,
            channel=self.channel.value,
            filter=self.filter.value,
            flipped=self.kernel.value == FLIPPED,
            step=0,
        )
        self.player.resize(self.state.count)
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, step=self.step.value)
        self.figure.value = draw(self.state).html


def _bank(start: Backward) -> Floats:
    """Gradients for the largest output that the sliders allow; the given ones in the upper left corner."""
    C_out, H_out, W_out = start.grad_out.shape
    kH, kW = start.kernel_size
    _, H, W = start.convolution.x.shape
    bank = np.random.default_rng(6).integers(-2, 4, (C_out, H + kH, W + kW)).astype(float)
    bank[:, :H_out, :W_out] = start.grad_out
    return bank


_LABELS = {"description_width": "64px"}
_WIDE = widgets.Layout(width="330px", max_width="100%")


def _choice(name: str, count: int) -> widgets.Dropdown:
    options = [(str(n), n) for n in range(count)]
    return widgets.Dropdown(options=options, description=name, style=_LABELS, layout=widgets.Layout(width="196px"))
