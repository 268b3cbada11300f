"""A kernel's numbers as a grid of fields to type into."""

from collections.abc import Callable

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray


class KernelEditor(widgets.GridBox):
    """Small number fields in the kernel's own arrangement.

    Parameters
    ----------
    on_edit : function
        Called as ``on_edit(row, column, value)`` after someone has typed a number.
    name : str
        What the numbers are, for those who hear the fields' names.
    width : int
        Width of a field in pixels; 52 hold two digits and a sign.

    Attributes
    ----------
    fields : list of list of FloatText
        The fields, row by row.
    """

    def __init__(self, on_edit: Callable[[int, int, float], None], name: str = "kernel", width: int = 52) -> None:
        super().__init__()
        self.fields: list[list[widgets.FloatText]] = []
        self._on_edit, self._name, self._width = on_edit, name, width
        self._showing = False

    def show(self, kernel: NDArray[np.float64]) -> None:
        """Put a kernel's numbers into the fields without calling ``on_edit``.

        Parameters
        ----------
        kernel : array, (kH, kW)
            The numbers; fields are made anew where the size has changed.
        """
        self._showing = True
        try:
            if kernel.shape != (len(self.fields), len(self.fields[0]) if self.fields else 0):
                self._rebuild(*kernel.shape)
            for row, numbers in zip(self.fields, kernel, strict=True):
                for field, number in zip(row, numbers, strict=True):
                    field.value = round(float(number), 6)
        finally:
            self._showing = False

    def _rebuild(self, rows: int, columns: int) -> None:
        old = [field for row in self.fields for field in row]
        self.fields = [[self._field(row, column) for column in range(columns)] for row in range(rows)]
        self.layout.grid_template_columns = f"repeat({columns}, {self._width + 2}px)"
        self.children = [field for row in self.fields for field in row]
        for field in old:
            field.close()

    def _field(self, row: int, column: int) -> widgets.FloatText:
        field = widgets.FloatText(
            step=1,
            # Not seen, but read out: what the field is.
            description=f"{self._name} row {row}, column {column}",
            style={"description_width": "0px"},
            layout=widgets.Layout(width=f"{self._width}px", margin="1px"),
        )
        field.observe(lambda change: self._edited(row, column, change["new"]), names="value")
        return field

    def _edited(self, row: int, column: int, value: float) -> None:
        if not self._showing:
            self._on_edit(row, column, value)
