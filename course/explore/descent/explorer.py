"""The descent figure with controls: choose surface, start, learning rate, momentum and noise; let them walk."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from course.explore.controls.explorer import Explorer
from course.explore.controls.player import Player
from course.explore.descent.figure import draw, make_state, walked
from course.explore.descent.surfaces import SURFACES, TALL, WIDE
from course.explore.descent.walk import NAMES, DescentState


class DescentExplorer(Explorer):
    """Let optimisers walk down a surface of two weights, step by step.

    Parameters
    ----------
    surface : str or function
        Which one at first: a name, or your own ``height(x, y)``, which is added to the list.
    start : pair of float or None
        Where all walkers start; None: where it is instructive.
    lr, momentum, noise : float
        Where the sliders start.
    walkers : strings
        Who walks at first.
    steps : int
        How many steps can be walked, 1 to 120.
    fn : function or None
        Your own ``sgd_step``, ``rmsprop_step`` or ``adam_step``: it walks too.

    Attributes
    ----------
    surface : Dropdown
        What is walked down; a change puts the walkers where that surface is instructive.
    x, y : FloatSlider
        The start.
    lr : FloatSlider
        Step size of all walkers.
    momentum, noise : FloatSlider
        Of momentum and Nesterov; what is added to each part of each gradient.
    walkers : dict of str to Checkbox
        Who walks.
    step : IntSlider
        How many steps are drawn; the slider of `player`.
    player : Player
        The slider `step` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : DescentState
        What is shown now.

    Examples
    --------
    >>> explorer = DescentExplorer("valley", lr=0.04)
    >>> explorer.state.paths["SGD"][1].tolist()  # 1 - 25 * 0.04 = 0: one step to the bottom, across
    [-2.4, 0.0]
    """

    def __init__(
        self,
        surface: str | Callable[..., Any] = "valley",
        start: Sequence[float] | None = None,
        lr: float = 0.03,
        momentum: float = 0.9,
        *,
        noise: float = 0.0,
        walkers: Sequence[str] = NAMES,
        steps: int = 60,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        begin = make_state(surface, start, lr, momentum, noise, walkers, steps, fn, "DescentExplorer")
        super().__init__()
        known = list(SURFACES.values())
        options = [(s.name, s) for s in ([] if begin.surface in known else [begin.surface]) + known]
        look: dict[str, Any] = {"style": {"description_width": "88px"}, "layout": widgets.Layout(width="290px")}
        self.surface = widgets.Dropdown(options=options, value=begin.surface, description="surface", **look)
        self.x = _slider("start x", begin.start[0], *WIDE)
        self.y = _slider("start y", begin.start[1], *TALL)
        # Even steps, not powers of ten: the rates at which something happens, such as 0.04 and 0.08, are met exactly.
        self.lr = widgets.FloatSlider(
            value=begin.lr,
            min=min(0.002, begin.lr),
            max=max(0.3, begin.lr),
            step=0.002,
            description="learning rate",
            readout_format=".3f",
            **look,
        )
        self.momentum = _slider("momentum", begin.momentum, 0.0, 0.99)
        self.noise = _slider("noise", begin.noise, 0.0, max(5.0, begin.noise))
        names = widgets.Layout(width="116px")
        self.walkers = {
            name: widgets.Checkbox(value=name in begin.walkers, description=name, indent=False, layout=names)
            for name in NAMES
        }
        self.player = Player(begin.steps + 1, "step")
        self.step = self.player.slider
        self.step.value = begin.steps
        self.state: DescentState = begin
        self._connect()
        self._draw()
        sliders = [widgets.VBox([self.surface, self.x, self.y]), widgets.VBox([self.lr, self.momentum, self.noise])]
        wrap = widgets.Layout(flex_flow="row wrap")
        who = widgets.HBox(list(self.walkers.values()), layout=wrap)
        self.children = [widgets.HBox(sliders, layout=wrap), who, self.player, self.figure]

    def _connect(self) -> None:
        self.surface.observe(lambda _: self.update(self._move), names="value")
        for control in (self.x, self.y, self.lr, self.momentum, self.noise, *self.walkers.values()):
            control.observe(lambda _: self.update(self._walk), names="value")
        self.step.observe(lambda _: self.update(self._draw), names="value")

    def _move(self) -> None:
        self.x.value, self.y.value = self.surface.value.start
        self._walk()

    def _walk(self) -> None:
        self.state = walked(
            replace(
                self.state,
                surface=self.surface.value,
                start=(self.x.value, self.y.value),
                lr=self.lr.value,
                momentum=self.momentum.value,
                noise=self.noise.value,
                walkers=tuple(name for name, box in self.walkers.items() if box.value),
            )
        )
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, step=self.step.value)
        self.figure.value = draw(self.state).html


def _slider(name: str, value: float, least: float, most: float) -> widgets.FloatSlider:
    return widgets.FloatSlider(
        value=value,
        min=least,
        max=most,
        step=0.01,
        description=name,
        readout_format=".2f",
        style={"description_width": "88px"},
        layout=widgets.Layout(width="290px"),
    )
