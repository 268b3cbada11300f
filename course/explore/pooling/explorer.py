"""The pooling figure with controls: move the window, change numbers, try other rules and your own functions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.kernel_editor import KernelEditor
from course.explore.controls.pair_slider import PairSlider
from course.explore.controls.player import Player
from course.explore.pooling.figure import answered, draw
from course.explore.pooling.rules import RIGHT, RULES
from course.explore.pooling.state import KINDS, Pair, PoolingState, make_pooling

MOST_FIELDS = 6  # rows and columns of a map whose numbers can be typed


class PoolingExplorer(Explorer):
    """See which number of a window wins, where its gradient goes, and what overlap, ties and borders do to it.

    Parameters
    ----------
    x : array, (H, W)
        The map, at most 64 rows and columns; up to 6x6 its numbers can be edited.
    kernel_size, stride, padding : int or pair of int
        Where the sliders start; a pair of unequal numbers is kept, and its slider does not move.
    kind : str
        "max" or "average".
    grad_out : array or None
        Gradients that arrive at the outputs; 1, 2, 3 ... row by row unless given, and where their size no longer fits.
    forward, backward : function or None
        Your own functions of the kind that it starts with; where they differ is marked.

    Attributes
    ----------
    kind, rule : Dropdown
        Max or average; the layer's own rule for gradients or a wrong one to be tried.
    kernel_size, stride, padding : IntSlider
        The layer's settings.
    numbers : KernelEditor
        The map's numbers; ``numbers.fields[row][column].value``.
    step : IntSlider
        The window, counted row by row.
    player : Player
        The slider `step` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : PoolingState
        What is shown now.

    Examples
    --------
    >>> explorer = PoolingExplorer([[1, 5, 2], [0, 3, 4], [7, 7, 7]], 2, stride=1)
    >>> explorer.state.pooling.grad_x().tolist()
    [[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [3.0, 4.0, 0.0]]
    """

    def __init__(
        self,
        x: ArrayLike,
        kernel_size: int | Pair = 2,
        stride: int | Pair | None = None,
        padding: int | Pair = 0,
        *,
        kind: str = "max",
        grad_out: ArrayLike | None = None,
        forward: Callable[..., Any] | None = None,
        backward: Callable[..., Any] | None = None,
    ) -> None:
        start = make_pooling(x, kernel_size, stride, padding, kind, grad_out)
        super().__init__()
        self._start, self._x = start, start.x.copy()
        self._own = forward, backward
        self.state = PoolingState(start)
        self.kind = _choice("pooling", KINDS, kind)
        self.rule = _choice("gradient", [RIGHT, *RULES[kind]], RIGHT, "330px")
        self.kernel_size = PairSlider("window", start.kernel, 1, 4, label_width="64px")
        self.stride = PairSlider("stride", start.stride, 1, 4, label_width="64px")
        self.padding = PairSlider("padding", start.padding, 0, 2, label_width="64px")
        self.numbers = KernelEditor(self._edit, "x", 66)
        self.player = Player(start.out.size)
        self.step = self.player.slider
        if max(start.x.shape) <= MOST_FIELDS:
            self.numbers.show(self._x)
        self.step.observe(self._on_step, names="value")
        self.kind.observe(self._on_kind, names="value")
        for control in (self.rule, self.kernel_size, self.stride, self.padding):
            control.observe(self._on_setting, names="value")
        self.update(self._rebuild)
        self.children = [self._panel(), self.player, self.figure]

    def _panel(self) -> widgets.HBox:
        settings = widgets.VBox([self.kind, self.kernel_size, self.stride, self.padding, self.rule])
        fields = [widgets.VBox([widgets.Label("x, to edit:"), self.numbers])] if self.numbers.fields else []
        return widgets.HBox([settings, *fields], layout=widgets.Layout(flex_flow="row wrap"))

    def _on_step(self, _: Any) -> None:
        self.update(self._draw)

    def _on_setting(self, _: Any) -> None:
        self.update(self._rebuild)

    def _on_kind(self, change: Any) -> None:
        def choose() -> None:
            self.rule.options = [RIGHT, *RULES[change["new"]]]
            self.rule.value = RIGHT
            self._rebuild()

        self.update(choose)

    def _edit(self, row: int, column: int, value: float) -> None:
        def put() -> None:
            self._x[row, column] = value
            self._rebuild()

        self.update(put)

    def _rebuild(self) -> None:
        """Compute everything anew from the controls, the student's answers included."""
        pooling = replace(
            self._start,
            x=self._x.copy(),
            kernel=self.kernel_size.pair,
            stride=self.stride.pair,
            padding=self.padding.pair,
            kind=self.kind.value,
        )
        # Functions of max pooling cannot answer for averages.
        forward, backward = self._own if self.kind.value == self._start.kind else (None, None)
        self.state = answered(PoolingState(pooling), forward, backward, self.rule.value)
        self.player.resize(1 if pooling.problem else pooling.out.size)
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, step=self.step.value)
        self.figure.value = draw(self.state).html


_LABELS = {"description_width": "64px"}


def _choice(name: str, options: Any, value: str, width: str = "196px") -> widgets.Dropdown:
    layout = widgets.Layout(width=width)
    return widgets.Dropdown(options=options, value=value, description=name, style=_LABELS, layout=layout)
