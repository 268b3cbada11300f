"""A slider over steps with play, pause and single step: the reader drives the time."""

import ipywidgets as widgets


class Player(widgets.HBox):
    """Choose a step by slider, by buttons, or let it run.

    The running is done by the browser, so nothing blocks the kernel; every part takes the keyboard.

    Parameters
    ----------
    count : int
        Number of steps, at least 1.
    step : int
        The first one shown, counted from 0.

    Attributes
    ----------
    slider : IntSlider
        The step, 0 to count - 1; read and set its ``value``.
    play : Play
        Play, pause and back to the start.
    back, forward : Button
        One step at a time.
    """

    def __init__(self, count: int, step: int = 0) -> None:
        wide = widgets.Layout(flex="1 1 260px", min_width="200px", max_width="520px")
        self.slider = widgets.IntSlider(
            value=step, min=0, max=count - 1, description="step", style={"description_width": "initial"}, layout=wide
        )
        self.play = widgets.Play(value=step, min=0, max=count - 1, interval=800, show_repeat=False)
        self.play.tooltip = "play or pause; the second button goes back to step 0"
        narrow = widgets.Layout(width="84px")
        self.back = widgets.Button(description="◂ Back", tooltip="one step back", layout=narrow)
        self.forward = widgets.Button(description="Next ▸", tooltip="one step on", layout=narrow)
        self.back.on_click(lambda _: self._move(-1))
        self.forward.on_click(lambda _: self._move(1))
        # Linked in the browser: a tick that went through the kernel could come back late and undo the next one.
        self._link = widgets.jslink((self.play, "value"), (self.slider, "value"))
        super().__init__(
            [self.play, self.back, self.forward, self.slider],
            layout=widgets.Layout(flex_flow="row wrap", align_items="center"),
        )

    def resize(self, count: int) -> None:
        """Change the number of steps; a step beyond the new end becomes the last one.

        Parameters
        ----------
        count : int
            Number of steps, at least 1.
        """
        self.slider.max = self.play.max = count - 1

    def _move(self, by: int) -> None:
        self.slider.value = min(max(self.slider.value + by, 0), self.slider.max)
