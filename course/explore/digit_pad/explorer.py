"""Draw a digit and see it answered while the line still grows."""

from typing import Any

import ipywidgets as widgets
import numpy as np

from course.data import Dataset, mnist
from course.explore.controls.explorer import Explorer
from course.explore.digit_pad.canvas import canvas_html, from_text
from course.explore.digit_pad.figure import DigitState, Network, answer, draw

EMPTY = np.zeros((28, 28), np.uint8)


class DigitPad(Explorer):
    """Draw a digit, or take one from a data set and move it, and see what a network makes of it.

    Parameters
    ----------
    network : Module or function
        From (1, 1, 28, 28) to ten logits; of one of our networks the maps of every layer are shown.
    digits : Dataset or None
        Where digits can be taken from, and whose normalisation is used; None is MNIST's test set.

    Attributes
    ----------
    pixels : Textarea
        What is drawn, as hexadecimal text; not seen.
    centre : Checkbox
        Whether the digit is scaled and centred, as MNIST's are, before the network gets it.
    take : IntSlider
        Number of the digit that is taken from the data set.
    right, down : IntSlider
        How far it is moved.
    clear : Button
        Empties the pad.
    figure : HTML
        What the network gets, its layers, its answer.
    state : DigitState
        What is shown now.

    Examples
    --------
    >>> from course.models import lenet5
    >>> pad = DigitPad(lenet5())
    >>> pad.take.value = 3
    >>> pad.state.sentence.endswith("It is a 0.")
    True
    """

    def __init__(self, network: Network, digits: Dataset | None = None) -> None:
        super().__init__()
        self._network, self._digits = network, digits or mnist(train=False)
        self._drawn, self._serial = EMPTY, 0
        self._label: int | None = None
        self._make_controls()
        self.state: DigitState
        self._answer()
        left = widgets.VBox([self._pad, self.clear, self.centre, self.take, self.right, self.down, self.pixels])
        left.layout = widgets.Layout(width="310px", flex="0 0 auto")
        self.figure.layout = widgets.Layout(flex="1 1 420px", min_width="300px")
        box = widgets.HBox([left, self.figure], layout=widgets.Layout(flex_flow="row wrap"))
        box.add_class("digit-pad")
        self.children = [box]

    def _make_controls(self) -> None:
        named: dict[str, Any] = {"style": {"description_width": "78px"}, "layout": widgets.Layout(width="290px")}
        self._pad = widgets.HTML(canvas_html(EMPTY))
        self.pixels = widgets.Textarea(continuous_update=True, layout=widgets.Layout(display="none"))
        self.clear = widgets.Button(description="Clear", tooltip="empty the pad")
        self.centre = widgets.Checkbox(value=True, description="scale and centre, as MNIST does", indent=False)
        self.take = widgets.IntSlider(
            value=-1, min=-1, max=min(len(self._digits), 1000) - 1, description="test digit", **named
        )
        self.right = widgets.IntSlider(min=-10, max=10, description="move right", **named)
        self.down = widgets.IntSlider(min=-10, max=10, description="move down", **named)
        self.pixels.observe(self._on_drawing, names="value")
        self.clear.on_click(lambda _: self.update(self._clear))
        self.centre.observe(lambda _: self.update(self._answer), names="value")
        for slider in (self.take, self.right, self.down):
            slider.observe(lambda _: self.update(self._take), names="value")

    def _on_drawing(self, change: Any) -> None:
        image = from_text(change["new"])
        if image is None:
            return

        def react() -> None:
            self._drawn, self._label = image, None
            self.take.value, self.right.value, self.down.value = -1, 0, 0
            self._answer()

        self.update(react)

    def _clear(self) -> None:
        self.take.value, self.right.value, self.down.value = -1, 0, 0
        self._show(EMPTY, None)

    def _take(self) -> None:
        """Put a digit of the data set on the pad, moved; without one, what is drawn stays where it is."""
        if self.take.value < 0:
            return
        image = self._digits.images[self.take.value, 0]
        self._show(_moved(image, self.down.value, self.right.value), int(self._digits.labels[self.take.value]))

    def _show(self, image: np.ndarray, label: int | None) -> None:
        self._drawn, self._label = image, label
        self._serial += 1  # what was drawn since in the page must go, even if the pad had this image before
        self._pad.value = canvas_html(image, self._serial)
        self.pixels.value = ""
        self._answer()

    def _answer(self) -> None:
        self.state = answer(self._network, self._drawn, self.centre.value, self._digits, self._label)
        self.figure.value = draw(self.state).html


def _moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Shift a picture; what leaves it is lost."""
    out = np.zeros_like(image)
    H, W = image.shape
    out[max(down, 0) : H + min(down, 0), max(right, 0) : W + min(right, 0)] = image[
        max(-down, 0) : H + min(-down, 0), max(-right, 0) : W + min(-right, 0)
    ]
    return out
