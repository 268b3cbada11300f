"""A slider for a setting of both directions, such as a stride."""

import ipywidgets as widgets

Pair = tuple[int, int]


class PairSlider(widgets.IntSlider):
    """One number for height and width; where they start unequal it only names them and does not move.

    Parameters
    ----------
    name : str
        What it sets.
    start : pair of int
        Height and width at the start.
    least, most : int
        Range; it is widened to the start.
    label_width : str
        Of the name beside it.

    Attributes
    ----------
    pair : pair of int
        What is set now, (height, width).
    """

    def __init__(self, name: str, start: tuple[int, ...], least: int, most: int, label_width: str = "84px") -> None:
        height, width = start
        self._start = (height, width)
        super().__init__(
            value=max(start),
            min=least,
            max=max(most, *start),
            description=name if height == width else f"{name} ({height}, {width})",
            disabled=height != width,
            readout=height == width,
            style={"description_width": label_width if height == width else "initial"},
            layout=widgets.Layout(width="270px"),
        )

    @property
    def pair(self) -> Pair:
        return self._start if self.disabled else (self.value, self.value)
