"""The pooling figure without controls, for pages where nothing can be moved."""

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from course.explore.drawing.figure import LINE, MONO, PAPER_STYLE, Figure
from course.explore.drawing.svg import element, escape
from course.explore.pooling.render import render
from course.explore.pooling.rules import RIGHT, RULES
from course.explore.pooling.state import Pair, Pooling, PoolingState, make_pooling
from course.explore.pooling.student import Answer, ask
from course.explore.pooling.words import size_formulas, status_sentence, sums_sentence, title, unseen_sentence


def pooling_figure(
    x: ArrayLike,
    kernel_size: int | Pair = 2,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    *,
    kind: str = "max",
    grad_out: ArrayLike | None = None,
    forward: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    rule: str = RIGHT,
    step: int = 0,
) -> Figure:
    """Draw which number of a window wins, and where its gradient goes.

    Parameters
    ----------
    x : array, (H, W)
        The map, at most 64 rows and columns.
    kernel_size, stride, padding : int or pair of int
        As in ``course.functional.max_pool2d_forward``.
    kind : str
        "max" or "average".
    grad_out : array or None
        Gradients that arrive at the outputs; 1, 2, 3 ... row by row unless given.
    forward, backward : function or None
        Your own ``max_pool2d_forward`` and ``max_pool2d_backward`` (or those of average pooling); numbers where they differ
        from the right ones are marked.
    rule : str
        A wrong way to hand on gradients, to be tried: a key of ``course.explore.pooling.rules.RULES[kind]``.
    step : int
        Which window, counted row by row from 0.

    Returns
    -------
    Figure
        What `PoolingExplorer` would show with the same settings.

    Raises
    ------
    ValueError
        If x is no map, no window fits, or step or rule do not exist.

    Examples
    --------
    >>> figure = pooling_figure([[0, 0, 14, 82], [149, 32, 0, 0]], 2)
    >>> "149 at row 1, column 0 wins: out[0, 0] = 149." in figure.html
    True
    """
    pooling = make_pooling(x, kernel_size, stride, padding, kind, grad_out)
    if not 0 <= step < pooling.out.size:
        raise ValueError(f"pooling_figure: step must be 0 to {pooling.out.size - 1}, got {step}")
    if rule != RIGHT and rule not in RULES[kind]:
        raise ValueError(f"pooling_figure: rule must be one of {[RIGHT, *RULES[kind]]}, got {rule!r}")
    return draw(answered(PoolingState(pooling, step), forward, backward, rule))


def answered(
    state: PoolingState, forward: Callable[..., Any] | None, backward: Callable[..., Any] | None, rule: str
) -> PoolingState:
    """Ask the student's functions, or the rule to be tried, what they make of the map."""
    pooling = state.pooling
    if pooling.problem:
        return PoolingState(pooling)
    settings = pooling.kernel, pooling.stride, pooling.padding
    tried = RULES[pooling.kind].get(rule, backward)
    out = None if forward is None else ask(forward, [pooling.x], settings, pooling.out)
    grad_x = None if tried is None else ask(tried, [pooling.grad_out, pooling.x], settings, pooling.grad_x())
    return PoolingState(pooling, state.step, out, grad_x)


def draw(state: PoolingState) -> Figure:
    """Put the drawing of a state and its sentences together.

    Parameters
    ----------
    state : PoolingState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line for screen readers.
    """
    svg = render(state)
    status = element("p", escape(status_sentence(state)), role="status", aria_live="polite", style=LINE)
    sentences: list[str] = []
    if not state.pooling.problem:
        sentences = [sums_sentence(state), unseen_sentence(state.pooling), *_verdicts(state.out, state.grad_x)]
    paragraphs = [element("p", escape(sentence), style=LINE) for sentence in sentences if sentence]
    formulas = element("p", "<br/>".join(map(escape, _formulas(state.pooling))), style=LINE + MONO)
    return Figure(svg, element("figure", svg, status, *paragraphs, formulas, style=PAPER_STYLE))


def _formulas(pooling: Pooling) -> list[str]:
    return [f"{title(pooling)}:", *size_formulas(pooling)]


def _verdicts(*answers: Answer | None) -> list[str]:
    return [answer.sentence for answer in answers if answer is not None]
