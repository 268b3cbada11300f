"""The descent figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from course.explore.descent.render import render, status_sentence
from course.explore.descent.surfaces import TALL, WIDE, find
from course.explore.descent.walk import NAMES, DescentState, walk_all
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape

MOST_STEPS = 120


def descent_figure(
    surface: str | Callable[..., Any] = "valley",
    start: Sequence[float] | None = None,
    lr: float = 0.03,
    momentum: float = 0.9,
    *,
    noise: float = 0.0,
    walkers: Sequence[str] = NAMES,
    steps: int = 60,
    step: int | None = None,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw the ways of optimisers down a surface of two weights.

    Parameters
    ----------
    surface : str or function
        "valley", "slanted valley", "banana", "saddle", "two hollows", "plateau", or your own ``height(x, y)``.
    start : pair of float or None
        Where all walkers start, x from -3 to 3 and y from -2 to 2; None: where it is instructive.
    lr : float
        Step size of all walkers.
    momentum : float
        Of momentum and Nesterov, and of your own `sgd_step`.
    noise : float
        Standard deviation of what is added to each part of each gradient, the same numbers for all walkers.
    walkers : strings
        Who walks: "SGD", "momentum", "Nesterov", "RMSprop", "Adam".
    steps : int
        How many steps, 1 to 120.
    step : int or None
        How many of them are drawn; None: all.
    fn : function or None
        Your own ``sgd_step``, ``rmsprop_step`` or ``adam_step``, told apart by the names of what they remember.

    Returns
    -------
    Figure
        What `DescentExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If a name is not known or a number out of range.

    Examples
    --------
    >>> figure = descent_figure("valley", (-2.5, 1.0), lr=0.084, walkers=["SGD"])
    >>> "SGD has left the picture at step 8" in figure.html
    True
    """
    state = make_state(surface, start, lr, momentum, noise, walkers, steps, fn, "descent_figure")
    if step is not None and not 0 <= step <= state.steps:
        raise ValueError(f"descent_figure: step must be 0 to {state.steps}, got {step}.")
    return draw(state if step is None else replace(state, step=step))


def make_state(
    surface: Any,
    start: Any,
    lr: float,
    momentum: float,
    noise: float,
    walkers: Sequence[str],
    steps: int,
    fn: Callable[..., Any] | None,
    owner: str,
) -> DescentState:
    """Check the arguments of figure and explorer, and walk."""
    found = find(surface, owner)
    place = np.asarray(found.start if start is None else start, dtype=float)
    if place.shape != (2,) or not (WIDE[0] <= place[0] <= WIDE[1] and TALL[0] <= place[1] <= TALL[1]):
        raise ValueError(f"{owner}: start must be a pair (x, y), x from -3 to 3 and y from -2 to 2, got {start!r}.")
    for name, value, most in (("lr", lr, 10.0), ("momentum", momentum, 0.999), ("noise", noise, 100.0)):
        if not 0 <= value <= most:
            raise ValueError(f"{owner}: {name} must be 0 to {most:g}, got {value}.")
    strange = [name for name in walkers if name not in NAMES]
    if isinstance(walkers, str) or strange:
        raise ValueError(f"{owner}: walkers is a list of names among {', '.join(NAMES)}, got {walkers!r}.")
    if not isinstance(steps, int) or not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"{owner}: steps must be 1 to {MOST_STEPS}, got {steps}.")
    if fn is not None and not callable(fn):
        raise ValueError(f"{owner}: fn must be a function such as your adam_step, got {type(fn).__name__}.")
    chosen = tuple(name for name in NAMES if name in walkers)
    x, y = place.tolist()
    return walked(DescentState(found, (x, y), float(lr), float(momentum), float(noise), chosen, steps, steps, fn))


def walked(state: DescentState) -> DescentState:
    """The same state with its paths."""
    paths, remark = walk_all(state)
    return replace(state, paths=paths, remark=remark)


def draw(state: DescentState) -> Figure:
    """Put the drawing of a state and its sentences together."""
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    remark = element("p", escape(state.remark), style=LINE) if state.remark else ""
    return Figure(svg, element("figure", svg, status, remark, style=PAPER_STYLE))
