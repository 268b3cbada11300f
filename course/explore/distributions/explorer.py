"""Change activation, depth, first weights and batch norm, and see every layer's distribution."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from course.explore.controls.explorer import Explorer
from course.explore.distributions.figure import ACTIVATIONS, MOST, DistributionsState, draw, make_state


class DistributionsExplorer(Explorer):
    """See what a signal and its gradient become on their way through a deep network.

    Parameters
    ----------
    activation : str
        "sigmoid", "tanh" or "ReLU".
    depth : int
        Layers, 1 to 12.
    gain : float
        The weights' standard deviation is gain / sqrt(inputs).
    fn : function or None
        Your own batch_norm2d_forward, used where batch norm is ticked.

    Attributes
    ----------
    activation : Dropdown
        The function after each layer.
    depth : IntSlider
        Layers.
    gain : FloatSlider
        Size of the first weights.
    norm : Checkbox
        Whether batch norm stands before each activation.
    figure : HTML
        Histograms and bars.
    state : DistributionsState
        What is shown now.

    Examples
    --------
    >>> explorer = DistributionsExplorer("sigmoid")
    >>> explorer.norm.value = True
    >>> explorer.state.norm
    True
    """

    def __init__(
        self, activation: str = "sigmoid", depth: int = 8, gain: float = 1.0, *, fn: Callable[..., Any] | None = None
    ) -> None:
        self.state: DistributionsState = make_state(activation, depth, gain, False, fn)
        super().__init__()
        self._fn = fn
        style: dict[str, Any] = {"style": {"description_width": "72px"}, "layout": widgets.Layout(width="250px")}
        self.activation = widgets.Dropdown(
            options=list(ACTIVATIONS), value=activation, description="activation", **style
        )
        self.depth = widgets.IntSlider(value=depth, min=1, max=MOST, description="layers", **style)
        self.gain = widgets.FloatSlider(
            value=gain, min=0.1, max=4, step=0.1, description="weights ×", readout_format=".1f", **style
        )
        self.norm = widgets.Checkbox(description="batch norm", indent=False, layout=widgets.Layout(width="120px"))
        controls = [self.activation, self.depth, self.gain, self.norm]
        for control in controls:
            control.observe(lambda _: self.update(self._draw), names="value")
        self._draw()
        self.children = [widgets.HBox(controls, layout=widgets.Layout(flex_flow="row wrap")), self.figure]

    def _draw(self) -> None:
        self.state = make_state(self.activation.value, self.depth.value, self.gain.value, self.norm.value, self._fn)
        self.figure.value = draw(self.state).html
