"""The matrix figure with controls: choose a window and a pixel, turn the matrix over."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.kernel_editor import KernelEditor
from course.explore.controls.player import Player
from course.explore.conv_matrix.figure import draw
from course.explore.conv_matrix.state import compare, make_state

SHOWS = {"M: image to map": False, "Mᵀ: map to image": True}


class ConvMatrixExplorer(Explorer):
    """See a convolution as one matrix: a window is a row, a pixel a column; and what the transpose does.

    Parameters
    ----------
    image : array, (H, W)
        At most 100 pixels.
    kernel : array, (kH, kW)
        It is not flipped; its numbers can be edited.
    transposed : bool
        Whether to begin with the transpose.
    fn : function or None
        Your own ``conv_matrix(kernel, image_shape)``; numbers where it differs from the right matrix are marked.

    Attributes
    ----------
    show : Dropdown
        The matrix or its transpose.
    pixel : IntSlider
        The pixel, a column of the matrix.
    window : IntSlider
        The window, a row of the matrix; the slider of `player`.
    player : Player
        The slider `window` with play, pause, back and next.
    kernel : KernelEditor
        The kernel's numbers.
    figure : HTML
        Drawing and sentences.
    state : MatrixState
        What is shown now.

    Examples
    --------
    >>> explorer = ConvMatrixExplorer([[2, 0, 1], [1, 4, 2], [0, 1, 5]], [[1, 2], [3, -1]])
    >>> explorer.state.matrix[0].astype(int).tolist()
    [1, 2, 0, 3, -1, 0, 0, 0, 0]
    """

    def __init__(
        self, image: ArrayLike, kernel: ArrayLike, *, transposed: bool = False, fn: Callable[..., Any] | None = None
    ) -> None:
        self.state = make_state(image, kernel)
        super().__init__()
        self._fn = fn
        wide = widgets.Layout(width="300px", max_width="100%")
        labels = {"description_width": "60px"}
        self.show = widgets.Dropdown(
            options=list(SHOWS.items()), value=bool(transposed), description="show", style=labels, layout=wide
        )
        last = self.state.image.size - 1
        self.pixel = widgets.IntSlider(min=0, max=last, description="pixel", style=labels, layout=wide)
        self.player = Player(self.state.matrix.shape[0])
        self.window = self.player.slider
        self.window.description = "window"
        self.kernel = KernelEditor(self._edit)
        self.kernel.show(self.state.kernel)
        for control in (self.show, self.pixel, self.window):
            control.observe(self._on_look, names="value")
        self.update(self._rebuild)
        edit = widgets.VBox([widgets.Label("kernel, to edit:"), self.kernel])
        panel = widgets.HBox([widgets.VBox([self.show, self.pixel]), edit], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = [panel, self.player, self.figure]

    def _edit(self, row: int, column: int, value: float) -> None:
        def put() -> None:
            kernel = self.state.kernel.copy()
            kernel[row, column] = value
            self.state = replace(self.state, kernel=kernel)
            self._rebuild()

        self.update(put)

    def _on_look(self, _: Any) -> None:
        self.update(self._draw)

    def _rebuild(self) -> None:
        """Ask the student's function anew, and draw."""
        answer = None if self._fn is None else compare(self._fn, self.state)
        self.state = replace(self.state, answer=answer)
        self._draw()

    def _draw(self) -> None:
        self.state = replace(self.state, transposed=self.show.value, window=self.window.value, pixel=self.pixel.value)
        self.figure.value = draw(self.state).html
