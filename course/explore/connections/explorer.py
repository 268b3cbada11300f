"""The connections figure with controls: step through the outputs, change the window, count."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
from numpy.typing import ArrayLike

from course.explore.connections.figure import draw
from course.explore.connections.wiring import MOST_INPUTS, MOST_WINDOW, Shape, Wiring, make_wiring
from course.explore.controls.explorer import Explorer
from course.explore.controls.player import Player


class ConnectionsExplorer(Explorer):
    """See which weights an output uses in a dense, a locally connected and a shared layer.

    Parameters
    ----------
    x : int or array, (inputs,)
        How many inputs the drawing has, 2 to 10, or their numbers.
    window, output : int
        Where the controls start.
    image, kernel : pair of int
        A layer for images, which is counted in the second table.
    fn : function or None
        Your own ``parameter_counts(image_shape, kernel_size)``: its counts are compared with ours.

    Attributes
    ----------
    inputs : IntSlider
        The number of inputs; not shown where `x` is an array.
    window : IntSlider
        How many inputs an output sees.
    output : IntSlider
        The output that is looked at.
    player : Player
        The slider `output` with play, pause, back and next.
    figure : HTML
        Drawing, sentence and tables.
    state : Wiring
        What is shown now.

    Examples
    --------
    >>> explorer = ConnectionsExplorer(8)
    >>> explorer.window.value = 5
    >>> explorer.state.outputs
    4
    """

    def __init__(
        self,
        x: int | ArrayLike = 8,
        window: int = 3,
        output: int = 0,
        *,
        image: Shape = (28, 28),
        kernel: Shape = (5, 5),
        fn: Callable[..., Any] | None = None,
    ) -> None:
        self.state: Wiring = make_wiring(x, window, output, image, kernel, fn)
        super().__init__()
        self._fn, start = fn, self.state
        self.inputs = _slider("inputs", start.inputs, 2, MOST_INPUTS)
        self.window = _slider("window", start.window, 1, min(MOST_WINDOW, start.inputs))
        self.player = Player(start.outputs)
        self.output = self.player.slider
        self.output.description, self.output.value = "output", start.output
        for control in (self.inputs, self.window, self.output):
            control.observe(lambda _: self.update(self._draw), names="value")
        sliders = [self.window] if start.values is not None else [self.inputs, self.window]
        self.children = [widgets.HBox(sliders, layout=widgets.Layout(flex_flow="row wrap")), self.player, self.figure]
        self.update(self._draw)

    def _draw(self) -> None:
        self.window.max = min(MOST_WINDOW, self.inputs.value)
        self.player.resize(self.inputs.value - self.window.value + 1)
        old, settings = self.state, (self.inputs.value, self.window.value)
        if settings == (old.inputs, old.window):  # the counts are as they were
            self.state = replace(old, output=self.output.value)
        else:
            x = self.inputs.value if old.values is None else old.values
            self.state = make_wiring(x, self.window.value, self.output.value, old.image, old.kernel, self._fn)
        self.figure.value = draw(self.state).html


def _slider(name: str, value: int, least: int, most: int) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=value,
        min=least,
        max=most,
        description=name,
        style={"description_width": "60px"},
        layout=widgets.Layout(width="270px"),
    )
