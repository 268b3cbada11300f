"""The filter workbench: drag the window over a picture, change the kernel, bring your own picture and your own function."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import ipywidgets as widgets
import numpy as np
from numpy.typing import ArrayLike

from course.data.picture import open_picture_bytes
from course.explore.controls.explorer import Explorer
from course.explore.controls.kernel_editor import KernelEditor
from course.explore.controls.presets import KERNELS, LARGE_KERNELS, name_of
from course.explore.filters.arguments import LARGEST_KERNEL, Floats, to_picture
from course.explore.filters.drag import drag_html, read_place
from course.explore.filters.figure import ask, draw
from course.explore.filters.state import BORDERS, FilterState, make_state

OWN = "own numbers"
PRESETS = KERNELS | LARGE_KERNELS
SHOW = {"nine products": "products", "frequencies": "frequencies"}


class FilterExplorer(Explorer):
    """See how nine products become one pixel, and what a kernel makes of a whole picture.

    Parameters
    ----------
    image : array, (H, W), (1, H, W) or (3, H, W), or a dict of them by name
        Pictures; colours become their mean, and large ones are reduced to 128 pixels a side.
    kernel : array, (kH, kW)
        Where the editor starts, at most 7x7; None is Sobel's kernel for upright edges.
    border : str
        "replicate", "zeros", "reflect" or "crop".
    fn : function or None
        Your own ``correlate2d(image, kernel)``; pixels where it differs are marked.
    row, column : int or None
        Which pixel of the output is looked at first; None is the middle.
    view : str
        "products" or "frequencies".

    Attributes
    ----------
    picture, preset, size, border, show : Dropdown
        Which picture; kernels with a name; 3x3 or 5x5; what is beyond the frame; what is below the pictures.
    upload : FileUpload
        A picture of one's own.
    kernel : KernelEditor
        The kernel's numbers; ``kernel.fields[row][column].value``.
    row, column : IntSlider
        The pixel of the output. Dragging on the pictures moves them too.
    figure : HTML
        Drawing and sentences.
    state : FilterState
        What is shown now.

    Examples
    --------
    >>> import numpy as np
    >>> explorer = FilterExplorer(np.array([[10, 10, 100, 100]] * 4), row=1, column=1)
    >>> explorer.preset.value = "Prewitt x"
    >>> explorer.state.value
    270.0
    """

    def __init__(
        self,
        image: Any,
        kernel: ArrayLike | None = None,
        border: str = "replicate",
        *,
        fn: Callable[..., Any] | None = None,
        row: int | None = None,
        column: int | None = None,
        view: str = "products",
    ) -> None:
        pictures = dict(image) if isinstance(image, Mapping) else {"picture": image}
        if not pictures:
            raise ValueError("FilterExplorer: the dict of pictures is empty.")
        first = next(iter(pictures.values()))
        start = make_state(
            first, KERNELS["Sobel x"] if kernel is None else kernel, border, row, column, view, "FilterExplorer"
        )
        super().__init__()
        self._fn = fn
        self._pictures = {str(name): to_picture(pixels, "FilterExplorer") for name, pixels in pictures.items()}
        # Kernels of every size are cut from the middle of the largest one: making it smaller loses nothing.
        self._bank = _embed(start.kernel)
        self._note = ""
        self._make_controls(start)
        self.state = start
        self.update(self._rebuild)
        self._arrange()

    def _make_controls(self, start: FilterState) -> None:
        shape: tuple[int, ...] = start.kernel.shape
        sizes = sorted({(3, 3), (5, 5), shape})
        self.picture = _choice("picture", list(self._pictures), next(iter(self._pictures)))
        self.upload = widgets.FileUpload(
            accept="image/*", description="own picture", layout=widgets.Layout(width="160px")
        )
        self.preset = _choice("kernel", [OWN, *PRESETS], name_of(start.kernel) or OWN)
        self.size = _choice("size", [(f"{h}x{w}", (h, w)) for h, w in sizes], shape)
        self.border = _choice("border", [(word, name) for name, word in BORDERS.items()], start.border)
        self.show = _choice("below", list(SHOW.items()), start.view)
        self.kernel = KernelEditor(self._edit, width=62)
        self.row, self.column = _slider("row", start.row), _slider("column", start.column)
        self._pointer = widgets.Textarea(continuous_update=True, layout=widgets.Layout(display="none"))
        self.picture.observe(lambda _: self.update(self._choose_picture), names="value")
        self.upload.observe(lambda _: self.update(self._take_upload), names="value")
        self.preset.observe(lambda _: self.update(self._choose_preset), names="value")
        for control in (self.size, self.border):
            control.observe(lambda _: self.update(self._rebuild), names="value")
        for control in (self.show, self.row, self.column):
            control.observe(lambda _: self.update(self._draw), names="value")
        self._pointer.observe(lambda change: self.update(lambda: self._point(change["new"])), names="value")

    def _arrange(self) -> None:
        choices = widgets.VBox([self.preset, self.size, self.border, self.show])
        pictures = widgets.VBox([self.picture, self.row, self.column, self.upload])
        panel = widgets.HBox(
            [choices, self.kernel, pictures],
            layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="4px 12px"),
        )
        self.add_class("filter-workbench")
        self.children = [panel, self.figure, self._pointer, widgets.HTML(drag_html())]

    def _choose_picture(self) -> None:
        self._note = ""
        self._rebuild()

    def _take_upload(self) -> None:
        """Add the picture that was sent, or say why it cannot be."""
        if not self.upload.value:
            return
        file = self.upload.value[0]
        name = str(file["name"])
        try:
            pixels = np.asarray(open_picture_bytes(bytes(file["content"]), name, "L"), dtype=float)
            self._pictures[name] = to_picture(pixels, name)
        except ValueError as error:
            self._note = f"{error} PNG and JPEG files can be."
        else:
            self._note = ""
            self.picture.options = list(self._pictures)
            self.picture.value = name
        self.upload.value = ()  # the same file may come again
        self._rebuild()

    def _choose_preset(self) -> None:
        if self.preset.value != OWN:
            numbers = PRESETS[self.preset.value]
            self._bank = _embed(numbers)
            self.size.value = numbers.shape
        self._rebuild()

    def _edit(self, row: int, column: int, value: float) -> None:
        def put() -> None:
            if math.isfinite(value):
                self._shown()[row, column] = value
            self._rebuild()

        self.update(put)

    def _point(self, text: str) -> None:
        """Move to where the pointer is: in the picture, the window's middle follows it; in the output, the pixel."""
        place = read_place(text)
        if place is None or self.state.trouble:
            return
        part, *fractions = place
        shape = self.state.padded.shape if part == "input" else self.state.out.shape
        for slider, fraction, n, k in zip(
            (self.row, self.column), fractions, shape, self.state.kernel.shape, strict=True
        ):
            index = int(min(max(fraction, 0.0), 1.0) * n) - ((k - 1) // 2 if part == "input" else 0)
            slider.value = min(max(index, 0), slider.max)
        self._draw()

    def _rebuild(self) -> None:
        """Compute everything anew from the controls, the student's answer included."""
        pixels, note = self._pictures[self.picture.value]
        kernel = self._shown()
        state = FilterState(pixels, kernel.copy(), self.border.value, notes=tuple(n for n in (note, self._note) if n))
        self.kernel.show(kernel)
        self.preset.value = name_of(kernel) or OWN
        if not state.trouble:
            for slider, count in zip((self.row, self.column), state.out.shape, strict=True):
                slider.max = count - 1
        self.state = state if self._fn is None else replace(state, answer=ask(self._fn, state))
        self._draw()

    def _draw(self) -> None:
        # Not replace(): what was computed of the picture is kept while only the window moves.
        moved = replace(self.state, row=self.row.value, column=self.column.value, view=self.show.value)
        for name in ("padded", "out", "response"):
            if name in self.state.__dict__:
                moved.__dict__[name] = self.state.__dict__[name]
        self.state = moved
        self.figure.value = draw(self.state).html

    def _shown(self) -> Floats:
        """The kernel at its present size: a view into the bank."""
        (h, w), n = self.size.value, LARGEST_KERNEL
        return self._bank[(n - h) // 2 : (n - h) // 2 + h, (n - w) // 2 : (n - w) // 2 + w]


_LABELS = {"description_width": "56px"}


def _choice(name: str, options: list[Any], value: Any) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=options, value=value, description=name, style=_LABELS, layout=widgets.Layout(width="210px")
    )


def _slider(name: str, value: int) -> widgets.IntSlider:
    return widgets.IntSlider(
        value=value, max=max(value, 1000), description=name, style=_LABELS, layout=widgets.Layout(width="260px")
    )


def _embed(kernel: ArrayLike) -> Floats:
    """Put a kernel into the middle of 7x7 zeros."""
    numbers = np.asarray(kernel, dtype=float)
    bank = np.zeros((LARGEST_KERNEL, LARGEST_KERNEL))
    top, left = ((LARGEST_KERNEL - n) // 2 for n in numbers.shape)
    bank[top : top + numbers.shape[0], left : left + numbers.shape[1]] = numbers
    return bank
