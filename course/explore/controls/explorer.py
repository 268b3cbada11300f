"""What every explorer is: controls above a figure, and one reaction at a time."""

import threading
from collections.abc import Callable

import ipywidgets as widgets


class Explorer(widgets.VBox):
    """Controls above a drawing that follows them.

    A subclass makes its controls as plain attributes, lets their callbacks go through `update`, and puts what is to be seen
    into ``figure.value``.

    Attributes
    ----------
    figure : HTML
        Drawing and sentences.
    """

    def __init__(self) -> None:
        # Callbacks run on another thread than cells do: whoever holds the lock may read the controls and draw.
        self._lock = threading.RLock()
        self._updating = False
        self.figure = widgets.HTML()
        super().__init__()

    def update(self, action: Callable[[], None]) -> None:
        """Run one reaction to a control, alone; what it sets in other controls causes no further reaction.

        Parameters
        ----------
        action : function
            Reads the controls, sets others, draws.
        """
        with self._lock:
            if self._updating:
                return
            self._updating = True
            try:
                action()
            finally:
                self._updating = False
