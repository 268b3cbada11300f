"""The windows figure with controls: change sizes, stride, padding and dilation; step through the windows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from course.explore.controls.explorer import Explorer
from course.explore.controls.pair_slider import PairSlider
from course.explore.controls.player import Player
from course.explore.windows.figure import draw
from course.explore.windows.state import Axis, WindowsState, make_state
from course.explore.windows.student import compare

ONE, BOTH = "one direction", "both directions"
SETTINGS = {"kernel_size": (1, 7), "stride": (1, 5), "padding": (0, 18), "dilation": (1, 3)}
WIDEST = 32


class WindowsExplorer(Explorer):
    """See which windows fit, which pixels they read and how often, and the size formula at work.

    Parameters
    ----------
    size : int, pair of int, or array of one or two axes
        The input: its length for one direction, its height and width for two, or the input itself. At most 64 a side.
    kernel_size : int, pair of int, or a layer
        A layer such as ``course.nn.Conv2d`` brings its own stride, padding and dilation along.
    stride, padding, dilation : int or pair of int
        Where the sliders start; a pair of unequal numbers is kept, and its slider does not move.
    fn : function or None
        Your own ``output_size(n, k, stride=1, padding=0, dilation=1)``; sizes where it is wrong are marked.

    Attributes
    ----------
    show : Dropdown
        One direction or both.
    height, width : IntSlider
        The input; `height` counts in both directions only.
    kernel_size, stride, padding, dilation : IntSlider
        The window.
    valid, same, full : Button
        Set the padding that has this name.
    step : IntSlider
        Which window; the slider of `player`.
    player : Player
        The slider `step` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : WindowsState
        What is shown now.

    Examples
    --------
    >>> explorer = WindowsExplorer(8, 3, stride=2)
    >>> explorer.width.value = 9
    >>> explorer.state.across.count
    4
    """

    def __init__(
        self,
        size: Any = 8,
        kernel_size: Any = 3,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        *,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        start = make_state(size, kernel_size, stride, padding, dilation, "WindowsExplorer")
        super().__init__()
        self._fn, across = fn, start.across
        down = start.down or across
        self._start = {name: _given(down, across, name) for name in SETTINGS}
        # Numbers that differ down and across need both directions.
        unequal = any(one != other for one, other in self._start.values())
        self.show = widgets.Dropdown(
            options=[BOTH] if unequal else [ONE, BOTH], value=BOTH if start.down else ONE, description="show", **_LOOK
        )
        self.width = PairSlider("width", (across.n, across.n), 1, max(WIDEST, across.n))
        self.height = PairSlider("height", (down.n, down.n), 1, max(WIDEST, down.n))
        for name, (least, most) in SETTINGS.items():
            setattr(self, name, PairSlider(name.replace("_", " "), self._start[name], least, most))
        self.valid, self.same, self.full = (
            widgets.Button(description=name, tooltip=f"padding: {name}", layout=widgets.Layout(width="84px"))
            for name in ("valid", "same", "full")
        )
        self.player = Player(max(start.count, 1), "window")
        self.step = self.player.slider
        self.state = start
        self._connect()
        self.update(self._rebuild)
        names = widgets.HBox([self.valid, self.same, self.full])
        sizes = widgets.VBox([self.show, self.width, self.height, names])
        window = widgets.VBox([self.kernel_size, self.stride, self.padding, self.dilation])
        panel = widgets.HBox([sizes, window], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = [panel, self.player, self.figure]

    kernel_size: widgets.IntSlider
    stride: widgets.IntSlider
    padding: widgets.IntSlider
    dilation: widgets.IntSlider

    def _connect(self) -> None:
        for control in (self.show, self.width, self.height, *(getattr(self, name) for name in SETTINGS)):
            control.observe(self._on_setting, names="value")
        self.step.observe(self._on_step, names="value")
        for button in (self.valid, self.same, self.full):
            button.on_click(self._on_name)

    def _on_setting(self, _: Any) -> None:
        self.update(self._rebuild)

    def _on_step(self, _: Any) -> None:
        self.update(self._draw)

    def _on_name(self, button: widgets.Button) -> None:
        def put() -> None:
            if not self.padding.disabled:
                axis = self.state.across
                self.padding.value = {"valid": 0, "same": int(axis.same), "full": axis.full}[button.description]
            self._rebuild()

        self.update(put)

    def _rebuild(self) -> None:
        """Compute everything anew from the controls, the student's answers included."""
        both = self.show.value == BOTH
        pairs = {name: getattr(self, name).pair for name in SETTINGS}
        across = Axis(self.width.value, *(pair[1] for pair in pairs.values()))
        down = Axis(self.height.value, *(pair[0] for pair in pairs.values())) if both else None
        state = WindowsState(across, down)
        self.state = replace(state, answer=None if self._fn is None else compare(self._fn, state))
        self.height.layout.display = None if both else "none"
        self.player.resize(max(state.count, 1))
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, step=self.step.value)
        self.figure.value = draw(self.state).html


_LABELS = {"description_width": "84px"}
_LOOK = {"style": _LABELS, "layout": widgets.Layout(width="270px")}


def _given(down: Axis, across: Axis, name: str) -> tuple[int, int]:
    name = "k" if name == "kernel_size" else name
    return getattr(down, name), getattr(across, name)
