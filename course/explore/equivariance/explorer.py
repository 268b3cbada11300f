"""The equivariance figure with controls: move the image, change the layer, look for what breaks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.presets import KERNELS, name_of
from course.explore.equivariance.figure import draw
from course.explore.equivariance.state import BORDERS, MOVES, THEN, Motion, make_motion

OWN = "own numbers"
FURTHEST, WIDEST_MARGIN = 8, 8


class EquivarianceExplorer(Explorer):
    """Move an image first or its map afterwards, and see where that makes a difference.

    Parameters
    ----------
    image, f, move, down, across, stride, border, then, margin, fn
        As `equivariance_figure` takes them; the controls start there. For a function or a layer as `f`, the controls of a
        kernel are not shown.

    Attributes
    ----------
    move, border, then, kernel : Dropdown
        T, the kernel's border, what follows it, the kernel by name.
    down, across, stride, margin : IntSlider
        The shift, the layer's stride, and the margin that is not compared.
    figure : HTML
        Drawing and sentences.
    state : Motion
        What is shown now.

    Examples
    --------
    >>> import numpy as np
    >>> explorer = EquivarianceExplorer(np.eye(8), border="wrap")
    >>> explorer.across.value = 3
    >>> float(abs(explorer.state.difference).max())
    0.0
    """

    def __init__(
        self,
        image: ArrayLike,
        f: Any = None,
        *,
        move: str = "shift",
        down: int = 0,
        across: int = 0,
        stride: int = 1,
        border: str = "zeros",
        then: str = "nothing",
        margin: int = 0,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        settings = {"move": move, "down": down, "across": across, "stride": stride, "border": border}
        self.state: Motion = make_motion(image, f, **settings, then=then, margin=margin, fn=fn)
        super().__init__()
        start = self.state
        self._start = start
        self.move = _choice("move T", MOVES, start.move)
        self.down = _slider("down", start.down, -FURTHEST, FURTHEST)
        self.across = _slider("across", start.across, -FURTHEST, FURTHEST)
        self.margin = _slider("margin", start.margin, 0, WIDEST_MARGIN)
        name = OWN if start.kernel is None else name_of(start.kernel) or OWN
        names = [*KERNELS] if name in KERNELS else [OWN, *KERNELS]
        self.kernel = _choice("kernel", dict(zip(names, names, strict=True)), name)
        self.stride = _slider("stride", start.stride, 1, 4)
        self.border = _choice("border", BORDERS, start.border)
        self.then = _choice("then", THEN, start.then)
        left: list[widgets.Widget] = [self.move, self.down, self.across, self.margin]
        right: list[widgets.Widget] = [self.kernel, self.border, self.stride, self.then]
        for control in (*left, *right):
            control.observe(lambda _: self.update(self._draw), names="value")
        columns = [widgets.VBox(left)] if start.f is not None else [widgets.VBox(left), widgets.VBox(right)]
        self.children = [widgets.HBox(columns, layout=widgets.Layout(flex_flow="row wrap")), self.figure]
        self.update(self._draw)

    def _draw(self) -> None:
        self.down.disabled = self.across.disabled = self.move.value != "shift"
        kernel = KERNELS.get(self.kernel.value, self._start.kernel)
        self.state = replace(
            self._start,
            move=self.move.value,
            down=self.down.value,
            across=self.across.value,
            margin=self.margin.value,
            kernel=kernel if self._start.f is None else None,
            stride=self.stride.value,
            border=self.border.value,
            then=self.then.value,
        )
        self.figure.value = draw(self.state).html


def _slider(name: str, value: int, least: int, most: int) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=value,
        min=min(least, value),
        max=max(most, value),
        description=name,
        style={"description_width": "60px"},
        layout=widgets.Layout(width="280px"),
    )


def _choice(name: str, options: dict[str, str], value: str) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=list(options.items()),
        value=value,
        description=name,
        style={"description_width": "60px"},
        layout=widgets.Layout(width="240px"),
    )
