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
        self.observe(lambda _: answer_at_once(self), names="children")

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


def answer_at_once(widget: widgets.Widget) -> None:
    """Let a widget and all inside it be heard while a cell runs.

    A page sends what is clicked and moved to a shell of its own. ipykernel 7.4 sends it on to the shell that last wrote to the
    widget instead: for a new widget the one that runs cells, and there a click waits until the running cell has ended. So
    that memory is deleted; without it, and in other versions, the page's own choice counts.

    Parameters
    ----------
    widget : Widget
        An explorer, or a part of one.
    """
    comm = widget.comm
    if comm is not None and getattr(comm, "_reply_subshell_id", None) is None:
        vars(comm).pop("_reply_subshell_id", None)
    for child in getattr(widget, "children", ()):
        answer_at_once(child)
