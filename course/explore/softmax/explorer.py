"""Move logits, all together or one by one, and see shares, loss and gradient follow."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.softmax.figure import SoftmaxState, draw, make_state

SHIFTS = {"0": 0.0, "+10": 10.0, "+100": 100.0, "+1,000": 1e3, "+10,000": 1e4, "−1,000": -1e3, "−10,000": -1e4}


class SoftmaxExplorer(Explorer):
    """See how logits become shares that add up to 1, and what the loss wants changed.

    Parameters
    ----------
    logits : array, (classes,)
        Where the sliders start; 2 to 10 of them.
    label : int
        The right class.
    classes : strings or None
        Their names.
    fn : function or None
        Your own softmax, from (N, classes) to (N, classes).

    Attributes
    ----------
    sliders : list of FloatSlider
        One for each logit.
    label : Dropdown
        The right class.
    shift : Dropdown
        What is added to all logits.
    stable : Checkbox
        Whether the largest logit is subtracted before the exponential.
    step : Button
        One step of gradient descent on the logits themselves, learning rate 1.
    figure : HTML
        The table of bars.
    state : SoftmaxState
        What is shown now.

    Examples
    --------
    >>> explorer = SoftmaxExplorer([5, 6, 1, 2], label=0)
    >>> explorer.shift.value = 1e4
    >>> explorer.state.shares.round(4)
    array([0.2641, 0.7179, 0.0048, 0.0131])
    """

    def __init__(
        self,
        logits: ArrayLike = (5, 6, 1, 2),
        label: int = 0,
        *,
        classes: Sequence[str] | None = None,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        start = make_state(logits, label, True, classes, fn)
        super().__init__()
        self._start = start
        style = {"description_width": "72px"}
        self.sliders = [
            widgets.FloatSlider(
                value=z,
                min=min(-10.0, z),
                max=max(10.0, z),
                step=0.1,
                description=name,
                readout_format=".1f",
                style=style,
                layout=widgets.Layout(width="290px"),
            )
            for name, z in zip(start.classes, start.logits.tolist(), strict=True)
        ]
        narrow: dict[str, Any] = {"style": {"description_width": "92px"}, "layout": widgets.Layout(width="220px")}
        options = [(name, i) for i, name in enumerate(start.classes)]
        self.label = widgets.Dropdown(options=options, value=label, description="right class", **narrow)
        self.shift = widgets.Dropdown(options=list(SHIFTS.items()), value=0.0, description="add to all", **narrow)
        self.stable = widgets.Checkbox(value=True, description="subtract the largest first", indent=False)
        self.step = widgets.Button(description="One step downhill", tooltip="z becomes z - gradient")
        self.step.on_click(lambda _: self.update(self._descend))
        for control in (*self.sliders, self.label, self.shift, self.stable):
            control.observe(lambda _: self.update(self._draw), names="value")
        self.state: SoftmaxState
        self._draw()
        controls = [widgets.VBox(self.sliders), widgets.VBox([self.label, self.shift, self.stable, self.step])]
        self.children = [widgets.HBox(controls, layout=widgets.Layout(flex_flow="row wrap")), self.figure]

    def _descend(self) -> None:
        z = np.array([slider.value for slider in self.sliders])
        e = np.exp(z - z.max())
        z -= e / e.sum() - np.eye(len(z))[self.label.value]
        for slider, value in zip(self.sliders, z.tolist(), strict=True):
            slider.value = min(max(round(value, 6), slider.min), slider.max)
        self._draw()

    def _draw(self) -> None:
        logits = np.array([slider.value for slider in self.sliders]) + self.shift.value
        self.state = make_state(logits, self.label.value, self.stable.value, self._start.classes, self._start.fn)
        self.figure.value = draw(self.state).html
