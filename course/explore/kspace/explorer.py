"""K-space with controls: keep the slow or the fast waves, up to where you like."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from course.explore.controls.explorer import Explorer
from course.explore.filters.arguments import to_picture
from course.explore.kspace.figure import FASTEST, KEEP, draw, make_state


class KSpaceExplorer(Explorer):
    """See which part of a picture its slow waves make, and which part its fast ones.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W), or a dict of them by name
        Pictures; colours become their mean, and large ones are reduced to 128 pixels a side.
    radius : float
        Where the slider starts, in cycles per pixel.
    keep : str
        "inside" (slow waves) or "outside" (fast waves).

    Attributes
    ----------
    picture, keep : Dropdown
        Which picture; which waves.
    radius : FloatSlider
        The fastest wave inside the circle, in cycles per pixel.
    figure : HTML
        Drawing and sentences.
    state : KSpaceState
        What is shown now.

    Examples
    --------
    >>> import numpy as np
    >>> explorer = KSpaceExplorer(np.eye(8), radius=0.25)
    >>> explorer.radius.value = 0.0
    >>> int(explorer.state.kept.sum())
    1
    """

    def __init__(self, image: Any, radius: float = 0.1, keep: str = "inside") -> None:
        pictures = dict(image) if isinstance(image, Mapping) else {"picture": image}
        if not pictures:
            raise ValueError("KSpaceExplorer: the dict of pictures is empty.")
        start = make_state(next(iter(pictures.values())), radius, keep, "KSpaceExplorer")
        super().__init__()
        self._pictures = {str(name): to_picture(pixels, "KSpaceExplorer") for name, pixels in pictures.items()}
        style = {"description_width": "56px"}
        self.picture = widgets.Dropdown(options=list(self._pictures), description="picture", style=style)
        self.keep = widgets.Dropdown(
            options=[(word, name) for name, word in KEEP.items()], value=keep, description="keep", style=style
        )
        self.radius = widgets.FloatSlider(
            value=radius,
            max=FASTEST,
            step=0.01,
            description="radius",
            style=style,
            layout=widgets.Layout(width="420px", max_width="100%"),
        )
        self.state = start
        for control in (self.picture, self.keep, self.radius):
            control.observe(lambda _: self.update(self._draw), names="value")
        self.update(self._draw)
        choices = [self.picture] * (len(self._pictures) > 1) + [self.keep]
        panel = widgets.HBox([*choices, self.radius], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = [panel, self.figure]

    def _draw(self) -> None:
        image, note = self._pictures[self.picture.value]
        self.state = replace(self.state, image=image, note=note, radius=self.radius.value, keep=self.keep.value)
        self.figure.value = draw(self.state).html
