"""A slider over steps with play, pause and single step: the reader drives the time."""

from typing import Any

import ipywidgets as widgets


class Player(widgets.HBox):
    """Choose a step by slider, by buttons, or let it run.

    The running is done by the browser, so nothing blocks the kernel; every part takes the keyboard.

    Parameters
    ----------
    count : int
        Number of steps, at least 1.
    name : str
        What is stepped through: the slider's label.

    Attributes
    ----------
    slider : IntSlider
        The step, 0 to count - 1; read and set its ``value``.
    play : ToggleButton
        Runs through the steps while it is pressed; from the last step it starts anew.
    back, forward : Button
        One step at a time.
    """

    def __init__(self, count: int, name: str = "step") -> None:
        wide = widgets.Layout(flex="1 1 260px", min_width="200px", max_width="520px")
        narrow = widgets.Layout(width="84px")
        self.slider = widgets.IntSlider(
            min=0, max=count - 1, description=name, style={"description_width": "initial"}, layout=wide
        )
        self.play = widgets.ToggleButton(description="▶ Play", tooltip="play or pause", layout=narrow)
        self.back = widgets.Button(description="◂ Back", tooltip="one step back", layout=narrow)
        self.forward = widgets.Button(description="Next ▸", tooltip="one step on", layout=narrow)
        self.play.observe(self._name_play, names="value")
        self.back.on_click(lambda _: self._move(-1))
        self.forward.on_click(lambda _: self._move(1))
        # The ticks come from ipywidgets' own Play, out of sight: its buttons have no names to be read out.
        # Linked in the browser: a tick that went through the kernel could come back late and undo the next one.
        self._clock = widgets.Play(min=0, max=count - 1, interval=800, layout=widgets.Layout(display="none"))
        self._links = [
            widgets.jslink((self._clock, "value"), (self.slider, "value")),
            widgets.jslink((self._clock, "playing"), (self.play, "value")),
        ]
        super().__init__(
            [self.play, self.back, self.forward, self.slider, self._clock],
            layout=widgets.Layout(flex_flow="row wrap", align_items="center"),
        )

    def resize(self, count: int) -> None:
        """Change the number of steps; a step beyond the new end becomes the last one.

        Parameters
        ----------
        count : int
            Number of steps, at least 1.
        """
        self.slider.max = self._clock.max = count - 1

    def _move(self, by: int) -> None:
        self.slider.value = min(max(self.slider.value + by, 0), self.slider.max)

    def _name_play(self, change: Any) -> None:
        self.play.description = "❚❚ Pause" if change["new"] else "▶ Play"
