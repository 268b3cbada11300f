"""Choose a change and its strength, draw again, and ask of each picture whether its label still holds."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import numpy as np

from course.explore.augmentation.figure import CHANGES, Augment, AugmentationState, draw, make_state
from course.explore.controls.explorer import Explorer


class AugmentationExplorer(Explorer):
    """See what an augmentation makes of a picture, and what a network says to it.

    Parameters
    ----------
    images : dict of name to uint8 array (1, H, W) or (3, H, W)
        Pictures to choose from.
    network : Module or function or None
        From normalised images to logits.
    normalize : function or None
        What to do to pixels before the network sees them.
    fn : function or None
        Your own ``fn(images, rng)``; it is one more change, "yours".

    Attributes
    ----------
    image, change : Dropdown
        Which picture, which change.
    strength : FloatSlider
        How much.
    again : Button
        Draws anew.
    figure : HTML
        The picture, twelve versions, and a sentence.
    state : AugmentationState
        What is shown now.

    Raises
    ------
    ValueError
        If there are no pictures, or one is none.

    Examples
    --------
    >>> explorer = AugmentationExplorer({"dot": np.full((1, 5, 5), 255, np.uint8)})
    >>> explorer.change.value = "turn"
    >>> explorer.state.strength
    15.0
    """

    def __init__(
        self,
        images: Mapping[str, np.ndarray],
        network: Any = None,
        *,
        normalize: Callable[[np.ndarray], np.ndarray] | None = None,
        fn: Augment | None = None,
    ) -> None:
        if not images:
            raise ValueError("AugmentationExplorer: there are no pictures; give a dict of name to picture.")
        self._images, self._network, self._normalize, self._fn = dict(images), network, normalize, fn
        for image in self._images.values():
            make_state(image, "shift", None, 0, None, None, None)
        super().__init__()
        changes = ["yours", *CHANGES] if fn is not None else list(CHANGES)
        style: dict[str, Any] = {"style": {"description_width": "64px"}, "layout": widgets.Layout(width="240px")}
        self.image = widgets.Dropdown(options=list(self._images), description="picture", **style)
        self.change = widgets.Dropdown(options=changes, description="change", **style)
        self.strength = widgets.FloatSlider(description="strength", readout_format=".2f", **style)
        self.again = widgets.Button(description="Draw again", tooltip="other random numbers")
        self._seed = 0
        self.state: AugmentationState
        self._choose()
        self.again.on_click(lambda _: self.update(self._redraw))
        self.change.observe(lambda _: self.update(self._choose), names="value")
        for control in (self.image, self.strength):
            control.observe(lambda _: self.update(self._draw), names="value")
        controls = [self.image, self.change, self.strength, self.again]
        self.children = [widgets.HBox(controls, layout=widgets.Layout(flex_flow="row wrap")), self.figure]

    def _choose(self) -> None:
        """Take over the range of the strength of another change."""
        known = CHANGES.get(self.change.value)
        self.strength.disabled = known is None
        if known is not None:
            self.strength.max, self.strength.step, self.strength.value = known.most, known.step, known.start
        self._draw()

    def _redraw(self) -> None:
        self._seed += 1
        self._draw()

    def _draw(self) -> None:
        image = self._images[self.image.value]
        self.state = make_state(
            image, self.change.value, self.strength.value, self._seed, self._network, self._normalize, self._fn
        )
        self.figure.value = draw(self.state).html
